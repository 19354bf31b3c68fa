"""One file on which the far end chokes holds up no other."""

from __future__ import annotations

from gateway.outbox.batch_selector import ALONE_AFTER, BatchSelector
from gateway.outbox.store import WaitingDelivery
from tests.support.journey import SLOT_MS

FIVE = [WaitingDelivery(number, number, number * SLOT_MS) for number in range(1, 6)]


def test_all_are_in_the_batch_oldest_first() -> None:
    assert BatchSelector().choose(FIVE) == FIVE


def test_after_empty_batches_each_makes_one_alone_in_turn() -> None:
    selector = BatchSelector()
    carried = []
    for _ in range(ALONE_AFTER + 6):
        carried.append([one.id for one in selector.choose(FIVE)])
        selector.was_empty(selector.choose(FIVE))
    assert carried[:ALONE_AFTER] == [[1, 2, 3, 4, 5]] * ALONE_AFTER
    assert carried[ALONE_AFTER:] == [[1], [2], [3], [4], [5], [1]]


def test_one_decision_and_all_are_in_the_batch_again() -> None:
    selector = BatchSelector()
    for _ in range(10):
        selector.was_empty(FIVE)
    selector.decided()
    assert selector.choose(FIVE) == FIVE


def test_what_spoils_the_next_batch_too_goes_last_from_then_on() -> None:
    selector = BatchSelector()
    for _ in range(ALONE_AFTER + 1):
        selector.was_empty(selector.choose(FIVE))
    assert selector.choose(FIVE) == FIVE[1:2]
    selector.decided()
    rest = [FIVE[0], *FIVE[2:]]
    selector.was_empty(selector.choose(rest))
    assert [one.id for one in selector.choose(rest)] == [3, 4, 5, 1]


def test_after_an_ordinary_outage_nobody_is_doubted() -> None:
    selector = BatchSelector()
    for _ in range(20):
        selector.was_empty(selector.choose(FIVE))
    selector.choose(FIVE)
    selector.decided()
    assert selector.choose(FIVE) == FIVE
    selector.decided()
    assert selector.choose(FIVE) == FIVE
