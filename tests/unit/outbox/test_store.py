"""The ledger's own promises."""

from __future__ import annotations

from gateway.outbox.store import Result, Standing
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey


def settle(journey: Journey, state: str, tried_ms: int = 1000) -> None:
    journey.outbox.settle([Result(1, state, tried_ms, tried_ms + 5, f"it is {state}")])


def row(journey: Journey) -> tuple[object, ...]:
    columns = "state, tries, first_try_ms, delivered_ms, answer"
    found: tuple[object, ...] = journey.database.read(f"SELECT {columns} FROM delivery")[0]  # noqa: S608  # ours
    return found


def test_a_delivery_once_delivered_stays_so(journey: Journey) -> None:
    """Both lanes carried it, and the slower one's line broke."""
    journey.send(MIDNIGHT_MS, ["so-tnmt"])
    settle(journey, "delivered")
    settle(journey, "waiting", 2000)
    settle(journey, "refused", 3000)
    assert row(journey) == ("delivered", 1, 1000, 1005, "it is delivered")


def test_tries_are_counted_and_the_first_is_remembered(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS, ["so-tnmt"])
    settle(journey, "waiting", 1000)
    settle(journey, "waiting", 2000)
    assert row(journey) == ("waiting", 2, 1000, None, "it is waiting")
    settle(journey, "delivered", 3000)
    assert row(journey) == ("delivered", 3, 1000, 3005, "it is delivered")


def test_each_destination_has_an_account_of_its_own(journey: Journey) -> None:
    for n in range(3):
        journey.send(MIDNIGHT_MS + n * SLOT_MS, ["so-tnmt", "bo-tnmt"])
    settle(journey, "delivered")
    assert journey.outbox.standing("so-tnmt") == Standing(2, 0, MIDNIGHT_MS + SLOT_MS, 1005)
    assert journey.outbox.standing("bo-tnmt") == Standing(3, 0, MIDNIGHT_MS, None)
    assert journey.outbox.standing("nobody") == Standing(0, 0, None, None)
    assert journey.outbox.delivered_between("so-tnmt", MIDNIGHT_MS - 1, MIDNIGHT_MS) == 1
    assert journey.outbox.delivered_between("so-tnmt", MIDNIGHT_MS, MIDNIGHT_MS + SLOT_MS) == 0
