"""A day's deliveries to one destination, counted by slots."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.audit.day_totals import DayTotals, day_totals
from gateway.core.completeness import Period
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.store import DeliveryResult
from tests.support.journey import DAY_MS, MIDNIGHT_MS, SLOT_MS, Journey

DAY = Period(MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, SLOT_MS)


@pytest.fixture
def journey(tmp_path: Path) -> Journey:
    return Journey(tmp_path)


def settle(journey: Journey, end_ms: int, state: DeliveryState, after_s: int) -> None:
    [(delivery_id,)] = journey.database.read("SELECT id FROM delivery WHERE end_ms = ?", (end_ms,))
    done_ms = end_ms + after_s * 1000
    journey.outbox.settle([DeliveryResult(delivery_id, state, done_ms, done_ms, "told")])


def test_every_slot_counts_once(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS, ["one"])  # yesterday's last
    ends_ms = [MIDNIGHT_MS + slot * SLOT_MS for slot in range(1, 6)]
    for end_ms in ends_ms:
        journey.send(end_ms, ["one"])
    settle(journey, ends_ms[0], DeliveryState.DELIVERED, 300)
    settle(journey, ends_ms[1], DeliveryState.DELIVERED, 301)
    settle(journey, ends_ms[2], DeliveryState.REFUSED, 10)
    with journey.database.write() as connection:
        connection.execute("UPDATE delivery SET state = 'empty' WHERE end_ms = ?", (ends_ms[3],))
    found = day_totals(journey.database, "one", DAY)
    assert found == DayTotals("one", due=288, in_time=1, late=1, empty=1, refused=1)
    assert found.missing == 284


def test_what_arrived_stays_in_time_when_a_person_has_it_sent_again(journey: Journey) -> None:
    end_ms = MIDNIGHT_MS + SLOT_MS
    journey.send(end_ms, ["one"])
    settle(journey, end_ms, DeliveryState.DELIVERED, 10)
    with journey.database.write() as connection:
        connection.execute("UPDATE delivery SET state = 'waiting'")
    assert day_totals(journey.database, "one", DAY).in_time == 1


def test_nothing_was_due_before_the_first_slot_that_was_meant_for_it(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS + 100 * SLOT_MS, ["one"])
    assert day_totals(journey.database, "one", DAY).due == 189


def test_nothing_is_due_where_nothing_was_ever_meant_to_go(journey: Journey) -> None:
    assert day_totals(journey.database, "one", DAY) == DayTotals("one", 0, 0, 0, 0, 0)


def test_an_hour_s_files_are_counted_by_hours(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS + 12 * SLOT_MS, ["one"])
    settle(journey, MIDNIGHT_MS + 12 * SLOT_MS, DeliveryState.DELIVERED, 10)
    found = day_totals(journey.database, "one", Period(MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, 12 * SLOT_MS))
    assert (found.due, found.in_time) == (24, 1)
