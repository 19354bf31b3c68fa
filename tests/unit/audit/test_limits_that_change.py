"""A limit changes with a day while something is over it: what was over the old one ended with it, what is over the new
one begins with its first slot, wherever the gateway was restarted, off, or how late the records came."""

from __future__ import annotations

import pytest

from gateway.audit.events import EventStore
from gateway.audit.in_force import tell_limits
from gateway.audit.limit_history import limits_in_force
from gateway.audit.record_watch import RecordWatch
from gateway.core.averaging import Average
from gateway.core.dated_limit import LimitSpan
from gateway.core.findings import FindingRules, LineRules, Topic
from gateway.core.limits import LevelFractions, Limit
from gateway.core.permit_limit import PermitLimit
from gateway.core.quality import QualityRules
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from tests.support.journey import HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey, at

DUST = Parameter("PM2,5", "ug/Nm3")
BEFORE, AFTER = 8, 8
"""Slots before and after midnight of 2026-01-01."""
Told = list[tuple[float | None, int, int | None, int]]


def rules(*spans: LimitSpan) -> FindingRules:
    watched = LineRules(DUST, QualityRules(negative=False, zero=False), None, spans)
    return FindingRules((watched,), (), LevelFractions(), SLOT_MS)


def changing(averaging_ms: int | None = None, after: float | None = 45.0) -> FindingRules:
    old = LimitSpan(Limit(None, 50.0, averaging_ms), until_ms=MIDNIGHT_MS)
    new = () if after is None else (LimitSpan(Limit(None, after, averaging_ms), from_ms=MIDNIGHT_MS),)
    return rules(old, *new)


def close(journey: Journey, number: int, value: float) -> None:
    """The slot that ends so many after midnight."""
    slot = Slot(MIDNIGHT_MS + number * SLOT_MS, SLOT_MS)
    line = Line(DUST, Average(value, Status.MEASURING, 60, 60))
    journey.records.add(Record(slot, (line,)), slot.end_ms + 2000)


class Watched:
    def __init__(self, journey: Journey, configured: FindingRules) -> None:
        self.journey = journey
        tell_limits(journey.database, configured, MIDNIGHT_MS - 30 * HOUR_MS)
        self.start(configured)

    def start(self, configured: FindingRules) -> None:
        """As the daemon does: what it holds against records is what was in force at each one's time."""
        in_force = limits_in_force(self.journey.database, configured).rules(configured)
        self._watch = RecordWatch(self.journey.records, EventStore(self.journey.database), in_force)

    def look(self, number: int) -> None:
        self._watch.step(at(MIDNIGHT_MS + number * SLOT_MS + 2000))

    def told(self) -> Told:
        """Of what was exceeded: which limit, the slots that show it first and no more, and how many do."""
        found = EventStore(self.journey.database).findings(Topic.EXCEEDANCE, 0, 1 << 62)
        return [
            (
                one.detail.limit.highest,
                (one.episode.begin_ms - MIDNIGHT_MS) // SLOT_MS,
                None if one.episode.end_ms is None else (one.episode.end_ms - MIDNIGHT_MS) // SLOT_MS,
                one.episode.count,
            )
            for one in found
            if one.episode.kind == "exceeded" and isinstance(one.detail, PermitLimit)
        ]


OVER_BOTH: Told = [(50.0, 1 - BEFORE, 0, BEFORE), (45.0, 1, None, AFTER)]


@pytest.mark.parametrize("restarted_before", [None, *range(-BEFORE + 2, AFTER + 1)])
def test_an_episode_ends_with_its_limit_and_another_begins_wherever_it_was_restarted(
    journey: Journey, restarted_before: int | None
) -> None:
    """The slot that ends at midnight is the last of the old year: it began in it."""
    watched = Watched(journey, changing())
    watched.look(-BEFORE)
    for number in range(1 - BEFORE, AFTER + 1):
        if number == restarted_before:
            journey.restart()
            watched.start(changing())
        close(journey, number, 60.0)
        watched.look(number)
    assert watched.told() == OVER_BOTH


@pytest.mark.parametrize("seen_until", [-3, 0])
def test_a_gateway_that_was_off_over_the_change_comes_to_the_same(journey: Journey, seen_until: int) -> None:
    """What was closed meanwhile, or is brought back, is looked at as late as it may be."""
    watched = Watched(journey, changing())
    watched.look(-BEFORE)
    for number in range(1 - BEFORE, AFTER + 1):
        close(journey, number, 60.0)
        if number <= seen_until:
            watched.look(number)
    journey.restart()
    watched.start(changing())
    watched.look(AFTER)
    assert watched.told() == OVER_BOTH


def test_where_nothing_was_recorded_over_the_change_the_old_one_ended_when_it_was_last_seen(journey: Journey) -> None:
    watched = Watched(journey, changing())
    watched.look(-BEFORE)
    for number in range(1 - BEFORE, -3):
        close(journey, number, 60.0)
        watched.look(number)
    journey.restart()
    watched.start(changing())
    for number in range(5, AFTER + 1):
        close(journey, number, 60.0)
        watched.look(number)
    assert watched.told() == [(50.0, 1 - BEFORE, -4, BEFORE - 4), (45.0, 5, None, AFTER - 4)]


def test_between_the_two_numbers_only_the_newer_one_is_exceeded(journey: Journey) -> None:
    watched = Watched(journey, changing())
    watched.look(-BEFORE)
    for number in range(1 - BEFORE, AFTER + 1):
        close(journey, number, 48.0)
        watched.look(number)
    assert watched.told() == [(45.0, 1, None, AFTER)]


def test_a_limit_that_ends_and_none_follows_lets_nothing_last(journey: Journey) -> None:
    watched = Watched(journey, changing(after=None))
    watched.look(-BEFORE)
    for number in range(1 - BEFORE, AFTER + 1):
        close(journey, number, 60.0)
        watched.look(number)
    assert watched.told() == [(50.0, 1 - BEFORE, 0, BEFORE)]
    assert EventStore(journey.database).lasting((Topic.EXCEEDANCE,)) == []


@pytest.mark.parametrize("restarted_before", [None, -1, 0, 1, 2, 5])
def test_the_mean_that_reaches_over_midnight_is_filled_again_and_held_against_the_new_one(
    journey: Journey, restarted_before: int | None
) -> None:
    """An hour of 48: from its first slot of the new year on the mean is over 45, although most of it is of the old."""
    watched = Watched(journey, changing(HOUR_MS))
    watched.look(-14)
    for number in range(-13, 7):
        if number == restarted_before:
            journey.restart()
            watched.start(changing(HOUR_MS))
        close(journey, number, 48.0)
        watched.look(number)
    assert watched.told() == [(45.0, 1, None, 6)]


def test_a_permit_that_was_changed_on_the_same_day_leaves_the_old_year_as_it_was(journey: Journey) -> None:
    watched = Watched(journey, changing())
    watched.look(-BEFORE)
    for number in range(1 - BEFORE, 3):
        close(journey, number, 60.0)
        watched.look(number)
    journey.restart()
    tell_limits(journey.database, rules(LimitSpan(Limit(None, 30.0))), MIDNIGHT_MS + 2 * SLOT_MS + 3000)
    watched.start(rules(LimitSpan(Limit(None, 30.0))))
    for number in range(3, AFTER + 1):
        close(journey, number, 60.0)
        watched.look(number)
    assert watched.told() == [(50.0, 1 - BEFORE, 0, BEFORE), (45.0, 1, 2, 2), (30.0, 3, None, AFTER - 2)]
