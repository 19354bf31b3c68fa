"""A gateway that ran and did nothing: noticed, written down, and the cause of what is missing through it."""

from __future__ import annotations

from gateway.audit import runs
from gateway.audit.events import EventStore
from gateway.audit.long_outages import LongOutageWatch
from gateway.audit.reception import reception
from gateway.audit.standstills import StandstillWatch, newest_standstill
from gateway.core.completeness import Period
from gateway.core.findings import Topic
from gateway.core.interfaces import Instant
from gateway.core.lateness import DelayCause, Downtime
from gateway.runtime.clock import AlwaysTrusted
from tests.support.clock import FakeClock
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey

NOW_MS = MIDNIGHT_MS + 2 * HOUR_MS


def _stood(journey: Journey, clock: FakeClock, length_s: float) -> Downtime:
    run = runs.begin(journey.database, MIDNIGHT_MS, "1")
    watch = StandstillWatch(journey.database, run, AlwaysTrusted(clock, "boot"))
    before = clock.now()
    clock.advance(length_s)
    watch.stood_still(before, clock.now())
    watch.step(clock.now())
    watch.step(clock.now())
    return Downtime(before.wall_ms, before.wall_ms + round(length_s * 1000), DelayCause.STOOD_STILL)


def test_it_is_written_down_once_and_counts_as_time_in_which_nothing_was_done(journey: Journey) -> None:
    clock = FakeClock(NOW_MS)
    stood = _stood(journey, clock, 45.0)
    assert newest_standstill(journey.database, clock.now().wall_ms) == stood
    assert runs.downtimes(journey.database, 0, clock.now().wall_ms, runs_now=True) == [stood]


def test_slots_that_are_missing_through_it_say_so(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS + 2 * HOUR_MS, ["so-tnmt"])
    clock = FakeClock(NOW_MS + 1000)
    _stood(journey, clock, 3600.0)
    now_ms = clock.now().wall_ms + 10 * SLOT_MS
    journey.send(MIDNIGHT_MS + 3 * HOUR_MS + SLOT_MS, ["so-tnmt"])
    downtimes = runs.downtimes(journey.database, 0, now_ms, runs_now=True)
    found = reception(
        journey.database, "so-tnmt", Period(NOW_MS, NOW_MS + HOUR_MS + SLOT_MS, SLOT_MS), now_ms, downtimes
    ).interruptions(0, now_ms)
    assert dict(found[0].causes)[DelayCause.STOOD_STILL] >= 12


def test_a_machine_that_slept_for_a_night_is_told_with_its_cause(journey: Journey) -> None:
    clock = FakeClock(NOW_MS)
    events = EventStore(journey.database)
    watch = LongOutageWatch(journey.database, events, "NUO001", SLOT_MS, [])
    watch.step(clock.now())
    stood = _stood(journey, clock, 13 * 3600.0)
    clock.advance(61.0)
    watch.step(clock.now())
    (found,) = events.findings(Topic.OUTAGE, 0, NOW_MS + DAY_MS)
    assert (found.cause, found.episode.begin_ms, found.episode.end_ms) == (
        DelayCause.STOOD_STILL,
        stood.from_ms,
        stood.until_ms,
    )


def test_it_waits_until_its_time_is_known(journey: Journey) -> None:
    class Unknown(AlwaysTrusted):
        def stamp_ms(self, mono_s: float) -> int | None:
            return None

    clock = FakeClock(NOW_MS)
    watch = StandstillWatch(journey.database, runs.begin(journey.database, NOW_MS, "1"), Unknown(clock, "boot"))
    watch.stood_still(Instant(0, 1.0), Instant(0, 60.0))
    watch.step(clock.now())
    assert newest_standstill(journey.database, NOW_MS + DAY_MS) is None
