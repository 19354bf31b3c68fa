"""Records, readings, deliveries and runs of 1970, 2030, 2040 and 2099 beside those of now: nothing is blinded, nothing
takes longer for the distance of two times."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gateway.audit import runs
from gateway.audit.events import EventStore
from gateway.audit.long_outages import AwaitedDestination, LongOutageWatch
from gateway.audit.reception import arrivals_ms, reception
from gateway.core.completeness import Gap, Period, SlotFile, gaps
from gateway.core.derivation import Computed, Derivation
from gateway.core.findings import Topic
from gateway.core.long_outage import interruptions
from gateway.outbox.backfill import Backfill, BackfillTarget
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.store import DeliveryResult
from gateway.records.derivations import DerivationStore
from tests.support.journey import (
    COD,
    DAY_MS,
    HOUR_MS,
    MIDNIGHT_MS,
    RENDERING,
    SLOT_MS,
    Journey,
    at,
    block,
    measured,
    record,
)

NAME = "so-tnmt"
NOW_MS = MIDNIGHT_MS + 12 * HOUR_MS
IN_1970, IN_2030, IN_2040, IN_2099 = SLOT_MS, 1_893_456_000_000, 2_208_988_800_000, 4_070_908_800_000
DISTANT = (IN_1970, IN_2030, IN_2040, IN_2099)


@contextmanager
def _quick() -> Iterator[None]:
    """At most a second and 20 MB."""
    tracemalloc.start()
    began_s = time.perf_counter()
    try:
        yield
        took_s, (_, peak) = time.perf_counter() - began_s, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert took_s < 4  # what is traced takes several times as long as it does by itself
    assert peak < 20 << 20


def _arrive(journey: Journey, end_ms: int, arrived_ms: int) -> None:
    journey.send(end_ms, [NAME])
    (number,) = journey.database.read("SELECT max(id) FROM delivery")[0]
    journey.outbox.settle([DeliveryResult(number, DeliveryState.DELIVERED, arrived_ms, arrived_ms, "renamed")])


@pytest.fixture
def distant(journey: Journey) -> Journey:
    """Half a day as it should be, and then what clocks have done to it."""
    for began_ms in (IN_1970, IN_2030, IN_2099, MIDNIGHT_MS):
        run = runs.begin(journey.database, began_ms, "1")
        runs.end(journey.database, run, began_ms + 60_000, "SIGTERM")
    runs.begin(journey.database, MIDNIGHT_MS + 60_000, "1")
    for end_ms in (*range(MIDNIGHT_MS + SLOT_MS, NOW_MS + 1, SLOT_MS), *DISTANT):
        _arrive(journey, end_ms, end_ms + 3000)
        journey.readings.add([block(end_ms - 5000, measured(7.0))])
    return journey


def test_the_newest_is_the_newest_of_what_has_been(distant: Journey) -> None:
    assert distant.records.newest_ms(SLOT_MS, NOW_MS) == NOW_MS
    assert distant.records.future(NOW_MS).count == 3
    assert distant.records.future(NOW_MS).newest_ms == IN_2099
    assert distant.outbox.counts(NAME, NOW_MS + 5000).last_delivered_ms == NOW_MS + 3000


def test_the_newest_reading_is_none_of_the_next_hour(distant: Journey) -> None:
    distant.readings.add([block(NOW_MS + HOUR_MS // 2, measured(99.0))])
    [(at_ms, reading)] = distant.readings.newest(NOW_MS).values()
    assert (at_ms, reading.value) == (NOW_MS - 5000, 7.0)


def test_no_time_off_reaches_from_1970_or_into_the_future(distant: Journey) -> None:
    off = runs.downtimes(distant.database, 0, NOW_MS, runs_now=True)
    assert [(one.from_ms, one.until_ms) for one in off] == []


def test_arrivals_are_those_that_have_been(distant: Journey) -> None:
    found = arrivals_ms(distant.database, NAME, MIDNIGHT_MS + HOUR_MS, IN_2030, NOW_MS + 5000)
    assert found[0] == MIDNIGHT_MS + HOUR_MS - SLOT_MS + 3000
    assert found[-1] == NOW_MS + 3000


@pytest.mark.parametrize("was_ahead", [False, True])
def test_nobody_is_told_of_half_a_million_hours(distant: Journey, was_ahead: bool) -> None:
    events = EventStore(distant.database)
    watch = LongOutageWatch(distant.database, events, "NUO001", SLOT_MS, [AwaitedDestination(NAME, SLOT_MS)])
    if was_ahead:
        with _quick():
            watch.step(at(IN_2099 + HOUR_MS, 500.0))
    with _quick():
        watch.step(at(NOW_MS + 5000, 1000.0))
    assert [one for one in events.lasting((Topic.OUTAGE,)) if one.episode.begin_ms < NOW_MS + DAY_MS] == []
    with _quick():
        watch.step(at(NOW_MS + 13 * HOUR_MS, 2000.0))
    (lasting,) = events.lasting((Topic.OUTAGE,))
    assert (lasting.episode.begin_ms, lasting.episode.count) == (NOW_MS + 3000, 13 * 12 - 1 - 1)


def test_reception_from_1970_to_2099_takes_no_longer_than_its_files(distant: Journey) -> None:
    period = Period(IN_1970 - SLOT_MS, IN_2099, SLOT_MS)
    with _quick():
        found = reception(distant.database, NAME, period, IN_2099, []).interruptions(0, IN_2099)
    assert len(found) > 1


def test_gaps_and_interruptions_of_a_hundred_years_are_a_few_rows() -> None:
    period = Period(0, IN_2099, SLOT_MS)
    present = [IN_1970, NOW_MS, IN_2030]
    with _quick():
        assert gaps(present, period)[-1] == Gap(IN_2030, IN_2099, (IN_2099 - IN_2030) // SLOT_MS)
        found = interruptions(
            [SlotFile(one, one + 1000) for one in present], [one + 1000 for one in present], period, IN_2099
        )
    assert sum(one.slots for one in found) == len(period) - len(present) - 2


def test_backfill_passes_over_years_in_a_step_and_plans_nothing_from_the_future(journey: Journey) -> None:
    for end_ms in (IN_1970, NOW_MS, IN_2030):
        journey.file_of(record(end_ms))
    told: list[None] = []
    target = BackfillTarget("late", SLOT_MS, RENDERING, 0)
    backfill = Backfill(journey.records, journey.files, journey.plans, [target], lambda: told.append(None))
    for _ in range(4):
        backfill.step(at(NOW_MS + 1000))
    assert backfill.step(at(NOW_MS + 1000)) > 2000
    assert {end_ms for _, end_ms in journey.deliveries()} == {IN_1970, NOW_MS}


def test_a_derivation_that_was_adopted_in_2030_is_in_force_now(journey: Journey) -> None:
    store = DerivationStore(journey.database)
    derivation = Derivation((), (Computed(COD, "pH * 2"),))
    store.adopt(derivation, IN_2030)
    assert store.in_force(NOW_MS) == Derivation()
    store.adopt(derivation, NOW_MS - HOUR_MS)
    assert store.in_force(NOW_MS) == derivation
    rows = journey.database.read("SELECT count(*) FROM recipe")
    DerivationStore(journey.database).adopt(derivation, NOW_MS)
    assert journey.database.read("SELECT count(*) FROM recipe") == rows
