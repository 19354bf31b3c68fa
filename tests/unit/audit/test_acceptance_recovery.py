"""Acceptance tests come back from a database that was set aside, or put back: whole, before what was begun since."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.acceptance.store import AcceptanceStore, SettledStep
from gateway.audit.recovered import Recovered
from gateway.audit.recovery import Recovery
from gateway.core.acceptance import SeenFact, StepName, StepOutcome, StepVerdict
from gateway.db import verify
from gateway.db.salvage import Salvage
from tests.support.journey import DAY_MS, MIDNIGHT_MS, Journey

PARTIES = {"enterprise": "Cty Giấy", "place": "KCN Quế Võ"}
TABLES = ("acceptance", "acceptance_request", "acceptance_verdict")
REPEATED = SettledStep(
    StepName.FAULT,
    "probe",
    MIDNIGHT_MS,
    MIDNIGHT_MS + 9000,
    StepOutcome.passed(SeenFact.of("slot_status", symbol="pH", status="02", slot_ms=MIDNIGHT_MS)),
)


class Station:
    """One whose database was set aside with two acceptance tests in it, the second one in the middle of its work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "gateway.db.corrupt-1"
        (folder / "old").mkdir()
        (folder / "new").mkdir()
        old = Journey(folder / "old")
        store = AcceptanceStore(old.database, "an")
        first = store.begin({}, {}, MIDNIGHT_MS - DAY_MS)
        store.settle(first.id, _settled(StepName.CLOCK, "", StepVerdict.PASSED))
        store.finish(first.id, "ab" * 32, True, {"passed": 1}, MIDNIGHT_MS - DAY_MS + 1)
        second = store.begin(PARTIES, {}, MIDNIGHT_MS)
        store.ask(second.id, StepName.FAULT, MIDNIGHT_MS + 1000)
        store.settle(second.id, _settled(StepName.FAULT, "probe", StepVerdict.FAILED))
        store.settle(second.id, REPEATED)
        store.ask(second.id, StepName.LINE, MIDNIGHT_MS + 10_000)
        old.database.close()
        shutil.copy(folder / "old" / "gateway.db", self.file)
        self.here = Journey(folder / "new")
        self.store = AcceptanceStore(self.here.database, "binh")

    def recover(self) -> Recovered:
        with closing(Salvage(self.file, self.folder)) as source:
            return Recovery(source, self.here.database, MIDNIGHT_MS + DAY_MS, lambda table, rows: None).run()


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


def _settled(step: StepName, subject: str, verdict: StepVerdict) -> SettledStep:
    return SettledStep(step, subject, MIDNIGHT_MS, MIDNIGHT_MS + 5000, StepOutcome(verdict))


def _taken(found: Recovered) -> list[int]:
    return [found.taken[table] for table in TABLES]


def test_what_was_in_the_middle_goes_on_where_it_was(station: Station) -> None:
    assert _taken(station.recover()) == [2, 2, 3]
    newest = station.store.newest()
    assert newest is not None
    assert (newest.id, newest.parties, newest.finished_ms, newest.begun_by) == (2, PARTIES, None, "an")
    assert station.store.settled(2) == {(StepName.FAULT, "probe"): REPEATED}
    assert station.store.asked(2, StepName.LINE) == [MIDNIGHT_MS + 10_000]
    assert [one.outcome.verdict for one in station.store.settled(1).values()] == [StepVerdict.PASSED]
    assert verify(station.here.database) == []


def test_what_came_once_does_not_come_twice(station: Station) -> None:
    station.recover()
    again = station.recover()
    assert _taken(again) == [0, 0, 0]
    assert [again.already[table] for table in TABLES] == [2, 2, 3]
    assert again.is_whole


def test_the_one_that_was_begun_since_goes_on_and_theirs_come_before_it(station: Station) -> None:
    since = station.store.begin({}, {}, MIDNIGHT_MS + DAY_MS // 2)
    station.store.ask(since.id, StepName.LINE, MIDNIGHT_MS + DAY_MS // 2)
    assert _taken(station.recover()) == [2, 2, 3]
    assert station.store.newest() == since
    assert station.store.asked(since.id, StepName.LINE) == [MIDNIGHT_MS + DAY_MS // 2]
    assert station.store.settled(since.id) == {}
    begun = station.here.database.read("SELECT began_ms FROM sound_acceptance ORDER BY id")
    assert begun == [(MIDNIGHT_MS - DAY_MS,), (MIDNIGHT_MS,), (MIDNIGHT_MS + DAY_MS // 2,)]


def test_of_one_that_was_put_back_only_verdicts_are_taken_where_there_is_none(station: Station) -> None:
    """An older copy of the same database, in which the person has gone on meanwhile."""
    store = AcceptanceStore(station.here.database, "an")
    store.begin({}, {}, MIDNIGHT_MS - DAY_MS)
    number = store.begin(PARTIES, {}, MIDNIGHT_MS).id
    store.ask(number, StepName.LINE, MIDNIGHT_MS + DAY_MS // 2)
    ours = _settled(StepName.FAULT, "probe", StepVerdict.SKIPPED)
    store.settle(number, ours)
    assert _taken(station.recover()) == [0, 0, 1]  # the clock of the first one
    assert store.settled(number) == {(StepName.FAULT, "probe"): ours}
    assert store.asked(number, StepName.LINE) == [MIDNIGHT_MS + DAY_MS // 2]


def test_verdicts_of_a_test_that_is_lost_are_told_as_lost(station: Station) -> None:
    with closing(sqlite3.connect(station.file)) as broken, broken:
        broken.execute("UPDATE acceptance SET begun_by = 'nobody', parties = 'x' WHERE id = 2")
    found = station.recover()
    assert _taken(found) == [1, 0, 1]
    assert [found.lost[table] for table in TABLES] == [1, 2, 2]
    assert not found.is_whole
