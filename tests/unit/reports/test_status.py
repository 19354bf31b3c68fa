"""`gateway status` from a database alone: keys as the contract has them, values as the authority counts."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.audit import runs
from gateway.cli.notes import notes
from gateway.config import Configuration, Language, load
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.interfaces import Instant
from gateway.core.reading import Readings
from gateway.db import open_database, set_aside
from gateway.db.board import Board
from gateway.db.damage import SetAsideKind
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.store import DeliveryResult
from gateway.readings.packing import Row
from gateway.readings.store import Layout
from gateway.readings.unstamped import UnstampedBlock, UnstampedStore
from gateway.reports import period
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.registry import build
from gateway.reports.status import collect
from gateway.reports.status_json import to_json
from gateway.runtime import lock
from gateway.runtime.clock import boot_id
from tests.support.journey import (
    COD,
    DAY_MS,
    HOUR_MS,
    MIDNIGHT_MS,
    PH,
    SLOT_MS,
    Journey,
    at,
    block,
    calibrating,
    measured,
    record,
)

DAY_5_MS = MIDNIGHT_MS + 4 * DAY_MS
"""2026-01-05T00:00:00+07:00"""

YAML = """
station: {{name: Trạm Ví dụ, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {storage}, readings: 90d, records: 1100d}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1}}
  spare: {{type: modbus-tcp, host: 127.0.0.2}}
instruments:
  - name: multiprobe
    link: plc
    unit: 1
    poll: 5s
    parameters:
      - {{symbol: pH, unit: "-", register: "holding:0", type: float32}}
      - {{symbol: COD, unit: mg/L, register: "holding:2", type: float32}}
      - {{symbol: TSS, unit: mg/L, register: "holding:4", type: float32}}
destinations:
  - name: so-tnmt
    authority: province
    url: ftps://nuo001@ftp.example.vn/NUO001
    password: {{env: PASSWORD}}
  - name: bo-tnmt
    authority: ministry
    only_if_special: true
    url: ftps://nuo001@ftp.ministry.example.vn/NUO001
    password: {{env: PASSWORD}}
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    file = tmp_path / "gateway.yaml"
    file.write_text(YAML.format(storage=tmp_path), "utf-8")
    return load(file, {"PASSWORD": "secret"})


def look(journey: Journey, configuration: Configuration, now_ms: int) -> dict[str, Any]:
    """What `gateway status --json` prints, from a connection that may only read."""
    reader = open_database(journey.file, read_only=True)
    shown = to_json(collect(configuration, reader, Instant(now_ms, 0.0)))
    reader.close()
    again: dict[str, Any] = json.loads(json.dumps(shown, allow_nan=False))
    return again


def deliver(journey: Journey, *ends_ms: int, destination: str = "so-tnmt") -> None:
    for end_ms in ends_ms:
        journey.send(end_ms, [destination])
        (number,) = journey.database.read("SELECT max(id) FROM delivery")[0]
        journey.outbox.settle(
            [DeliveryResult(number, DeliveryState.DELIVERED, end_ms + 3000, end_ms + 4000, "renamed")]
        )


def test_every_key_of_the_contract_is_there_from_the_first_minute(
    journey: Journey, configuration: Configuration
) -> None:
    shown = look(journey, configuration, DAY_5_MS)
    assert shown["station"]["code"] == "NUO001"
    assert {"synchronised", "offset_s"} <= shown["time"].keys()
    assert [{"name", "state", "last_error"} <= link.keys() for link in shown["links"]] == [True, True]
    for parameter in shown["parameters"]:
        assert {"symbol", "value", "unit", "status", "time", "quality"} <= parameter.keys()
    for destination in shown["destinations"]:
        assert {
            "name", "official_name", "pending", "oldest_pending", "last_delivered", "last_error", "ratio_today",
            "ratio_month",
        } <= destination.keys()  # fmt: skip
    assert shown["cameras"] == []
    assert {"violations", "policy"} <= shown["ports"].keys()
    assert {"free_bytes", "days_left"} <= shown["disk"].keys()
    assert shown["disk"]["free_bytes"] > 0
    assert shown["gateway"] == {"running": False, "since": None}
    assert shown["newest_slot"] is None


def test_newest_values_bear_their_status_and_local_time(journey: Journey, configuration: Configuration) -> None:
    journey.readings.add([block(DAY_5_MS - 10_000, measured(7.21), measured(20.0))])
    journey.readings.add([block(DAY_5_MS - 5000, measured(7.25), calibrating(30.5))])
    ph, cod, tss = look(journey, configuration, DAY_5_MS)["parameters"]
    assert (ph["value"], ph["unit"], ph["status"], ph["time"]) == (7.25, "-", "00", "2026-01-04T23:59:55.000+07:00")
    assert (cod["value"], cod["status"]) == (30.5, "01")
    assert (tss["value"], tss["status"], tss["time"]) == (None, None, None)


def test_links_and_destinations_show_their_last_error(journey: Journey, configuration: Configuration) -> None:
    board = Board(journey.database)
    board.report(ComponentKind.LINK, "plc", ComponentState.DOWN, "no answer", DAY_5_MS - 60_000)
    board.report(ComponentKind.DESTINATION, "so-tnmt", ComponentState.REJECTED, "wrong password", DAY_5_MS - 30_000)
    board.step(at(DAY_5_MS))
    shown = look(journey, configuration, DAY_5_MS)
    plc, spare = shown["links"]
    assert (plc["state"], plc["last_error"], plc["since"]) == ("down", "no answer", "2026-01-04T23:59:00.000+07:00")
    assert (spare["state"], spare["last_error"]) == ("unknown", None)
    assert shown["destinations"][0]["last_error"] == "wrong password"


class TestDestinations:
    def test_what_waits_and_what_arrived_last(self, journey: Journey, configuration: Configuration) -> None:
        deliver(journey, DAY_5_MS)
        journey.send(DAY_5_MS + SLOT_MS, ["so-tnmt"])
        journey.send(DAY_5_MS + 2 * SLOT_MS, ["so-tnmt"])
        province = look(journey, configuration, DAY_5_MS + HOUR_MS)["destinations"][0]
        assert province["pending"] == 2
        assert province["oldest_pending"] == "2026-01-05T00:05:00.000+07:00"
        assert province["last_delivered"] == "2026-01-05T00:00:04.000+07:00"

    def test_the_ratio_of_the_day_counts_every_slot_that_is_due(
        self, journey: Journey, configuration: Configuration
    ) -> None:
        """Slots end in [00:00, 01:00]; the last five minutes are not due yet; three were delivered."""
        deliver(journey, *(DAY_5_MS + n * SLOT_MS for n in (1, 2, 3)))
        province = look(journey, configuration, DAY_5_MS + HOUR_MS + SLOT_MS)["destinations"][0]
        assert province["ratio_today"] == pytest.approx(3 / 13)
        assert province["ratio_month"] == pytest.approx(3 / (4 * 288 + 13))

    def test_the_slot_named_midnight_belongs_to_the_day_in_its_name(
        self, journey: Journey, configuration: Configuration
    ) -> None:
        deliver(journey, DAY_5_MS)
        province = look(journey, configuration, DAY_5_MS + 2 * SLOT_MS)["destinations"][0]
        assert province["ratio_today"] == 0.5
        assert province["ratio_month"] == pytest.approx(1 / (4 * 288 + 2))

    def test_it_is_the_reports(self, journey: Journey, configuration: Configuration) -> None:
        deliver(journey, DAY_5_MS - SLOT_MS, DAY_5_MS, *(DAY_5_MS + n * SLOT_MS for n in (3, 4)))
        now_ms = DAY_5_MS + HOUR_MS
        province = look(journey, configuration, now_ms)["destinations"][0]
        for asked, shown in (
            (period.between("2026-01-05", "2026-01-05", "Asia/Ho_Chi_Minh"), province["ratio_today"]),
            (period.month("2026-01", "Asia/Ho_Chi_Minh"), province["ratio_month"]),
        ):
            made = build(ReportKind.COMPLETENESS, configuration, journey.database, asked, now_ms)
            told = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))["destinations"][0]["received_share"]
            assert told == pytest.approx(shown, abs=1e-6)

    def test_before_the_first_slot_of_the_day_is_due_there_is_no_ratio(
        self, journey: Journey, configuration: Configuration
    ) -> None:
        province = look(journey, configuration, DAY_5_MS + SLOT_MS - 1)["destinations"][0]
        assert province["ratio_today"] is None

    def test_everything_delivered_is_one(self, journey: Journey, configuration: Configuration) -> None:
        deliver(journey, *(DAY_5_MS + n * SLOT_MS for n in range(13)))
        province = look(journey, configuration, DAY_5_MS + HOUR_MS + SLOT_MS)["destinations"][0]
        assert province["ratio_today"] == 1.0

    def test_an_authority_that_is_not_used_has_no_ratio(self, journey: Journey, configuration: Configuration) -> None:
        ministry = look(journey, configuration, DAY_5_MS + HOUR_MS)["destinations"][1]
        assert (ministry["name"], ministry["in_use"], ministry["ratio_today"]) == ("bo-tnmt", False, None)

    def test_one_that_left_the_configuration_with_files_waiting_is_not_hidden(
        self, journey: Journey, configuration: Configuration
    ) -> None:
        journey.send(DAY_5_MS, ["old-server"])
        gone = look(journey, configuration, DAY_5_MS + HOUR_MS)["destinations"][2]
        assert (gone["name"], gone["in_use"], gone["pending"]) == ("old-server", False, 1)


def test_it_says_whether_the_daemon_runs_and_since_when(journey: Journey, configuration: Configuration) -> None:
    runs.begin(journey.database, DAY_5_MS, "0.1.0")
    with lock.hold(configuration.storage.path):
        shown = look(journey, configuration, DAY_5_MS + 1)
        assert shown["gateway"] == {"running": True, "since": "2026-01-05T00:00:00.000+07:00"}
    assert look(journey, configuration, DAY_5_MS + 1)["gateway"]["running"] is False


def test_the_newest_slot_is_the_five_minutes_not_the_hour(journey: Journey, configuration: Configuration) -> None:
    journey.file_of(record(DAY_5_MS + SLOT_MS))
    journey.file_of(record(DAY_5_MS + HOUR_MS, length_ms=HOUR_MS))
    assert look(journey, configuration, DAY_5_MS + HOUR_MS)["newest_slot"] == "2026-01-05T00:05:00.000+07:00"


def test_days_left_follow_from_the_growth_so_far(journey: Journey, configuration: Configuration) -> None:
    journey.readings.add([block(DAY_5_MS, measured(7.0))])
    assert look(journey, configuration, DAY_5_MS + HOUR_MS - 1)["disk"]["days_left"] is None
    disk = look(journey, configuration, DAY_5_MS + 2 * DAY_MS)["disk"]
    used = sum(part.stat().st_size for part in configuration.storage.path.glob("gateway.db*"))
    (configuration.storage.path / "gateway.db.before-2").write_bytes(bytes(10 * used))  # which does not grow
    disk = look(journey, configuration, DAY_5_MS + 2 * DAY_MS)["disk"]
    assert disk["days_left"] == pytest.approx(disk["free_bytes"] * 2 / used, rel=0.05)


def test_what_was_damaged_and_set_aside_is_shown_until_somebody_closes_it(
    journey: Journey, configuration: Configuration, tmp_path: Path
) -> None:
    (journey.file.parent / "gateway.db.corrupt-1").touch()
    with journey.database.write() as connection:
        set_aside.keep(connection, SetAsideKind.ROW, "file 3", "one bit of name was wrong", MIDNIGHT_MS, mended=True)
        assert not set_aside.keep(connection, SetAsideKind.ROW, "file 3", "again", MIDNIGHT_MS)
    shown = to_json(collect(configuration, journey.database, at(MIDNIGHT_MS)))["set_aside"]
    assert [(one["id"], one["kind"], one["subject"], one["mended"]) for one in shown] == [
        (1, "row", "file 3", True),
        (None, "database", "gateway.db.corrupt-1", False),
    ]
    assert shown[1]["file"] == str(journey.file.parent / "gateway.db.corrupt-1")
    with journey.database.write() as connection:
        assert set_aside.close(connection, [1, 2], "an", "new card", MIDNIGHT_MS) == 1
        set_aside.keep(connection, SetAsideKind.DATABASE, "gateway.db.corrupt-1", "page 7", MIDNIGHT_MS)
        set_aside.close(connection, [2], "an", "taken over", MIDNIGHT_MS)
    assert to_json(collect(configuration, journey.database, at(MIDNIGHT_MS)))["set_aside"] == []


def test_a_row_that_this_look_had_to_leave_out_is_shown(journey: Journey, configuration: Configuration) -> None:
    journey.send(MIDNIGHT_MS, ["so-tnmt"])
    journey.database.close()
    with closing(sqlite3.connect(journey.file, isolation_level=None)) as connection:
        connection.execute("UPDATE destination SET name = 'xx'")
    reader = open_database(journey.file, read_only=True)
    [shown] = to_json(collect(configuration, reader, at(MIDNIGHT_MS)))["set_aside"]
    reader.close()
    assert (shown["id"], shown["kind"], shown["subject"]) == (None, "row", "destination 1")
    journey.file.unlink()
    journey.reopen()


def test_a_stage_is_shown_while_it_fails(journey: Journey, configuration: Configuration) -> None:
    board = Board(journey.database)
    board.report(ComponentKind.STAGE, "closer", ComponentState.WORKING, None, MIDNIGHT_MS)
    board.report(ComponentKind.STAGE, "filer", ComponentState.FAILING, "no such layout", MIDNIGHT_MS)
    board.step(at(MIDNIGHT_MS))
    [stage] = to_json(collect(configuration, journey.database, at(MIDNIGHT_MS)))["stages"]
    assert (stage["name"], stage["state"], stage["last_error"]) == ("filer", "failing", "no such layout")


def test_readings_that_wait_for_their_time_are_shown_as_old_as_they_are(
    journey: Journey, configuration: Configuration
) -> None:
    """A box that was just switched on, in 1970: people still want to see what it measures."""
    layout = Layout("multiprobe", 5000, (PH, COD))
    here = UnstampedStore(journey.database, journey.readings, boot_id(), SLOT_MS)
    here.add([UnstampedBlock(layout, (Row(40_000, Readings.of([measured(7.0), measured(1.0)])),))])
    here.add([UnstampedBlock(layout, (Row(58_000, Readings.of([measured(7.5), measured(2.0)])),))])
    earlier = UnstampedStore(journey.database, journey.readings, "another", SLOT_MS)
    earlier.add([UnstampedBlock(layout, (Row(9_000, Readings.of([measured(9.0), measured(9.0)])),))])
    reader = open_database(journey.file, read_only=True)
    status = collect(configuration, reader, Instant(100_000, 60.0))
    reader.close()
    shown = to_json(status)
    assert shown["readings_without_time"] == {"waiting": 2, "of_earlier_starts": 1}
    assert shown["parameters"][0]["value"] == 7.5
    assert status.parameters[0].at_ms == 98_000
    words = " ".join(line.plain for line in notes(status))
    assert "time not trusted: 2 readings wait" in words
    assert "1 readings of earlier starts" in words
