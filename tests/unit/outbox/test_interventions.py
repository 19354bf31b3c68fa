"""What people may do to deliveries, and what nobody can."""

from __future__ import annotations

import pytest

from gateway.audit.ledger import LedgerEntry, entries
from gateway.core.retention import Retention
from gateway.db.rounds import Rounds
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.expiry import Expiry
from gateway.outbox.interventions import DeliverySelection, Intervention, Interventions
from gateway.outbox.lanes import Lane
from gateway.outbox.store import DeliveryResult
from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.fake_server import Behaviour
from tests.support.journey import DAY_MS, MIDNIGHT_MS, SLOT_MS, Journey, at

NAME = "so-tnmt"
LONG_AGO_MS = MIDNIGHT_MS + 2000 * DAY_MS
RETENTION = Retention(60 * DAY_MS, 1096 * DAY_MS)


@pytest.fixture
def interventions(journey: Journey) -> Interventions:
    return Interventions(journey.database)


def send(journey: Journey, count: int, *destinations: str) -> list[int]:
    ends_ms = [MIDNIGHT_MS + n * SLOT_MS for n in range(count)]
    for end_ms in ends_ms:
        journey.send(end_ms, list(destinations or (NAME,)))
    return ends_ms


def settle(journey: Journey, state: DeliveryState, done_ms: int = 5000) -> None:
    ids = [row[0] for row in journey.database.read("SELECT id FROM delivery WHERE state = 'waiting'")]
    journey.outbox.settle(
        [DeliveryResult(number, state, done_ms, done_ms, f"it is {state}", Lane.LIVE) for number in ids]
    )


def ledger(journey: Journey, name: str = NAME) -> list[LedgerEntry]:
    return list(entries(journey.database, name, 0, 1 << 60))


def let_go(journey: Journey, now_ms: int) -> None:
    """A round of retention, of a gateway that has run until now."""
    Rounds(journey.database).completed("retention", now_ms - 3_600_000)
    expiry = Expiry(journey.readings, journey.records, journey.outbox, RETENTION, Rounds(journey.database))
    expiry.step(at(now_ms))


class TestResend:
    def test_it_waits_again_and_the_first_arrival_stays_the_proof(
        self, journey: Journey, interventions: Interventions
    ) -> None:
        ends_ms = send(journey, 3)
        settle(journey, DeliveryState.DELIVERED, 5000)
        selection = DeliverySelection(NAME, ends_ms[1], ends_ms[2])
        assert interventions.act(Action.RESEND, selection, "lan", 9000) == 2
        assert [entry.state for entry in ledger(journey)] == ["delivered", "waiting", "waiting"]
        settle(journey, DeliveryState.DELIVERED, 12_000)
        assert [entry.times.delivered_ms for entry in ledger(journey)] == [5000, 5000, 5000]
        assert [entry.resent_ms for entry in ledger(journey)] == [None, 12_000, 12_000]
        assert interventions.newest(NAME, 5) == [
            Intervention(9000, "lan", Action.RESEND, ends_ms[1], ends_ms[2], 2, None)
        ]

    def test_it_counts_as_received_meanwhile(self, journey: Journey, interventions: Interventions) -> None:
        """The ratio that the owner looks at must not drop because somebody makes sure."""
        send(journey, 3)
        settle(journey, DeliveryState.DELIVERED)
        interventions.act(Action.RESEND, DeliverySelection(NAME), "lan", 9000)
        assert journey.outbox.delivered_between(NAME, 0, 1 << 60) == 3
        assert journey.outbox.counts(NAME, 1 << 60).pending == 3

    def test_what_lies_there_will_do_unless_it_is_to_be_replaced(
        self, journey: Journey, interventions: Interventions
    ) -> None:
        (end_ms,) = send(journey, 1)
        destination = Destination(journey, FakeClock(MIDNIGHT_MS + SLOT_MS))
        destination.step(Lane.LIVE)
        for action, replaces in ((Action.RESEND, False), (Action.REPLACE, True), (Action.RESEND, False)):
            assert interventions.act(action, DeliverySelection(NAME, end_ms, end_ms), "lan", 9000) == 1
            (waiting,) = journey.outbox.waiting(NAME, 0, 1 << 60, 10)
            assert waiting.replaces is replaces
            destination.live(10.0)
        assert destination.server.replaced == [False, False, True, False]
        assert len(set(destination.server.arrivals)) == 1

    def test_a_resend_that_the_far_end_refuses_has_still_arrived_once(
        self, journey: Journey, interventions: Interventions
    ) -> None:
        send(journey, 1)
        settle(journey, DeliveryState.DELIVERED, 5000)
        interventions.act(Action.RESEND, DeliverySelection(NAME), "lan", 9000)
        settle(journey, DeliveryState.REFUSED, 12_000)
        (entry,) = ledger(journey)
        assert (entry.state, entry.times.delivered_ms, entry.resent_ms) == ("refused", 5000, None)

    def test_only_what_was_delivered_and_only_there(self, journey: Journey, interventions: Interventions) -> None:
        send(journey, 2, NAME, "bo-tnmt")
        assert interventions.act(Action.RESEND, DeliverySelection(NAME), "lan", 9000) == 0
        assert interventions.newest(NAME, 5) == []
        settle(journey, DeliveryState.DELIVERED)
        assert interventions.act(Action.RESEND, DeliverySelection("nobody"), "lan", 9000) == 0
        interventions.act(Action.RESEND, DeliverySelection(NAME), "lan", 9000)
        assert {entry.state for entry in ledger(journey, "bo-tnmt")} == {"delivered"}

    def test_named_ones_only(self, journey: Journey, interventions: Interventions) -> None:
        send(journey, 3)
        settle(journey, DeliveryState.DELIVERED)
        second = ledger(journey)[1].id
        assert interventions.act(Action.REPLACE, DeliverySelection(NAME, delivery_ids=[second, 999]), "lan", 9000) == 1
        assert [entry.state for entry in ledger(journey)] == ["delivered", "waiting", "delivered"]


class TestRelease:
    def test_what_was_set_aside_arrives_after_all(self, journey: Journey, interventions: Interventions) -> None:
        send(journey, 3)
        destination = Destination(journey, FakeClock(MIDNIGHT_MS + 3 * SLOT_MS))
        destination.server.behaviour = Behaviour.REFUSES
        destination.live(5.0)
        assert {entry.state for entry in ledger(journey)} == {"refused"}
        destination.server.behaviour = Behaviour.TAKES
        destination.live(600.0)
        assert {entry.state for entry in ledger(journey)} == {"refused"}
        assert interventions.act(Action.RELEASE, DeliverySelection(NAME), "lan", 9000) == 3
        destination.live(10.0)
        assert {entry.state for entry in ledger(journey)} == {"delivered"}
        assert all(entry.times.was_refused for entry in ledger(journey))


class TestClose:
    def test_it_is_given_up_with_a_reason_and_no_longer_sent(
        self, journey: Journey, interventions: Interventions
    ) -> None:
        send(journey, 2)
        assert interventions.act(Action.CLOSE, DeliverySelection(NAME), "lan", 9000, "the department has moved") == 2
        assert [entry.close_reason for entry in ledger(journey)] == ["the department has moved"] * 2
        assert journey.outbox.waiting(NAME, 0, 1 << 60, 10) == []
        assert journey.outbox.counts(NAME, 1 << 60).pending == 0

    def test_only_then_may_it_go_when_it_is_old_enough(self, journey: Journey, interventions: Interventions) -> None:
        send(journey, 1)
        assert journey.outbox.oldest_undelivered_ms() == MIDNIGHT_MS
        let_go(journey, LONG_AGO_MS)
        assert len(ledger(journey)) == 1
        interventions.act(Action.CLOSE, DeliverySelection(NAME), "lan", 9000, "moved")
        assert journey.outbox.oldest_undelivered_ms() is None
        let_go(journey, LONG_AGO_MS + DAY_MS)
        assert ledger(journey) == []
        assert len(interventions.newest(NAME, 5)) == 1

    def test_what_was_on_its_way_meanwhile_is_delivered_if_it_arrives(
        self, journey: Journey, interventions: Interventions
    ) -> None:
        send(journey, 1)
        (waiting,) = journey.outbox.waiting(NAME, 0, 1 << 60, 10)
        interventions.act(Action.CLOSE, DeliverySelection(NAME), "lan", 9000, "moved")
        journey.outbox.settle([DeliveryResult(waiting.id, DeliveryState.WAITING, 9500, 9500, "the line broke")])
        assert ledger(journey)[0].state == "closed"
        journey.outbox.settle([DeliveryResult(waiting.id, DeliveryState.DELIVERED, 9500, 9600, "renamed")])
        assert ledger(journey)[0].state == "delivered"


def test_the_ledger_is_read_in_portions(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.audit.ledger._PORTION", 2)
    ends_ms = send(journey, 5, NAME, "bo-tnmt")
    assert [entry.times.end_ms for entry in ledger(journey)] == ends_ms
    some = entries(journey.database, NAME, ends_ms[1], ends_ms[3])
    assert [entry.times.end_ms for entry in some] == ends_ms[1:4]
