"""Papers of the equipment that end: told once in each state, across restarts, and gone with a later day."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gateway.audit.equipment_watch import EquipmentWatch
from gateway.audit.events import EventStore
from gateway.audit.record_watch import RecordWatch
from gateway.cli.notes import notes
from gateway.config import Configuration, load
from gateway.core.clock_trust import TrustState
from gateway.core.findings import Topic
from gateway.core.instants import day_begins_ms
from gateway.records.slot_reasons import SlotReasonStore
from gateway.reports.document import ReportKind
from gateway.reports.period import ReportPeriod
from gateway.reports.registry import build
from gateway.reports.status import collect
from gateway.reports.status_json import to_json
from tests.support.journey import HOUR_MS, Journey, at
from tests.support.three_days import YAML

ZONE = "Asia/Ho_Chi_Minh"
ROW = (
    "{{name: multiprobe, kind: analyser, make: Hach, model: X, instrument: multiprobe,"
    " verified: {{until: 2026-12-31}}}}"
)


def ms(month: int, day: int, year: int = 2026, hours: float = 0) -> int:
    return day_begins_ms(date(year, month, day), ZONE) + round(hours * HOUR_MS)


def configured(folder: Path, until: str = "2026-12-31", name: str = "multiprobe") -> Configuration:
    file = folder / "gateway.yaml"
    row = ROW.replace("2026-12-31", until).replace("name: multiprobe", f"name: {name}")
    text = f"{YAML}equipment:\n  - {row}\n"
    file.write_text(text.format(storage=folder), "utf-8")
    return load(file, {"HOME": "secret"})


def look(configuration: Configuration, journey: Journey, now_ms: int) -> list[tuple[str, bool]]:
    """A start of the daemon, one look; then kind and whether it lasts, of all that was ever told."""
    events = EventStore(journey.database)
    EquipmentWatch(configuration.validities, events, ZONE).step(at(now_ms))
    found = events.findings(Topic.QUALITY, 0, 1 << 60)
    assert {one.subject for one in found} <= {one.name for one in configuration.equipment}
    return [(str(one.episode.kind), one.episode.end_ms is None) for one in found]


def entries(journey: Journey) -> list[tuple[str, str, str]]:
    rows = journey.database.read("SELECT what FROM sound_journal WHERE kind = 'quality' ORDER BY seq")
    return [(one["kind"], one["state"], one["detail"]) for (one,) in ((json.loads(what),) for (what,) in rows)]


def test_each_state_is_told_once_and_a_new_day_ends_it(
    tmp_path: Path, journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    configuration = configured(tmp_path)
    assert look(configuration, journey, ms(11, 30, hours=23.99)) == []
    assert look(configuration, journey, ms(12, 1)) == [("verification_ending", True)]
    assert look(configuration, journey, ms(12, 31, hours=23.9)) == [("verification_ending", True)]
    over = [("verification_ending", False), ("verification_ended", True)]
    assert look(configuration, journey, ms(1, 1, 2027)) == over
    assert look(configuration, journey, ms(2, 1, 2027)) == over
    assert look(configured(tmp_path, "2027-12-31"), journey, ms(2, 2, 2027)) == [(kind, False) for kind, _ in over]
    assert entries(journey) == [
        ("verification_ending", "began", "2026-12-31"),
        ("verification_ending", "ended", "2026-12-31"),
        ("verification_ended", "began", "2026-12-31"),
        ("verification_ended", "ended", "2026-12-31"),
    ]
    said = [(one.levelname, one.getMessage()) for one in caplog.records if one.name == "gateway.audit.equipment_watch"]
    assert said == [
        ("WARNING", "equipment=multiprobe kind=verification_ending state=began until=2026-12-31"),
        ("ERROR", "equipment=multiprobe kind=verification_ended state=began until=2026-12-31"),
        ("INFO", "equipment=multiprobe kind=verification_ending state=ended until=2026-12-31"),
        ("INFO", "equipment=multiprobe kind=verification_ended state=ended until=2026-12-31"),
    ]


def test_a_day_that_begins_is_noticed_while_it_runs(tmp_path: Path, journey: Journey) -> None:
    events = EventStore(journey.database)
    watch = EquipmentWatch(configured(tmp_path).validities, events, ZONE)
    assert watch.step(at(ms(11, 30), 0.0)) == 60.0
    assert watch.step(at(ms(12, 1), 59.0)) == 60.0
    assert events.lasting((Topic.QUALITY,)) == []
    watch.step(at(ms(12, 1), 60.0))
    assert [one.episode.kind for one in events.lasting((Topic.QUALITY,))] == ["verification_ending"]


def test_the_watch_over_records_leaves_it_alone(tmp_path: Path, journey: Journey) -> None:
    configuration, events = configured(tmp_path, name="cod"), EventStore(journey.database)
    look(configuration, journey, ms(12, 1))
    reasons = SlotReasonStore(journey.database)
    RecordWatch(journey.records, events, configuration.finding_rules, None, reasons).step(at(ms(12, 2)))
    assert look(configuration, journey, ms(12, 2)) == [("verification_ending", True)]


def test_status_tells_what_ends_and_how_long_it_is(tmp_path: Path, journey: Journey) -> None:
    configuration, now_ms = configured(tmp_path), ms(12, 29, hours=8)
    look(configuration, journey, now_ms)
    untrusted = collect(configuration, journey.database, at(now_ms))
    plain = {"name": "multiprobe", "of": "verification", "until": "2026-12-31"}
    assert to_json(untrusted)["equipment"] == [plain | {"days_left": None, "state": None}]
    assert not [line for line in map(str, notes(untrusted)) if "verification" in line]
    for day, left, state, words in (
        (ms(11, 30), 31, "valid", None),
        (now_ms, 2, "ending", "multiprobe: verification ends on 2026-12-31, in 2 days"),
        (ms(12, 31), 0, "ending", "multiprobe: verification ends on 2026-12-31, today"),
        (ms(1, 1, 2027), -1, "ended", "multiprobe: verification ended on 2026-12-31, 1 day ago"),
    ):
        status = collect(configuration, journey.database, at(day))
        status = replace(status, clock=replace(status.clock, state=TrustState.TRUSTED))
        told = to_json(status)
        assert told["equipment"] == [plain | {"days_left": left, "state": state}]
        assert [line for line in map(str, notes(status)) if "verification" in line] == (
            [] if words is None else [words]
        )
        assert {one["symbol"]: one["quality"] for one in told["parameters"]} == {"pH": [], "COD": []}


def test_what_has_ended_is_told_of_the_quality_and_a_reminder_is_not(tmp_path: Path, journey: Journey) -> None:
    configuration = configured(tmp_path)
    look(configuration, journey, ms(12, 10))
    look(configuration, journey, ms(1, 2, 2027))
    period = ReportPeriod(ms(12, 1), ms(1, 3, 2027), ZONE)
    made = build(ReportKind.QUALITY, configuration, journey.database, period, ms(1, 3, 2027))
    (noted,) = next(one.table.rows for one in made.sections if one.key == "findings" and one.table is not None)
    assert noted[1:3] == ("multiprobe", "2026-12-31")
    assert noted[6] is None  # it is of no slots
    assert noted[0].key == "term.noted_verification_ended"  # type: ignore[union-attr]
