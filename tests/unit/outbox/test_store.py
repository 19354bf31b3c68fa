"""The ledger's own promises."""

from __future__ import annotations

from gateway.audit import runs
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.store import DeliveryResult, DestinationCounts, WaitingDelivery
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey


def settle(journey: Journey, state: DeliveryState, tried_ms: int = 1000) -> None:
    journey.outbox.settle([DeliveryResult(1, state, tried_ms, tried_ms + 5, f"it is {state}")])


def row(journey: Journey) -> tuple[object, ...]:
    columns = "state, tries, first_try_ms, delivered_ms, answer"
    found: tuple[object, ...] = journey.database.read(f"SELECT {columns} FROM delivery")[0]  # noqa: S608  # ours
    return found


def test_a_delivery_once_delivered_stays_so(journey: Journey) -> None:
    """Both lanes carried it, and the slower one's line broke."""
    journey.send(MIDNIGHT_MS, ["so-tnmt"])
    settle(journey, DeliveryState.DELIVERED)
    settle(journey, DeliveryState.WAITING, 2000)
    settle(journey, DeliveryState.REFUSED, 3000)
    assert row(journey) == ("delivered", 1, 1000, 1005, "it is delivered")


def test_tries_are_counted_and_the_first_is_remembered(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS, ["so-tnmt"])
    settle(journey, DeliveryState.WAITING, 1000)
    settle(journey, DeliveryState.WAITING, 2000)
    assert row(journey) == ("waiting", 2, 1000, None, "it is waiting")
    settle(journey, DeliveryState.DELIVERED, 3000)
    assert row(journey) == ("delivered", 3, 1000, 3005, "it is delivered")


def test_each_destination_has_an_account_of_its_own(journey: Journey) -> None:
    for n in range(3):
        journey.send(MIDNIGHT_MS + n * SLOT_MS, ["so-tnmt", "bo-tnmt"])
    settle(journey, DeliveryState.DELIVERED)
    assert journey.outbox.counts("so-tnmt", 1 << 60) == DestinationCounts(2, 0, MIDNIGHT_MS + SLOT_MS, 1005)
    assert journey.outbox.counts("bo-tnmt", 1 << 60) == DestinationCounts(3, 0, MIDNIGHT_MS, None)
    assert journey.outbox.counts("nobody", 1 << 60) == DestinationCounts(0, 0, None, None)
    assert journey.outbox.delivered_between("so-tnmt", MIDNIGHT_MS - 1, MIDNIGHT_MS) == 1
    assert journey.outbox.delivered_between("so-tnmt", MIDNIGHT_MS, MIDNIGHT_MS + SLOT_MS) == 0


def test_what_waits_since_an_earlier_run_may_have_been_sent_by_it(journey: Journey) -> None:
    """It was killed between the far end's answer and the note of it."""
    journey.send(MIDNIGHT_MS, ["so-tnmt"])
    ((planned_ms,),) = journey.database.read("SELECT planned_ms FROM delivery")
    runs.begin(journey.database, planned_ms - 1, "1")
    assert not waiting(journey).is_left_over
    runs.begin(journey.database, planned_ms + 1, "1")
    assert waiting(journey).is_left_over


def waiting(journey: Journey) -> WaitingDelivery:
    (one,) = journey.outbox.waiting("so-tnmt", 0, 1 << 60, 9)
    return one
