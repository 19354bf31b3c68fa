"""More than twelve hours without an arrival are noticed once, with their cause; also if nobody was there to notice."""

from __future__ import annotations

import logging

import pytest

from gateway.audit import runs
from gateway.audit.clock_sets import clock_sets
from gateway.audit.clock_watch import ClockWatch
from gateway.audit.events import EventStore
from gateway.audit.long_outages import LOOK_EVERY_S, REFRESH_MS, AwaitedDestination, LongOutageWatch
from gateway.core.findings import Finding, Topic
from gateway.core.lateness import DelayCause
from gateway.core.long_outage import LongOutage
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.store import DeliveryResult
from tests.support.clock import FakeClock
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey

NAME, CODE = "so-tnmt", "NUO001"
HALF_DAY = 12 * 12
"""In slots."""


class Station:
    """Lives slot by slot, one destination; the watch looks after each, four seconds after its end."""

    def __init__(self, journey: Journey, names: tuple[str, ...] = (NAME,)) -> None:
        self.journey, self.names = journey, names
        self.clock = FakeClock(MIDNIGHT_MS)
        self.waiting: list[int] = []
        self.start()

    def start(self) -> None:
        self.run = runs.begin(self.journey.database, self.clock.wall_ms, "1")
        self.clock_watch = ClockWatch(self.journey.database, self.run, self.clock.now())
        self.watch = LongOutageWatch(
            self.journey.database,
            EventStore(self.journey.database),
            CODE,
            SLOT_MS,
            [AwaitedDestination(name, SLOT_MS) for name in self.names],
        )

    def off(self, milliseconds: int) -> None:
        """Stopped, and started again after so long."""
        runs.end(self.journey.database, self.run, self.clock.wall_ms, "SIGTERM")
        self.journey.restart()
        self.clock.advance(milliseconds / 1000)
        self.start()

    def live(self, slots: int, *, is_cut: bool = False) -> None:
        for _ in range(slots):
            end_ms = (self.clock.wall_ms // SLOT_MS + 1) * SLOT_MS
            self.clock.advance((end_ms + 2000 - self.clock.wall_ms) / 1000)
            file_id = self.journey.send(end_ms, [NAME])
            self.waiting += [
                number
                for (number,) in self.journey.database.read("SELECT id FROM delivery WHERE file_id = ?", (file_id,))
            ]
            self.clock.advance(2.0)
            if is_cut:
                now_ms = self.clock.wall_ms
                self.journey.outbox.settle(
                    [], DestinationOutcome(NAME, failure=BatchFailure(DelayCause.LINE, now_ms, now_ms, "no route"))
                )
            else:
                self.deliver()
            self.look()

    def deliver(self) -> None:
        now_ms = self.clock.wall_ms
        arrived = [
            DeliveryResult(number, DeliveryState.DELIVERED, now_ms, now_ms, "renamed") for number in self.waiting
        ]
        self.journey.outbox.settle(arrived, DestinationOutcome(NAME, decided_ms=now_ms))
        self.waiting = []

    def look(self) -> None:
        self.clock.advance(LOOK_EVERY_S)
        self.clock_watch.step(self.clock.now())
        self.watch.step(self.clock.now())

    def killed(self, shown_ms: int) -> None:
        """The power was cut and came back; half a minute after that the clock shows this, and the gateway starts."""
        self.journey.restart()
        self.clock.wall_ms, self.clock.mono_s = shown_ms, 30.0
        self.start()

    def findings(self) -> list[Finding]:
        return EventStore(self.journey.database).findings(Topic.OUTAGE, 0, 1 << 60)


def test_it_begins_when_twelve_hours_are_over_and_ends_with_the_next_arrival(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gateway.audit.long_outages")
    station = Station(journey)
    station.live(2)
    last_ms = MIDNIGHT_MS + 2 * SLOT_MS + 4000
    station.live(HALF_DAY - 1, is_cut=True)
    assert station.findings() == []
    station.live(1, is_cut=True)  # and a minute later the watch looks
    (begun,) = station.findings()
    assert (begun.subject, begun.episode.kind, begun.cause) == (NAME, LongOutage.OUTAGE, DelayCause.LINE)
    assert (begun.episode.begin_ms, begun.episode.end_ms) == (last_ms, None)
    station.live(6)
    (ended,) = station.findings()
    assert ended.episode.end_ms == last_ms + (HALF_DAY + 1) * SLOT_MS
    assert (ended.episode.count, ended.cause) == (HALF_DAY, DelayCause.LINE)
    begins, ends = caplog.records
    assert (begins.levelname, ends.levelname) == ("ERROR", "INFO")
    assert begins.getMessage().startswith(
        "outage=outage subject=so-tnmt cause=line state=began since=2025-12-31T17:10:04Z"
    )
    assert "gateway report outages --letter" in begins.getMessage()
    assert "state=ended" in ends.getMessage()
    assert "length_h=12.08 slots=144 until=2026-01-01T05:15:04Z" in ends.getMessage()


def test_twelve_hours_less_a_little_are_no_event(journey: Journey) -> None:
    station = Station(journey)
    station.live(2)
    station.live(HALF_DAY - 1, is_cut=True)
    station.live(3)
    assert station.findings() == []


def test_a_restart_neither_repeats_nor_loses_it(journey: Journey, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gateway.audit.long_outages")
    station = Station(journey)
    station.live(1)
    for _ in range(4):
        station.live(HALF_DAY // 2, is_cut=True)
        station.off(10_000)
    station.live(1)
    station.off(10_000)
    station.live(1)
    (finding,) = station.findings()
    assert finding.episode.end_ms == finding.episode.begin_ms + (2 * HALF_DAY + 1) * SLOT_MS
    assert [one.levelname for one in caplog.records] == ["ERROR", "INFO"]


def test_it_arrived_and_the_gateway_was_killed_before_anybody_looked(journey: Journey) -> None:
    station = Station(journey)
    station.live(1)
    station.live(HALF_DAY + 6, is_cut=True)
    station.deliver()
    station.off(1000)
    station.live(1)
    (finding,) = station.findings()
    assert finding.episode.end_ms == finding.episode.begin_ms + (HALF_DAY + 6) * SLOT_MS + LOOK_EVERY_S * 1000


def test_a_gateway_that_was_off_for_thirteen_hours_tells_both_absences_at_its_next_start(journey: Journey) -> None:
    station = Station(journey)
    station.live(2)
    last_ms = station.clock.wall_ms - round(LOOK_EVERY_S * 1000)
    stopped_ms = station.clock.wall_ms
    station.off(13 * HOUR_MS)
    station.watch.step(station.clock.now())
    silent, absent = station.findings()
    assert (absent.subject, absent.episode.kind, absent.cause) == (CODE, LongOutage.GATEWAY_OFF, DelayCause.GATEWAY_OFF)
    assert (absent.episode.begin_ms, absent.episode.end_ms) == (stopped_ms, stopped_ms + 13 * HOUR_MS)
    assert (silent.subject, silent.cause, silent.episode.end_ms) == (NAME, DelayCause.GATEWAY_OFF, None)
    assert silent.episode.begin_ms == last_ms
    station.live(2)
    station.off(1000)
    station.live(1)
    assert [(one.subject, one.episode.end_ms is None) for one in station.findings()] == [(NAME, False), (CODE, False)]


def test_what_is_sent_late_but_steadily_is_no_outage(journey: Journey) -> None:
    station = Station(journey)
    for _ in range(HALF_DAY):
        station.live(2, is_cut=True)
        station.deliver()
    assert station.findings() == []


def test_a_destination_that_never_took_anything_is_silent_since_something_was_meant_for_it(journey: Journey) -> None:
    station = Station(journey)
    station.live(HALF_DAY + 2, is_cut=True)
    (finding,) = station.findings()
    assert finding.episode.begin_ms == MIDNIGHT_MS + SLOT_MS + 2000
    station.live(1)
    (finding,) = station.findings()
    assert finding.episode.end_ms is not None


def test_one_that_lasts_is_kept_up_to_date_and_costs_next_to_nothing(journey: Journey) -> None:
    station = Station(journey)
    station.live(1)
    station.live(HALF_DAY + 1, is_cut=True)
    before = journey.database.read("SELECT total_changes()")[0][0]
    for _ in range(30):
        station.look()
    assert journey.database.read("SELECT total_changes()")[0][0] == before
    station.clock.advance(REFRESH_MS / 1000)
    station.look()
    assert station.findings()[0].episode.last_ms == station.clock.wall_ms


def test_a_destination_that_is_not_in_use_any_more_is_not_waited_for(journey: Journey) -> None:
    station = Station(journey)
    station.live(1)
    station.live(HALF_DAY + 1, is_cut=True)
    station.names = ()
    station.off(1000)
    station.look()
    (finding,) = station.findings()
    assert finding.episode.end_ms == finding.episode.last_ms


def test_a_clock_that_is_set_back_ends_nothing_in_the_future(journey: Journey) -> None:
    station = Station(journey)
    station.live(2)
    station.clock.jump_wall(2 * DAY_MS)
    station.live(1)
    station.clock.jump_wall(-2 * DAY_MS)
    station.off(1000)
    station.live(3)
    now_ms = station.clock.wall_ms
    assert all(one.episode.last_ms <= now_ms + 2 * DAY_MS for one in station.findings())
    assert [one for one in station.findings() if one.episode.end_ms is None] == []


def test_a_clock_that_is_set_ahead_makes_no_outage_and_no_restart_makes_one_of_it(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gateway.outbox")
    station = Station(journey)
    station.live(3)
    station.clock.jump_wall(13 * HOUR_MS)
    station.live(3)
    station.off(10_000)
    station.live(3)
    assert station.findings() == []
    (told,) = caplog.records
    assert told.getMessage().startswith("the system's clock was set from=2025-12-31T17:21:04Z")
    assert "by_s=46800" in told.getMessage()


def test_a_clock_that_is_set_ahead_and_back_again_makes_none(journey: Journey) -> None:
    station = Station(journey)
    station.live(3)
    station.clock.jump_wall(13 * HOUR_MS)
    station.live(12)
    station.clock.jump_wall(-13 * HOUR_MS)
    station.live(HALF_DAY - 14)  # until the slots come that have files already
    station.off(10_000)
    station.live(6)
    assert station.findings() == []


def test_a_clock_that_goes_a_little_wrong_is_not_noted(journey: Journey) -> None:
    station = Station(journey)
    for _ in range(10):
        station.clock.jump_wall(30_000)
        station.look()
    assert clock_sets(journey.database) == []


@pytest.mark.parametrize(("slots", "is_long"), [(HALF_DAY - 2, False), (HALF_DAY + 1, True)])
def test_what_passed_counts_where_the_clock_was_set_meanwhile(journey: Journey, slots: int, is_long: bool) -> None:
    station = Station(journey)
    station.live(2)
    station.live(20, is_cut=True)
    station.clock.jump_wall(2 * HOUR_MS)
    station.live(slots - 20, is_cut=True)
    assert [one.episode.end_ms for one in station.findings()] == ([None] if is_long else [])


def test_a_box_that_slept_for_thirteen_hours_sent_nothing(journey: Journey) -> None:
    station = Station(journey)
    station.live(2)
    station.clock.advance(13 * 3600)  # the machine's counting goes on, and so does the clock
    station.live(1)
    (finding,) = station.findings()
    assert (finding.subject, finding.episode.kind) == (NAME, LongOutage.OUTAGE)
    assert finding.episode.end_ms is not None


WRONG_CLOCKS = {"1970": 0, "as it was when the power was cut": MIDNIGHT_MS + 5 * SLOT_MS + 100_000}


@pytest.mark.parametrize("shown_ms", WRONG_CLOCKS.values(), ids=WRONG_CLOCKS)
def test_a_box_without_a_battery_that_was_off_for_thirteen_hours(journey: Journey, shown_ms: int) -> None:
    station = Station(journey)
    station.live(5)
    off_ms = station.clock.wall_ms
    station.killed(shown_ms)
    station.look()
    assert station.findings() == []  # nobody knows
    passed_ms = round((station.clock.mono_s) * 1000)
    station.clock.wall_ms = off_ms + 13 * HOUR_MS + passed_ms
    station.live(2)
    kinds = {one.episode.kind: one.episode for one in station.findings()}
    assert set(kinds) == {LongOutage.OUTAGE, LongOutage.GATEWAY_OFF}
    absent, silent = kinds[LongOutage.GATEWAY_OFF], kinds[LongOutage.OUTAGE]
    assert absent.end_ms == off_ms + 13 * HOUR_MS + 30_000
    assert silent.end_ms is not None
    assert off_ms - SLOT_MS < absent.begin_ms < silent.begin_ms < off_ms  # closed, and arrived two seconds later
    station.off(10_000)
    station.live(1)
    assert len(station.findings()) == 2


def test_a_clock_set_ahead_long_after_a_restart_does_not_lengthen_the_pause(journey: Journey) -> None:
    station = Station(journey)
    station.live(3)
    station.off(10_000)
    station.live(3)
    station.clock.jump_wall(13 * HOUR_MS)
    station.live(3)
    assert station.findings() == []


def test_the_last_arrivals_are_found_without_reading_the_ledger(journey: Journey) -> None:
    plans = [
        journey.database.read(
            f"EXPLAIN QUERY PLAN SELECT {what} FROM delivery"  # noqa: S608  # constants
            " WHERE destination_id = (SELECT id FROM destination WHERE name = 'a') AND delivered_ms < 5"
        )
        for what in ("max(delivered_ms)", "min(delivered_ms)", "delivered_ms")
    ]
    assert all(any("delivery_by_arrival" in row[3] for row in plan) for plan in plans)
