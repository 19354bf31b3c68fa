"""What began and ended at the station stands in the journal: once, with the event or not at all, never as a flood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.event_entries import RestlessEvents, old_events
from gateway.audit.events import EventStore
from gateway.core.episode import Episode
from gateway.core.errors import StoreError
from gateway.core.findings import Finding, Topic
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.core.limits import Limit
from gateway.core.permit_limit import PermitLimit
from gateway.core.telling import SINGLY_IN_DAY, SINGLY_IN_HOUR
from tests.support.clock import FakeClock
from tests.support.journey import Journey

T0 = FakeClock().wall_ms
WORST = {f"P{number}": number / 4 for number in range(10)}


class Station:
    def __init__(self, folder: Path) -> None:
        self.journey = Journey(folder)
        self.database = self.journey.database
        self.events = EventStore(self.database)
        self.restless = RestlessEvents(self.database)

    def begin(self, at_ms: int, subject: str = "usb:1-1.3", topic: Topic = Topic.PORT) -> Finding:
        finding = Finding(subject, Episode("device-in-unused", at_ms, at_ms, 1, None), topic, "a stick")
        self.events.note([finding], at_ms)
        return finding

    def end(self, finding: Finding, at_ms: int) -> None:
        began = finding.episode
        over = Episode(began.kind, began.begin_ms, at_ms, began.count, began.peak, at_ms)
        self.events.note([Finding(finding.subject, over, finding.topic, finding.detail)], at_ms)

    def look(self, at_ms: int) -> None:
        self.restless.step(Instant(at_ms, at_ms / 1000))

    def entries(self) -> list[dict[str, Any]]:
        rows = self.database.read("SELECT kind, what FROM journal ORDER BY seq")
        return [{"entry": kind, **json.loads(what)} for kind, what in rows]

    def states(self) -> list[str]:
        return [str(entry["state"]) for entry in self.entries()]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    with closing(made.database):
        yield made


@pytest.mark.parametrize("topic", list(Topic))
def test_begin_and_end_of_every_topic_are_told_once_however_often_it_is_looked_at(
    station: Station, topic: Topic
) -> None:
    finding = station.begin(T0, "X", topic)
    station.events.note([finding], T0 + 1)
    station.end(finding, T0 + MINUTE_MS)
    station.end(finding, T0 + MINUTE_MS)
    station.look(T0 + DAY_MS)
    began, ended = station.entries()
    assert began == {
        "entry": topic.value, "state": "began", "kind": "device-in-unused", "subjects": {"X": None},
        "detail": "a stick", "began_ms": T0, "last_ms": T0, "count": 1,
    }  # fmt: skip
    assert (ended["state"], ended["ended_ms"]) == ("ended", T0 + MINUTE_MS)


def test_an_instrument_that_falls_silent_is_one_piece_of_news(station: Station) -> None:
    def note(end_ms: int | None) -> None:
        episodes = {name: Episode("low_coverage", T0, T0, 1, worst, end_ms) for name, worst in WORST.items()}
        station.events.note([Finding(name, episode) for name, episode in episodes.items()], T0)

    note(None)
    note(T0 + 1)
    assert [(one["state"], one["subjects"]) for one in station.entries()] == [("began", WORST), ("ended", WORST)]


def test_what_was_over_when_it_was_found_is_one_entry(station: Station) -> None:
    limit = PermitLimit(Limit(None, 100.0), "mg/L")
    over = Finding("COD", Episode("exceeded", T0, T0, 3, float("inf"), T0 + 1), Topic.EXCEEDANCE, limit)
    station.events.note([over], T0 + HOUR_MS)
    (entry,) = station.entries()
    assert (entry["state"], entry["began_ms"], entry["subjects"]) == ("ended", T0, {"COD": "inf"})
    assert json.loads(entry["detail"])["highest"] == 100.0


def test_what_nobody_looks_for_any_more_has_its_end_told(station: Station) -> None:
    finding = station.begin(T0)
    station.events.forget([finding], T0 + 1)
    assert station.states() == ["began", "ended"]


def test_nothing_is_told_of_an_event_that_is_not_there(station: Station) -> None:
    finding = Finding("usb:1-1.3", Episode("device-in-unused", T0, T0, 1, None), Topic.PORT)
    station.events.forget([finding], T0 + 1)
    assert station.states() == []


def test_an_event_that_the_journal_cannot_tell_of_is_not_kept_either(station: Station) -> None:
    with station.database.write() as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT raise(ABORT, 'no room'); END")
    with pytest.raises(StoreError, match="no room"):
        station.begin(T0)
    assert station.events.lasting(Topic) == []
    with station.database.write() as connection:
        connection.execute("DROP TRIGGER full")
    station.begin(T0)
    assert station.states() == ["began"]


class TestRestless:
    def test_a_plug_that_is_loose_for_a_day_is_told_of_some_dozen_times_and_counted_all(self, station: Station) -> None:
        for minute in range(0, 24 * 60, 4):
            finding = station.begin(T0 + minute * MINUTE_MS)
            station.end(finding, T0 + minute * MINUTE_MS + 20_000)
            station.look(T0 + minute * MINUTE_MS + 30_000)
        station.look(T0 + DAY_MS + 2 * HOUR_MS)
        entries = station.entries()
        assert len(entries) <= 2 * SINGLY_IN_DAY + 26
        told_singly = station.states().count("ended")
        together = [entry for entry in entries if entry["state"] == "restless"]
        assert told_singly + sum(entry["times"] for entry in together) == 360
        assert sum(entry["lasted_ms"] for entry in together) == 20_000 * (360 - told_singly)

    def test_an_instrument_that_is_silent_for_most_of_every_twenty_minutes_is_no_flood(self, station: Station) -> None:
        for begin_ms in range(T0, T0 + DAY_MS, 20 * MINUTE_MS):
            for end_ms in (None, begin_ms + 15 * MINUTE_MS):
                episode = Episode("low_coverage", begin_ms, begin_ms, 1, 0.0, end_ms)
                station.events.note([Finding(name, episode) for name in WORST], end_ms or begin_ms)
                station.look((end_ms or begin_ms) + 11 * MINUTE_MS)
        station.look(T0 + DAY_MS + 2 * HOUR_MS)
        assert len(station.entries()) <= 2 * 72
        assert all(entry["subjects"].keys() == WORST.keys() for entry in station.entries())

    def test_what_stays_at_last_is_told_within_ten_minutes_and_its_end_too(self, station: Station) -> None:
        for second in range(0, 600, 60):
            station.end(station.begin(T0 + second * 1000), T0 + second * 1000 + 5000)
        stays_ms = T0 + 11 * MINUTE_MS
        finding = station.begin(stays_ms)
        station.look(stays_ms + 9 * MINUTE_MS)
        assert "restless" not in station.states()
        station.look(stays_ms + 11 * MINUTE_MS)
        last = station.entries()[-1]
        assert (last["state"], last["began_ms"], last["times"]) == ("restless", stays_ms, 5)
        assert "ended_ms" not in last
        station.end(finding, stays_ms + HOUR_MS)
        assert station.entries()[-1]["state"] == "ended"
        assert len(station.states()) == 2 * SINGLY_IN_HOUR + 2

    def test_another_port_is_told_of_all_the_same(self, station: Station) -> None:
        for second in range(20):
            station.end(station.begin(T0 + second * 1000), T0 + second * 1000 + 500)
        station.begin(T0 + 30_000, "usb:1-1.4")
        assert station.entries()[-1]["subjects"] == {"usb:1-1.4": None}

    def test_a_clock_that_was_set_back_meanwhile_hides_nothing_for_longer(self, station: Station) -> None:
        for second in range(20):
            station.end(station.begin(T0 + second * 1000), T0 + second * 1000 + 500)
        station.look(T0 - 30 * DAY_MS)
        assert station.entries()[-1]["times"] == 20 - SINGLY_IN_HOUR

    def test_the_hour_is_the_same_after_a_restart(self, station: Station) -> None:
        for second in range(20):
            station.end(station.begin(T0 + second * 1000), T0 + second * 1000 + 500)
        station.restless = RestlessEvents(station.database)
        station.look(T0 + 2 * HOUR_MS)
        station.restless = RestlessEvents(station.database)
        station.look(T0 + 2 * HOUR_MS)
        assert station.states().count("restless") == 1


def test_events_from_before_the_journal_are_taken_over_and_marked(station: Station) -> None:
    lasting, over = station.begin(T0), station.begin(T0 - HOUR_MS, "usb:1-1.4")
    station.end(over, T0)
    with station.database.write() as connection:
        connection.execute("UPDATE event SET told = 0")  # as the migration leaves them
        taken = [what for _, _, what in old_events(connection)]
        assert list(old_events(connection)) == []
    assert all(what["taken_over"] is True for what in taken)
    assert [(*what["subjects"], what["state"]) for what in taken] == [("usb:1-1.4", "ended"), ("usb:1-1.3", "began")]
    station.end(lasting, T0 + 2 * DAY_MS)
    assert station.states()[-1] == "ended"
