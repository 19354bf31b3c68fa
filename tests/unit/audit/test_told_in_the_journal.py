"""Whoever changes what the journal tells of changes both or neither: each act is one entry, with who did it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.audit import clock_sets, runs
from gateway.audit.standstills import StandstillWatch
from gateway.calibrations.results import CalibrationResults, ReferenceStandard
from gateway.calibrations.runs import CalibrationRuns, RunState, RunWish
from gateway.clock.store import ClockStore
from gateway.core.calibration_check import CalibrationCheck, CheckKind
from gateway.core.clock_set import ClockSet
from gateway.core.clock_trust import Trust, TrustState
from gateway.core.errors import StoreError
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import EntryKind
from gateway.db import Database, set_aside
from gateway.db.damage import FoundDamage, SetAsideKind
from gateway.db.set_aside import DamageNotes
from gateway.journal.matters import close_matters, tell_damage
from gateway.outbox.action import Action
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.readings.calibrations import CalibrationStore
from gateway.sampler.store import SampleState, SampleStore
from tests.support.clock import FakeClock
from tests.support.journey import Journey, at
from tests.support.trust import CountedFrom1970

T0 = FakeClock().wall_ms
NOW = at(T0)
CHECK = CalibrationCheck("SO2", "mg/Nm3", T0 - 1, CheckKind.SPAN, 100.0, 98.5, 12, 0.2)


@dataclass(frozen=True)
class Act:
    """`before` is there already; `act` is done twice where that changes nothing more."""

    kind: EntryKind
    who: str
    what: dict[str, Any]
    act: Callable[[Journey], object]
    before: Callable[[Journey], object] = lambda journey: None
    is_repeatable: bool = False


def _stand_still(journey: Journey) -> None:
    watch = StandstillWatch(journey.database, 1, CountedFrom1970())
    watch.stood_still(Instant(T0 - 9000, T0 / 1000 - 9), Instant(T0, T0 / 1000))
    watch.step(NOW)


def _run_with_a_valve(journey: Journey) -> None:
    store = CalibrationRuns(journey.database)
    number = store.ask("cems", RunWish.SEQUENCE, "weekly", "lan", T0)
    store.begin(number, RunState.RUNNING, T0)
    store.end_step(store.begin_step(number, "open span", "coil 3", T0 + 1), "confirmed", "it is open", T0 + 2)


STEP = {"step": "open span", "place": "coil 3", "before_ms": T0 + 1, "after_ms": T0 + 2, "outcome": "confirmed"}


def _set_aside(journey: Journey) -> None:
    with journey.database.write() as connection:
        set_aside.keep(connection, SetAsideKind.ROW, "record 7", "3 bits", T0)


def _close(journey: Journey) -> None:
    with journey.database.write() as connection:
        close_matters(connection, [1, 2], "lan", "card changed", T0)


def _meet_damage(journey: Journey) -> None:
    journey.database.damage.add(FoundDamage("record 7", "one bit", mended=True))
    DamageNotes(journey.database, tell_damage).step(NOW)


ACTS = {
    "damage is met": Act(
        EntryKind.STORAGE,
        "gateway",
        {"act": "found", "matter": "row", "subject": "record 7", "reason": "one bit", "mended": True},
        _meet_damage,
        is_repeatable=True,
    ),
    "a matter is closed": Act(
        EntryKind.STORAGE,
        "lan",
        {"act": "closed", "matter": "row", "subject": "record 7", "reason": "card changed"},
        _close,
        _set_aside,
        is_repeatable=True,
    ),
    "deliveries are given up": Act(
        EntryKind.DELIVERY,
        "lan",
        {"action": "close", "destination": "so-tnmt", "deliveries": 1, "from_ms": None, "reason": "no such station"},
        lambda journey: Interventions(journey.database).act(
            Action.CLOSE, DeliverySelection("so-tnmt"), "lan", T0, "no such station"
        ),
        lambda journey: journey.send(T0, ["so-tnmt"]),
        is_repeatable=True,
    ),
    "a sequence has ended": Act(
        EntryKind.CALIBRATION,
        "gateway",
        {"act": "run ended", "run": 1, "state": "done", "outcome": "drift 0.2 %", "valves": [STEP]},
        lambda journey: CalibrationRuns(journey.database).end(1, RunState.DONE, "drift 0.2 %", T0 + 9),
        _run_with_a_valve,
        is_repeatable=True,
    ),
    "a calibration is declared": Act(
        EntryKind.CALIBRATION,
        "lan",
        {"act": "declared", "parameters": ["pH", "COD"], "planned_ms": T0 + 1, "reason": "buffers"},
        lambda journey: CalibrationStore(journey.database).begin(["pH", "COD"], T0 + 1, "buffers", "lan", T0),
    ),
    "a calibration is declared in another's name": Act(
        EntryKind.CALIBRATION,
        "minh",
        {"act": "declared", "parameters": ["pH"], "by": "lan"},
        lambda journey: CalibrationStore(journey.database).begin(["pH"], None, "buffers", "lan", T0, "minh"),
    ),
    "a calibration is ended in another's name": Act(
        EntryKind.CALIBRATION,
        "minh",
        {"act": "ended", "by": "lan"},
        lambda journey: CalibrationStore(journey.database).end(["pH"], "lan", T0 + 1, "minh"),
        lambda journey: CalibrationStore(journey.database).begin(["pH"], None, "buffers", "lan", T0),
    ),
    "a sequence is asked for in another's name": Act(
        EntryKind.CALIBRATION,
        "minh",
        {"act": "asked", "by": "lan"},
        lambda journey: CalibrationRuns(journey.database).ask("cems", RunWish.CLOSE, "weekly", "lan", T0, "minh"),
    ),
    "a sequence is to stop in another's name": Act(
        EntryKind.CALIBRATION,
        "minh",
        {"act": "stop asked", "by": "lan"},
        lambda journey: CalibrationRuns(journey.database).ask_to_stop(1, "lan", T0, "minh"),
        lambda journey: CalibrationRuns(journey.database).ask("cems", RunWish.SEQUENCE, "weekly", "lan", T0),
    ),
    "a result in another's name": Act(
        EntryKind.CALIBRATION,
        "minh",
        {"act": "result", "by": "lan"},
        lambda journey: CalibrationResults(journey.database).add(CHECK, "weekly", "lan", T0, typed_by="minh"),
    ),
    "a calibration is ended by a person": Act(
        EntryKind.CALIBRATION,
        "minh",
        {"act": "ended", "parameters": ["pH"]},
        lambda journey: CalibrationStore(journey.database).end(["pH", "COD"], "minh", T0 + 1),
        lambda journey: CalibrationStore(journey.database).begin(["pH"], None, "buffers", "lan", T0),
        is_repeatable=True,
    ),
    "a calibration is over": Act(
        EntryKind.CALIBRATION,
        "gateway",
        {"act": "ended", "parameters": ["pH"]},
        lambda journey: CalibrationStore(journey.database).end_overdue(T0 + 2),
        lambda journey: CalibrationStore(journey.database).begin(["pH"], T0 + 1, "buffers", "lan", T0),
        is_repeatable=True,
    ),
    "a calibration was declared by a wrong clock": Act(
        EntryKind.CALIBRATION,
        "gateway",
        {"act": "moved", "parameters": ["pH"], "began_ms": T0, "by_ms": 5},
        lambda journey: [
            CalibrationStore(journey.database).begin_later(one, 5, T0)
            for one in CalibrationStore(journey.database).lasting()
        ],
        lambda journey: CalibrationStore(journey.database).begin(["pH"], T0 + 1, "buffers", "lan", T0),
    ),
    "a sequence is asked for": Act(
        EntryKind.CALIBRATION,
        "lan",
        {"act": "asked", "run": 1, "instrument": "cems", "wanted": "sequence", "reason": "weekly"},
        lambda journey: CalibrationRuns(journey.database).ask("cems", RunWish.SEQUENCE, "weekly", "lan", T0),
    ),
    "a sequence is to stop": Act(
        EntryKind.CALIBRATION,
        "minh",
        {"act": "stop asked", "run": 1},
        lambda journey: CalibrationRuns(journey.database).ask_to_stop(1, "minh", T0),
        lambda journey: CalibrationRuns(journey.database).ask("cems", RunWish.SEQUENCE, "weekly", "lan", T0),
        is_repeatable=True,
    ),
    "a result": Act(
        EntryKind.CALIBRATION,
        "lan",
        {"act": "result", "parameter": "SO2", "reference": 100.0, "measured": 98.5, "expires": "2027-01-31"},
        lambda journey: CalibrationResults(journey.database).add(
            CHECK, "weekly", "lan", T0, ReferenceStandard("A-1", date(2027, 1, 31))
        ),
    ),
    "a sample is asked for": Act(
        EntryKind.SAMPLE,
        "lan",
        {"act": "asked", "request": 1, "reason": "inspector"},
        lambda journey: SampleStore(journey.database).add("inspector", "lan", T0),
    ),
    "a sample is taken": Act(
        EntryKind.SAMPLE,
        "gateway",
        {"act": "settled", "request": 1, "state": "taken", "outcome": "bottle 3"},
        lambda journey: SampleStore(journey.database).settle(1, SampleState.TAKEN, "bottle 3", T0),
        lambda journey: SampleStore(journey.database).add("inspector", "lan", T0),
        is_repeatable=True,
    ),
    "the clock is thought of otherwise": Act(
        EntryKind.CLOCK,
        "gateway",
        {"state": "untrusted", "since_ms": T0, "reason": "nobody was asked yet", "witness": None, "offset_ms": None},
        lambda journey: ClockStore(journey.database).keep(
            1, "boot", [Trust(TrustState.UNTRUSTED, NOW, "nobody was asked yet")], T0
        ),
        lambda journey: runs.begin(journey.database, T0, "1"),
    ),
    "the clock is set": Act(
        EntryKind.CLOCK,
        "gateway",
        {"state": "set", "from_ms": T0, "to_ms": T0 + 7000, "by_ms": 7000},
        lambda journey: clock_sets.keep(journey.database, 1, ClockSet(T0 - 1, T0, 7000)),
        lambda journey: runs.begin(journey.database, T0, "1"),
    ),
    "a standstill": Act(
        EntryKind.STANDSTILL,
        "gateway",
        {"from_ms": T0 - 9000, "until_ms": T0},
        _stand_still,
        lambda journey: runs.begin(journey.database, T0, "1"),
    ),
}


@pytest.fixture
def journey(tmp_path: Path) -> Iterator[Journey]:
    made = Journey(tmp_path)
    with closing(made.database):
        yield made


def entries(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    rows = database.read("SELECT kind, who, what FROM journal ORDER BY seq")
    return [(kind, who, json.loads(what)) for kind, who, what in rows]


def everything(database: Database) -> dict[str, list[Any]]:
    tables = [name for (name,) in database.read("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: database.read(f"SELECT * FROM {name}") for name in tables}  # noqa: S608  # a schema of ours


@pytest.mark.parametrize("act", list(ACTS.values()), ids=list(ACTS))
class TestEveryAct:
    def test_is_told_once_with_who_did_it(self, journey: Journey, act: Act) -> None:
        act.before(journey)
        before = len(entries(journey.database))
        act.act(journey)
        if act.is_repeatable:
            act.act(journey)
        [(kind, who, what)] = entries(journey.database)[before:]
        assert (kind, who) == (act.kind, act.who)
        assert {name: what[name] for name in act.what} == act.what

    def test_is_not_done_where_it_cannot_be_told(self, journey: Journey, act: Act) -> None:
        act.before(journey)
        with journey.database.write() as connection:
            connection.execute("CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT raise(ABORT, 'no room'); END")
        before = everything(journey.database)
        with pytest.raises(StoreError, match="no room"):
            act.act(journey)
        assert everything(journey.database) == before
