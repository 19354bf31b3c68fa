"""After ten `kill -9`: nothing is lost that was kept, nothing is there twice, no value is wrong.

A crash may take readings that were not committed yet, so a slot may have fewer than the instruments showed, and even
the status of a fault; but what its record says is what the kept readings say, and these are what the instruments
showed.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from gateway.config import load
from gateway.core.findings import Topic
from gateway.core.reading import Parameter, Reading
from gateway.core.record import Record
from gateway.core.telling import SINGLY_IN_HOUR, Telling
from gateway.db import Database, open_database, verify
from gateway.db.anchor import AnchorFile
from gateway.journal.rows import head
from gateway.journal.rows import rows as journal_rows
from gateway.journal.verification import verify as verify_journal
from gateway.readings.store import ReadingStore
from gateway.records.store import RecordStore
from gateway.reports.explain.slot import explain
from tests.crash.crashes import CRASHES, SLOT_MS, Crashes
from tests.support.live.expectation import COLUMNS, Shown, end_of, path, shown
from tests.support.live.long_runs import ENOUGH_S

pytestmark = pytest.mark.timeout(ENOUGH_S + 6 * CRASHES)

AUTHORITIES = ("province", "ministry")
SAFE_AFTER_MS = 3_500
"""A slot is opened in the database within so many milliseconds of its first reading; before, a crash may take it."""
ANSWER_WITHIN_MS = 700

Kept = dict[int, dict[Parameter, list[tuple[int, Reading]]]]
"""Readings in the database, with their instants, by slot end and parameter."""


@pytest.fixture(scope="module")
def database(crashes: Crashes) -> Iterator[Database]:
    opened = open_database(crashes.database, read_only=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def records(database: Database) -> list[Record]:
    return list(RecordStore(database).records(SLOT_MS, 0, 1 << 62))


@pytest.fixture(scope="module")
def kept(database: Database) -> Kept:
    found: Kept = defaultdict(lambda: defaultdict(list))
    for layout, rows in ReadingStore(database).blocks(0, 1 << 62):
        for row in rows:
            slot = found[(row.at_ms // SLOT_MS + 1) * SLOT_MS]
            for parameter, reading in zip(layout.parameters, row.readings, strict=True):
                slot[parameter].append((row.at_ms, reading))
    return found


def test_the_daemon_was_killed_and_connections_were_refused(crashes: Crashes) -> None:
    assert len(crashes.lives) == CRASHES + 1
    assert crashes.refused > 0
    assert crashes.stopped.code == 0
    assert crashes.stopped.took_s < 10


def test_the_database_is_sound(database: Database) -> None:
    assert verify(database) == []


def test_the_journal_is_whole_and_tells_of_every_start(database: Database, crashes: Crashes) -> None:
    anchor = AnchorFile(crashes.database.parent).read().anchor
    assert anchor is not None
    assert anchor.journal == head(database)
    assert verify_journal(database, anchor.journal).faults == ()
    kinds = Counter(row.kind for row in journal_rows(database))
    assert kinds["key"] == 1
    assert kinds["start"] <= SINGLY_IN_HOUR + 1
    assert kinds["rollback"] == 0


def _starts(database: Database) -> int:
    """As the daemon counted them: on a busy machine a life may end before its start is noted."""
    ((starts,),) = database.read("SELECT count(*) FROM run")
    assert 1 < starts <= CRASHES + 1
    return int(starts)


def test_the_journal_tells_of_what_happened_neither_less_nor_twice(database: Database, crashes: Crashes) -> None:
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in journal_rows(database):
        told[row.kind].append(json.loads(row.what))
    assert _times(told["start"]) + _held(database, "start") == _starts(database)
    first, *later = [start["before"] for start in told["start"]]
    assert (first, {before["end"] for before in later}) == (None, {"sudden"})
    assert [stop["why"] for stop in told["stop"]] == ["SIGTERM"]
    assert (len(told["configuration"]), len(told["version"])) == (1, 1)
    thought = database.read("SELECT at_ms, state FROM clock_trust ORDER BY id")
    thoughts = [one for one in told["clock"] if "since_ms" in one]
    assert {(one["since_ms"], one["state"]) for one in thoughts} <= set(thought)
    assert _times(thoughts) + _held(database, "clock") == len(thought)
    for topic in Topic:
        events = database.read("SELECT kind, subject, began_ms, told FROM event WHERE topic = ?", (topic.value,))
        begins, ends = (
            Counter(
                (one["kind"], subject, one["began_ms"])
                for one in told[topic]
                if one.get("state") in states
                for subject in one["subjects"]
            )
            for states in (("began",), ("ended",))
        )
        assert {*begins.values(), *ends.values()} <= {1}
        assert ends.keys() == {tuple(event[:3]) for event in events if event[3] == 2}
        assert begins.keys() >= {tuple(event[:3]) for event in events if event[3] == 1}


def _times(entries: list[dict[str, Any]]) -> int:
    return sum(one.get("times", 1) for one in entries)


def _held(database: Database, kind: str) -> int:
    """What of this kind the journal is still to tell."""
    ((state,),) = database.read("SELECT state FROM sound_watch WHERE name = 'journal'")
    held = Telling.from_json(json.loads(state)).held
    return sum(one.times for key, one in held.items() if key.split()[0] == kind and "by_ms" not in one.newest)


def test_no_slot_is_lost(crashes: Crashes, records: list[Record]) -> None:
    closed = {record.slot.end_ms for record in records}
    due = {
        (line["t_ms"] // SLOT_MS + 1) * SLOT_MS
        for line in crashes.truth
        for life in crashes.lives
        if life.began_ms <= line["t_ms"] <= life.ended_ms - SAFE_AFTER_MS
        # An answer counts when it is complete; one that is asked for just before a slot's end may be for the next.
        and line["t_ms"] % SLOT_MS < SLOT_MS - ANSWER_WITHIN_MS
    }
    assert sorted(end_ms for end_ms in due - closed if end_ms <= max(closed)) == []


def test_no_slot_is_invented(crashes: Crashes, records: list[Record]) -> None:
    measured = {(line["t_ms"] // SLOT_MS + 1) * SLOT_MS for line in crashes.truth}
    assert {record.slot.end_ms for record in records} <= measured


def test_every_kept_reading_is_one_that_the_instrument_showed(crashes: Crashes, kept: Kept) -> None:
    readings = shown(crashes.truth)
    compared = 0
    for slot in kept.values():
        for parameter, taken in slot.items():
            for at_ms, reading in taken:
                if reading.value is not None:
                    assert _was_shown(reading.value, at_ms, readings[parameter.symbol]), (parameter, at_ms, reading)
                    compared += 1
    assert compared > CRASHES // 2 * len(COLUMNS)


def _was_shown(value: float, at_ms: int, readings: list[Shown]) -> bool:
    """Whether the instrument showed just this value shortly before its answer was complete."""
    return any(at_ms - ANSWER_WITHIN_MS <= one.at_ms <= at_ms + 5 and float(one.value) == value for one in readings)


def test_every_record_says_what_the_kept_readings_say(records: list[Record], kept: Kept) -> None:
    for record in records:
        assert [line.parameter.symbol for line in record.lines] == [column.symbol for column in COLUMNS]
        for line, column in zip(record.lines, COLUMNS, strict=True):
            readings = [reading for _, reading in kept[record.slot.end_ms][line.parameter]]
            own = [Fraction(repr(one.value)) for one in readings if one.status is line.average.status and one.value]
            assert line.average.readings == len(own)
            assert line.average.value == (float(sum(own) / len(own)) if own else None)
            measuring = sum(one.status.value == "00" for one in readings)
            enough = measuring * 4 >= SLOT_MS // column.period_ms * 3
            assert line.average.status.value == ("00" if enough else "02")


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_every_file_is_there_once_and_whole(
    crashes: Crashes, database: Database, records: list[Record], authority: str
) -> None:
    proofs = dict(database.read("SELECT name, sha256 FROM file"))
    held = crashes.files[authority]
    assert held.keys() == {path(record.slot.end_ms) for record in records}, "missing, left over or temporary files"
    for file, content in held.items():
        assert hashlib.sha256(content).digest() == proofs[file.rpartition("/")[2]]
    assert len(proofs) == len(records)


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_the_authority_never_saw_a_wrong_file(crashes: Crashes, records: list[Record], authority: str) -> None:
    score = crashes.scores[authority]
    assert score["received"] == len(records)
    assert (score["malformed"], score["duplicates_altered"]) == (0, 0), score["problems"]


def test_every_delivery_is_settled(database: Database, records: list[Record]) -> None:
    states = database.read("SELECT state, count(*) FROM delivery GROUP BY state")
    assert states == [("delivered", 2 * len(records))]


def test_each_slots_life_can_be_told(crashes: Crashes, database: Database, records: list[Record]) -> None:
    """Whatever a crash took with it, what is kept yields each value, and each arrival is a try with its answer."""
    configuration = load(crashes.database.parent.parent / "gateway.yaml")
    now_ms = crashes.lives[-1].ended_ms
    for record in records:
        (slot,) = explain(database, configuration, record.slot.end_ms, now_ms, runs_now=False).slots
        assert slot.record is not None
        assert slot.record.agrees is True, record.slot.end_ms
        assert [way.destination for way in slot.deliveries] == list(AUTHORITIES)
        for way in slot.deliveries:
            assert way.file is not None
            assert way.listed is not None
            assert way.place is not None
            (held,) = [content for file, content in crashes.files[way.destination].items() if file.endswith(way.place)]
            assert held == way.file.content
            (arrival,) = [one for one in way.tries if one.outcome == "delivered"]
            assert (arrival.done_ms, arrival.answer) == (way.listed.entry.times.delivered_ms, way.listed.entry.answer)


def test_files_hold_the_time_of_their_slot(crashes: Crashes) -> None:
    for file, content in crashes.files["province"].items():
        assert {line.split("\t")[3] for line in content.decode().splitlines()} == {file[-18:-4]}
        assert end_of(file) % SLOT_MS == 0


def test_nobody_says_a_traceback(crashes: Crashes) -> None:
    assert "Traceback" not in crashes.log
    assert "worker failed" not in crashes.log
    assert "set aside" not in crashes.log
