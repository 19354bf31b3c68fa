"""Each try can be told, and a file that arrives at once costs the card nothing for it."""

from __future__ import annotations

import sqlite3

import pytest

from gateway.core.errors import StoreError
from gateway.core.instants import FAR_FUTURE_MS
from gateway.outbox import unrecorded_tries
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.delivery_tries import DeliveryTry, acceptance_of, acts_upon, tries_of
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.lanes import Lane
from gateway.outbox.store import DeliveryResult
from tests.support.destination import Destination
from tests.support.fake_server import Behaviour
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey

NAME = "so-tnmt"
AT_MS = MIDNIGHT_MS + 3000


def settle(journey: Journey, state: DeliveryState, at_ms: int, answer: str, accepted: str | None = None) -> None:
    journey.outbox.settle([DeliveryResult(1, state, at_ms, at_ms + 500, answer, accepted=accepted)])


def rows(journey: Journey) -> int:
    return int(journey.database.read("SELECT count(*) FROM delivery_try")[0][0])


def test_a_file_that_arrives_at_once_has_no_row_and_its_try_is_told(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS, [NAME])
    assert tries_of(journey.database, 1) == []
    settle(journey, DeliveryState.DELIVERED, AT_MS, "226")
    assert rows(journey) == 0
    assert tries_of(journey.database, 1) == [DeliveryTry(AT_MS, AT_MS + 500, "delivered", "226")]


def test_what_is_sent_again_still_has_its_first_try(journey: Journey) -> None:
    """The delivery keeps the last answer only."""
    journey.send(MIDNIGHT_MS, [NAME])
    settle(journey, DeliveryState.DELIVERED, AT_MS, "226 first")
    acts = Interventions(journey.database)
    for n, answer in enumerate(["226 second", "226 third"], 1):
        acts.act(Action.RESEND, DeliverySelection(NAME), "an", AT_MS + n * 1000)
        assert len(tries_of(journey.database, 1)) == n
        settle(journey, DeliveryState.DELIVERED, AT_MS + n * 1000, answer)
    told = [(one.began_ms, one.answer) for one in tries_of(journey.database, 1)]
    assert told == [(AT_MS, "226 first"), (AT_MS + 1000, "226 second"), (AT_MS + 2000, "226 third")]
    assert [one.done_by for one in acts_upon(journey.database, 1)] == ["an"]


def test_failures_before_it_are_told_with_it(journey: Journey) -> None:
    journey.send(MIDNIGHT_MS, [NAME])
    settle(journey, DeliveryState.WAITING, AT_MS, "452")
    settle(journey, DeliveryState.WAITING, AT_MS + 1000, "not there", accepted="226 OK")
    accepted = acceptance_of(journey.database, 1)
    assert accepted is not None
    assert (accepted.times, accepted.first_ms, accepted.answer) == (1, AT_MS + 1500, "226 OK")
    settle(journey, DeliveryState.DELIVERED, AT_MS + 2000, "226")
    assert [(one.outcome, one.answer) for one in tries_of(journey.database, 1)] == [
        ("failed", "452"),
        ("unproven", "226 OK; not there"),
        ("delivered", "226"),
    ]
    assert acceptance_of(journey.database, 1) is None


def test_what_tries_were_only_counted_is_no_first_try(journey: Journey) -> None:
    """It arrived with the fourth, of which three were in vain and not written down."""
    journey.send(MIDNIGHT_MS, [NAME])
    journey.outbox.settle([DeliveryResult(1, DeliveryState.DELIVERED, AT_MS, AT_MS + 500, "226", tries=4)])
    assert [one.answer for one in tries_of(journey.database, 1)] == ["226"]
    assert rows(journey) == 1


def test_a_try_is_there_with_what_it_changed_or_not_at_all(journey: Journey) -> None:
    """The power goes within the transaction."""
    journey.send(MIDNIGHT_MS, [NAME])
    settle(journey, DeliveryState.DELIVERED, AT_MS, "226")
    Interventions(journey.database).act(Action.RESEND, DeliverySelection(NAME), "an", AT_MS + 600)
    before = journey.database.read("SELECT tries, state, answer FROM delivery")
    bad = DeliveryResult(1, DeliveryState.EMPTY, AT_MS + 1000, AT_MS + 1500, "no such outcome")
    with pytest.raises((sqlite3.IntegrityError, StoreError)):
        journey.outbox.settle([DeliveryResult(1, DeliveryState.WAITING, AT_MS + 900, AT_MS + 950, "452"), bad])
    journey.restart()
    assert journey.database.read("SELECT tries, state, answer FROM delivery") == before
    assert [one.answer for one in tries_of(journey.database, 1)] == ["226"]


def test_tries_go_with_their_delivery(journey: Journey) -> None:
    for n in range(3):
        journey.send(MIDNIGHT_MS + n * SLOT_MS, [NAME])
    for number in (1, 2, 3):
        journey.outbox.settle([DeliveryResult(number, DeliveryState.WAITING, AT_MS, AT_MS + 500, "452")])
    journey.outbox.forget_before(MIDNIGHT_MS + SLOT_MS + 1, 500)
    assert journey.database.read("SELECT delivery_id FROM delivery_try") == [(3,)]
    journey.outbox.forget_before(FAR_FUTURE_MS, 500)
    assert rows(journey) == 0


def test_a_long_outage_writes_each_files_first_failure_and_counts_the_rest(
    destination: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait: what is repeated every few minutes would wear out the card."""
    monkeypatch.setattr(unrecorded_tries, "MOST", 3)
    journey = destination.journey
    for n in range(30):
        journey.send(MIDNIGHT_MS + n * SLOT_MS, [destination.name])
    destination.server.behaviour = Behaviour.DOWN
    for _ in range(20):
        destination.step(Lane.BACKLOG)
        destination.clock.advance(1200.0)
    counted, told = journey.database.read("SELECT sum(tries), count(first_try_ms) FROM delivery")[0]
    assert counted > 2 * told > 0
    assert rows(journey) == told
    assert [one.answer for one in tries_of(journey.database, 1)] == ["no answer"]
