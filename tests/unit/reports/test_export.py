"""What is exported is what is kept: value for value, byte for byte."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import parquet

from gateway.core.averaging import Average
from gateway.core.conversion import Conversion, ReferenceOxygen
from gateway.core.derivation import ConditionSources, Converted, Derivation, derive
from gateway.core.errors import GatewayError
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.files.kept_files import kept_files
from gateway.files.store import RENDERERS, FileStore
from gateway.readings.store import ReadingStore
from gateway.records.store import RecordStore
from gateway.reports import period
from gateway.reports.export.csv_rows import write_csv
from gateway.reports.export.files import write_files
from gateway.reports.export.parquet import write_parquet
from gateway.reports.export.rows import ReadingRow, RecordRow, reading_rows, record_rows
from gateway.reports.period import ReportPeriod
from tests.support.journey import MIDNIGHT_MS, RENDERING, SLOT_MS, Journey, block, calibrating, measured, record
from tests.support.three_days import DAY_5_MS, record_at
from tests.unit.reports.conftest import Kept

ZONE = "Asia/Ho_Chi_Minh"
ALL: frozenset[str] = frozenset()


def ignore(at_ms: int) -> None:
    pass


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_records_keep_their_whole_value_and_both_times(kept: Kept) -> None:
    out = io.StringIO()
    count = write_csv(record_rows(RecordStore(kept.database), kept.days, SLOT_MS, ALL), RecordRow.HEADS, out, ignore)
    rows = table(out.getvalue())
    assert count == len(rows) == 2 * 696
    assert rows[1] == {
        "end_local": "2026-01-05T00:00:00+07:00",
        "end_utc": "2026-01-04T17:00:00Z",
        "symbol": "COD",
        "value": str(record_at(DAY_5_MS).lines[1].average.value),
        "unit": "mg/L",
        "status": "00",
        "readings": "60",
        "expected": "60",
        "measured": "",
        "measured_unit": "",
        "measured_status": "",
    }
    faulty = [row for row in rows if row["status"] == "02"]
    assert len(faulty) == 6
    assert {row["value"] for row in faulty} == {""}
    assert sum(row["status"] == "01" for row in rows) == 12


NO, O2 = Parameter("NO", "mg/Nm3"), Parameter("O2", "%V")
NO_PPM = Parameter("NO", "ppm")
AT_6_PERCENT = Converted(
    NO, NO_PPM, Conversion(30.006, reference_oxygen=ReferenceOxygen(6.0)), ConditionSources(oxygen="O2")
)


def stack(journey: Journey) -> ReportPeriod:
    """Two slots of 100 ppm NO: burning at 8 % oxygen, and not burning, where what is sent is not defined."""
    for number, oxygen in enumerate((8.0, 20.8), 1):
        lines = ((NO_PPM, 100.0), (O2, oxygen))
        was = Record(
            Slot(MIDNIGHT_MS + number * SLOT_MS, SLOT_MS),
            tuple(Line(parameter, Average(value, Status.MEASURING, 59, 60)) for parameter, value in lines),
        )
        journey.records.add(derive(was, Derivation((AT_6_PERCENT,))), was.slot.end_ms + 2000)
    return period.between("2026-01-01T00:00:00", "2026-01-01T00:10:00", ZONE)


def test_what_was_measured_stands_beside_what_was_converted(journey: Journey) -> None:
    out = io.StringIO()
    write_csv(record_rows(RecordStore(journey.database), stack(journey), SLOT_MS, ALL), RecordRow.HEADS, out, ignore)
    burning, oxygen, cold, _ = table(out.getvalue())
    assert float(burning["value"]) == pytest.approx(100 * 30.006 / 24.45 * 14.9 / 12.9)
    shown = ("unit", "status", "measured", "measured_unit", "measured_status")
    assert [burning[head] for head in shown] == ["mg/Nm3", "00", "100.0", "ppm", "00"]
    assert [oxygen[head] for head in shown] == ["%V", "00", "", "", ""]
    assert [cold[head] for head in ("value", *shown)] == ["", "mg/Nm3", "02", "100.0", "ppm", "00"]


def test_what_was_measured_is_a_number_in_parquet(journey: Journey, tmp_path: Path) -> None:
    rows = record_rows(RecordStore(journey.database), stack(journey), SLOT_MS, frozenset(["NO"]))
    write_parquet(rows, RecordRow.HEADS, tmp_path / "no.parquet", ignore)
    back = parquet.read_table(tmp_path / "no.parquet")
    assert back["measured"].to_pylist() == [100.0, 100.0]
    assert str(back["measured"].type) == "double"
    assert back["measured_unit"].to_pylist() == ["ppm", "ppm"]


def test_only_the_parameters_that_were_asked_for(kept: Kept) -> None:
    rows = list(record_rows(RecordStore(kept.database), kept.days, SLOT_MS, frozenset(["COD"])))
    assert {row.symbol for row in rows} == {"COD"}
    assert len(rows) == 696


def test_parquet_holds_the_same_as_csv(kept: Kept, tmp_path: Path) -> None:
    file = tmp_path / "records.parquet"
    rows = list(record_rows(RecordStore(kept.database), kept.days, SLOT_MS, ALL))
    assert write_parquet(iter(rows), RecordRow.HEADS, file, ignore) == len(rows)
    back = parquet.read_table(file)
    assert back.column_names == list(RecordRow.HEADS)
    assert [tuple(row.values()) for row in back.to_pylist()] == [row.cells() for row in rows]


def test_raw_readings_come_with_their_instrument_also_those_that_were_late(journey: Journey) -> None:
    journey.readings.add([block(MIDNIGHT_MS + 1000, measured(7.1), calibrating(30.25))])
    journey.records.add(record(MIDNIGHT_MS + SLOT_MS), MIDNIGHT_MS + SLOT_MS)
    journey.readings.add([block(MIDNIGHT_MS + 6500, measured(7.2), measured(31.0))])
    asked = period.between("2026-01-01T00:00:01", "2026-01-01T00:00:07", ZONE)
    rows = list(reading_rows(ReadingStore(journey.database), asked, ALL))
    assert [(row.time_utc, row.instrument, row.symbol, row.value, row.status) for row in rows] == [
        ("2025-12-31T17:00:01.000Z", "multiprobe", "pH", 7.1, Status.MEASURING.value),
        ("2025-12-31T17:00:01.000Z", "multiprobe", "COD", 30.25, Status.CALIBRATING.value),
        ("2025-12-31T17:00:06.500Z", "multiprobe", "pH", 7.2, Status.MEASURING.value),
        ("2025-12-31T17:00:06.500Z", "multiprobe", "COD", 31.0, Status.MEASURING.value),
    ]
    assert len(rows[0].cells()) == len(ReadingRow.HEADS)
    later = period.between("2026-01-01T00:00:02", "2026-01-01T00:00:07", ZONE)
    assert {row.at_ms for row in reading_rows(ReadingStore(journey.database), later, ALL)} == {MIDNIGHT_MS + 6500}


def test_a_time_that_begins_within_a_commit_has_its_later_readings(journey: Journey) -> None:
    first, second = (block(MIDNIGHT_MS + second * 1000, measured(7.1), measured(30.0)) for second in (1, 6))
    journey.readings.add([replace(first, rows=(*first.rows, *second.rows))])
    asked = period.between("2026-01-01T00:00:05", "2026-01-01T00:00:07", ZONE)
    rows = reading_rows(ReadingStore(journey.database), asked, frozenset({"COD"}))
    assert [(row.at_ms, row.symbol) for row in rows] == [(MIDNIGHT_MS + 6000, "COD")]


def test_a_file_without_a_line_was_never_sent_and_is_not_exported(journey: Journey, tmp_path: Path) -> None:
    omitting = replace(RENDERING, missing_value="omit")
    for number, value in enumerate((7.1, None, 7.2)):
        journey.file_of(record(MIDNIGHT_MS + number * SLOT_MS, value), omitting)
    wanted = kept_files(journey.database, "tt10", SLOT_MS, MIDNIGHT_MS, MIDNIGHT_MS + 2 * SLOT_MS)
    assert write_files(journey.files, wanted, tmp_path / "out", "", ZONE, ignore) == (2, [])
    assert [file.name[-10:] for file in sorted((tmp_path / "out").iterdir())] == ["000000.txt", "001000.txt"]


def test_files_are_those_that_were_sent_in_their_date_folders(kept: Kept, tmp_path: Path) -> None:
    wanted = list(kept_files(kept.database, "tt10", SLOT_MS, kept.days.from_ms, kept.days.until_ms))
    count, broken = write_files(FileStore(kept.database), wanted, tmp_path, "%Y/%m/%d", ZONE, ignore)
    assert (count, broken) == (696, [])
    written = {file.name: file for file in tmp_path.rglob("*.txt")}
    assert written["HN_ABCD_NUO001_20260105000000.txt"].parent == tmp_path / "2026" / "01" / "05"
    proofs = kept.database.read("SELECT name, sha256, size FROM file")
    assert len(proofs) == len(written)
    for name, sha256, size in proofs:
        content = written[name].read_bytes()
        assert (hashlib.sha256(content).digest(), len(content)) == (sha256, size)


def test_a_file_that_no_longer_has_its_bytes_is_left_out_and_named(journey: Journey, tmp_path: Path) -> None:
    first, second = (journey.file_of(record(MIDNIGHT_MS + n * SLOT_MS), RENDERING) for n in (1, 2))
    with journey.database.write() as connection:
        connection.execute("DROP TRIGGER file_is_final")
        connection.execute("UPDATE file SET sha256 = zeroblob(32) WHERE id = ?", (first,))
    wanted = kept_files(journey.database, "tt10", SLOT_MS, MIDNIGHT_MS, MIDNIGHT_MS + 2 * SLOT_MS)
    count, (fault,) = write_files(journey.files, wanted, tmp_path, "%Y", ZONE, ignore)
    assert count == 1
    assert "HN_ABCD_NUO001_20260101000500.txt" in fault
    (file,) = tmp_path.rglob("*.txt")
    assert file.read_bytes() == journey.files.content(second).content


def test_hourly_files_do_not_stand_in_the_place_of_those_of_five_minutes(journey: Journey) -> None:
    hour_ms = 3_600_000
    five, hour = (journey.file_of(record(MIDNIGHT_MS + hour_ms, length_ms=length)) for length in (SLOT_MS, hour_ms))
    until_ms = MIDNIGHT_MS + hour_ms
    assert [one.id for one in kept_files(journey.database, "tt10", SLOT_MS, MIDNIGHT_MS, until_ms)] == [five]
    assert [one.id for one in kept_files(journey.database, "tt10", hour_ms, MIDNIGHT_MS, until_ms)] == [hour]


OWN_SYMBOLS = replace(RENDERING, symbols=(("pH", "PH"),))


def two_forms(journey: Journey) -> None:
    """A slot of which the province and the Ministry get different files under one name."""
    kept_record = record(MIDNIGHT_MS + SLOT_MS)
    journey.records.add(kept_record, kept_record.slot.end_ms + 2000)
    (waiting,) = journey.files.unfiled(1)
    made = [(rendering, RENDERERS["tt10"](kept_record, rendering)) for rendering in (RENDERING, OWN_SYMBOLS)]
    journey.files.add(waiting.id, made, kept_record.slot.end_ms + 2000)
    for file_id, name in ((1, "so-tnmt"), (2, "bo-tnmt")):
        journey.plans.plan(file_id, [name], kept_record.slot.end_ms + 2000)


def test_each_authority_has_its_own_file_and_neither_takes_the_others_place(journey: Journey, tmp_path: Path) -> None:
    two_forms(journey)
    until_ms = MIDNIGHT_MS + SLOT_MS
    for name, symbol in (("so-tnmt", b"pH"), ("bo-tnmt", b"PH")):
        wanted = kept_files(journey.database, "tt10", SLOT_MS, MIDNIGHT_MS, until_ms, name)
        assert write_files(journey.files, wanted, tmp_path / name, "%Y", ZONE, ignore) == (1, [])
        (file,) = (tmp_path / name).rglob("*.txt")
        assert file.read_bytes().startswith(symbol + b"\t7.21")
    everything = kept_files(journey.database, "tt10", SLOT_MS, MIDNIGHT_MS, until_ms)
    with pytest.raises(GatewayError, match="--destination NAME"):
        write_files(journey.files, everything, tmp_path / "all", "%Y", ZONE, ignore)


def test_how_far_it_is_is_told_in_time(kept: Kept) -> None:
    told: list[int] = []
    write_csv(
        record_rows(RecordStore(kept.database), kept.days, SLOT_MS, ALL), RecordRow.HEADS, io.StringIO(), told.append
    )
    assert told == sorted(set(told))
    assert told[0] == DAY_5_MS


@pytest.mark.parametrize("format_name", ["json", "tt11"])
def test_files_of_another_format_are_not_taken_for_the_regulations(kept: Kept, format_name: str) -> None:
    assert list(kept_files(kept.database, format_name, SLOT_MS, kept.days.from_ms, kept.days.until_ms)) == []
