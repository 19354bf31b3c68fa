"""Status, events and reports say why values are not 00: to programs by keys that stay, to people in a line."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.events import EventStore
from gateway.audit.record_watch import RecordWatch
from gateway.cli.notes import notes
from gateway.config import Configuration, Language, load
from gateway.core.averaging import Average
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.findings import FindingState, Topic
from gateway.core.quality import QualityFlag
from gateway.core.reading import Parameter, Readings, Sample, Status
from gateway.core.reason import Cause, Reason
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.db.board import Board
from gateway.readings.parameter_board import ParameterBoard
from gateway.records.slot_reasons import LineReason, SlotReasonStore
from gateway.reports import period
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.interruptions import InterruptionScope, ListedInterruption, OtherCause
from gateway.reports.letter.fields import fields_of
from gateway.reports.registry import build
from gateway.reports.status import StationStatus, collect
from gateway.reports.status_json import to_json
from gateway.texts import Wording
from tests.support.journey import DAY_MS, MIDNIGHT_MS, SLOT_MS, Journey, at

SILENT = Reason(Cause.SILENT, "127.0.0.1:502: unit 9 did not answer within 1 s")
NOW_MS = MIDNIGHT_MS + 36_000_000 + 720_000
"""10:12"""
STATION = """
station: {{name: Example, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
storage: {{path: {storage}, readings: 90d, records: 1100d}}
links:
  plc: {{type: modbus-tcp, host: 127.0.0.1}}
instruments:
  - name: dead
    link: plc
    unit: 9
    poll: 5s
    parameters:
{dead}
  - name: well
    link: plc
    unit: 1
    poll: 5s
    parameters:
      - {{symbol: pH, unit: "-", register: "holding:0", type: float32, decimals: 2, range: [0, 14]}}
      - {{symbol: TSS, unit: mg/L, register: "holding:2", type: float32, decimals: 2, range: [0, 200]}}
computed:
  - {{symbol: SUM, unit: mg/L, custom: true, formula: "TSS + P0"}}
"""


class Station:
    def __init__(self, journey: Journey, folder: Path, parameters: int) -> None:
        self.journey = journey
        names = [f"P{number}" for number in range(parameters)]
        dead = "\n".join(
            f'      - {{symbol: {name}, unit: mg/L, custom: true, register: "holding:{2 * n}", type: float32}}'
            for n, name in enumerate(names)
        )
        file = folder / "gateway.yaml"
        file.write_text(STATION.format(storage=folder, dead=dead), encoding="utf-8")
        self.configuration: Configuration = load(file)
        self.dead = tuple(Parameter(name, "mg/L") for name in names)
        self.well = (Parameter("pH", "-"), Parameter("TSS", "mg/L"))
        self.board = ParameterBoard(journey.database, journey.readings, SLOT_MS, self.configuration.station.zone)
        self.recorder = journey.recorder({"dead": 5000, "well": 5000}, parameter_board=self.board)

    def measure(self, at_ms: int, values: tuple[float, float] = (7.2, 20.0), *, is_dead: bool = True) -> None:
        n = len(self.dead)
        said = (
            Readings((None,) * n, (Status.FAULT,) * n, (SILENT,) * n)
            if is_dead
            else Readings((71.3,) * n, (Status.MEASURING,) * n)
        )
        self.recorder.accept(Sample("dead", at_ms, at_ms / 1000, self.dead, said))
        well = Readings(values, (Status.MEASURING,) * 2)
        self.recorder.accept(Sample("well", at_ms, at_ms / 1000, self.well, well))

    def status(self) -> StationStatus:
        self.recorder.finish()
        components = Board(self.journey.database)
        components.report(ComponentKind.INSTRUMENT, "dead", ComponentState.SILENT, SILENT.detail, NOW_MS - 715_000)
        components.report(ComponentKind.INSTRUMENT, "well", ComponentState.ANSWERING, None, NOW_MS)
        components.step(at(NOW_MS))
        return collect(self.configuration, self.journey.database, at(NOW_MS, NOW_MS / 1000))

    def lines(self) -> list[str]:
        return [line.plain for line in notes(self.status())]


@pytest.fixture
def station(journey: Journey, tmp_path: Path) -> Station:
    return Station(journey, tmp_path, 1)


def silent_for_twelve_minutes(station: Station) -> None:
    station.measure(NOW_MS - 720_000, is_dead=False)
    for at_ms in range(NOW_MS - 715_000, NOW_MS, 5000):
        station.measure(at_ms)


def test_a_silent_unit_on_a_live_link_is_one_line_that_an_operator_understands(station: Station) -> None:
    silent_for_twelve_minutes(station)
    [line] = [line for line in station.lines() if line.startswith("P0 ")]
    assert line == (
        "P0 02: the instrument does not answer (127.0.0.1:502: unit 9 did not answer within 1 s),"
        " for 11 min since 10:00:05, 143 in a row; last good 71.3 mg/L at 10:00:00"
    )


def test_programs_get_the_same_by_keys_that_stay(station: Station) -> None:
    silent_for_twelve_minutes(station)
    content = to_json(station.status())
    shown = {one["symbol"]: one for one in content["parameters"]}["P0"]
    assert shown["reason"] == {
        "cause": "silent",
        "detail": SILENT.detail,
        "since": "2026-01-01T10:00:05.000+07:00",
        "times": 143,
        "not_measuring_since": "2026-01-01T10:00:05.000+07:00",
    }
    assert shown["last_good"] == {"value": 71.3, "unit": "mg/L", "time": "2026-01-01T10:00:00.000+07:00"}
    assert (shown["not_measuring_today"], shown["in_range"], shown["slot"]) == (143, None, None)
    dead, well = content["instruments"]
    assert (dead["name"], dead["state"], dead["failures"]) == ("dead", "silent", 143)
    assert (dead["reason"], dead["since"]) == (f"silent: {SILENT.detail}", "2026-01-01T10:00:05.000+07:00")
    assert (well["state"], well["reason"], well["failures"]) == ("answering", None, 0)


def test_readings_that_came_since_it_was_written_down_are_counted(station: Station) -> None:
    station.measure(NOW_MS - 100_000)
    station.status()
    for at_ms in range(NOW_MS - 95_000, NOW_MS, 5000):
        station.measure(at_ms)
    station.recorder.flush()
    content = to_json(collect(station.configuration, station.journey.database, at(NOW_MS, NOW_MS / 1000)))
    assert {one["symbol"]: one for one in content["parameters"]}["P0"]["reason"]["times"] == 20


def test_a_computed_parameter_names_what_it_lacks(station: Station) -> None:
    station.measure(NOW_MS - 5000)
    shown = {one["symbol"]: one for one in to_json(station.status())["parameters"]}["SUM"]
    assert (shown["status"], shown["reason"]["cause"], shown["reason"]["detail"]) == ("02", "input", "P0 is 02")


def test_a_value_of_a_wrong_byte_order_is_marked_and_not_shown_as_zero(station: Station) -> None:
    station.measure(NOW_MS - 5000, (-2061234847777210800000000000000000.0, 1e-38))
    content = {one["symbol"]: one for one in to_json(station.status())["parameters"]}
    assert (content["pH"]["in_range"], content["TSS"]["in_range"]) == (False, True)
    lines = station.lines()
    assert any(line.startswith("pH -2.06123485e+33 is outside its range 0 to 14") for line in lines)
    assert any(line.startswith("TSS 1e-38 stands in the file as 0.00") for line in lines)


def test_what_is_well_is_not_talked_about(station: Station) -> None:
    station.measure(NOW_MS - 5000, is_dead=False)
    assert not [line for line in station.lines() if "02" in line.split()[1:2]]


def test_a_unit_that_comes_and_goes_says_how_often_today(station: Station) -> None:
    for number in range(20):
        station.measure(NOW_MS - 100_000 + 5000 * number, is_dead=number % 2 == 0)
    [line] = [line for line in station.lines() if line.startswith("P0 ")]
    assert line == (
        "P0 was 02 until 10:11:55: the instrument does not answer (127.0.0.1:502: unit 9 did not answer within 1 s);"
        " 10 readings today were not 00"
    )


def test_sixty_dead_parameters_are_one_line_and_quick(journey: Journey, tmp_path: Path) -> None:
    station = Station(journey, tmp_path, 60)
    silent_for_twelve_minutes(station)
    began_s = time.process_time()
    lines = station.lines()
    assert time.process_time() - began_s < 2.0
    [line] = [line for line in lines if "does not answer" in line]
    assert line.startswith("P0, P1, P2, P3 and 56 more 02: ")
    assert line.endswith("; last good at 10:00:00")


def test_the_newest_slot_and_the_reading_of_now_are_told_apart(station: Station) -> None:
    station.measure(NOW_MS - 5000, is_dead=False)
    end_ms = NOW_MS - NOW_MS % SLOT_MS
    slot = Slot(end_ms, SLOT_MS)
    record = Record(slot, (Line(station.dead[0], Average(None, Status.FAULT, 0, 60)),))
    station.journey.records.add(record, end_ms + 2000, (), [LineReason("P0", Status.FAULT, SILENT)])
    shown = {one["symbol"]: one for one in to_json(station.status())["parameters"]}["P0"]
    assert (shown["status"], shown["reason"]) == ("00", None)
    assert shown["slot"] == {
        "time": "2026-01-01T10:10:00.000+07:00",
        "value": None,
        "status": "02",
        "reason": {"cause": "silent", "detail": SILENT.detail},
    }
    assert any(line.startswith("P0 02 in the newest slot, 10:10:00: ") for line in station.lines())


class TestAfterwards:
    """Two hours in which P0 was silent."""

    first_ms = MIDNIGHT_MS + 8 * 3_600_000

    @pytest.fixture
    def silent(self, station: Station) -> Station:
        for number in range(36):
            end_ms = self.first_ms + number * SLOT_MS
            is_dead = 6 <= number < 30
            average = Average(None, Status.FAULT, 0, 60) if is_dead else Average(71.3, Status.MEASURING, 60, 60)
            record = Record(Slot(end_ms, SLOT_MS), (Line(station.dead[0], average),))
            reasons = [LineReason("P0", Status.FAULT, SILENT)] if is_dead else []
            station.journey.records.add(record, end_ms + 2000, (), reasons)
        return station

    def watch(self, station: Station) -> None:
        database = station.journey.database
        events = EventStore(database)
        events.begin(0, FindingState())
        reasons = SlotReasonStore(database)
        watch = RecordWatch(station.journey.records, events, station.configuration.finding_rules, reasons=reasons)
        watch.step(at(self.first_ms + DAY_MS))

    def report(self, station: Station, kind: ReportKind) -> dict[str, Any]:
        days = period.between("2026-01-01", "2026-01-01", "Asia/Ho_Chi_Minh")
        made = build(kind, station.configuration, station.journey.database, days, MIDNIGHT_MS + 2 * DAY_MS)
        content: dict[str, Any] = json.loads(render(made, ReportFormat.JSON, Language.VIETNAMESE))
        assert "Thiết bị không trả lời" in render(made, ReportFormat.HTML, Language.VIETNAMESE).decode()
        return content

    def test_an_event_says_why(self, silent: Station) -> None:
        self.watch(silent)
        found = EventStore(silent.journey.database).findings(Topic.QUALITY, 0, 1 << 60)
        [one] = [one for one in found if one.episode.kind == QualityFlag.LOW_COVERAGE]
        assert (one.subject, one.reason) == ("P0", SILENT)

    def test_the_report_of_quality_says_why_a_month_later(self, silent: Station) -> None:
        self.watch(silent)
        content = self.report(silent, ReportKind.QUALITY)
        [row] = content["reasons"]
        assert (row["parameter"], row["status"], row["reason"], row["slots"]) == ("P0", "02", "silent", 24)
        assert [row["reason"] for row in content["findings"]] == ["silent"]

    def test_the_report_of_interruptions_says_why(self, silent: Station) -> None:
        rows = [row for row in self.report(silent, ReportKind.OUTAGES)["outages"] if row["scope"] == "parameter"]
        assert [(row["subject"], row["reason"], row["last_error"]) for row in rows] == [("P0", "silent", SILENT.detail)]

    def test_the_letter_names_the_reason_of_a_parameter_that_was_silent_for_a_day(self, silent: Station) -> None:
        days = period.between("2026-01-01", "2026-01-01", "Asia/Ho_Chi_Minh")
        made = build(ReportKind.OUTAGES, silent.configuration, silent.journey.database, days, MIDNIGHT_MS + 2 * DAY_MS)
        lasted = ListedInterruption(
            InterruptionScope.PARAMETER,
            "P0",
            self.first_ms,
            self.first_ms + DAY_MS,
            DAY_MS,
            OtherCause.DEVICE,
            288,
            error=SILENT.detail,
            reason=SILENT,
        )
        [row] = fields_of(made.heading, [lasted], Wording.of(Language.VIETNAMESE)).outages
        assert (row["outage.cause"], row["outage.error"]) == ("Thiết bị không trả lời", SILENT.detail)
