"""Digests arrive, whatever the far end does meanwhile, and cost nobody's files anything."""

from __future__ import annotations

import json
import logging
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from gateway.core.backoff import REJECTED_S
from gateway.core.digest import DayPart
from gateway.core.errors import DestinationRejected
from gateway.core.journal_entry import EntryKind, entry_hash
from gateway.db.verify import verify
from gateway.journal.chain import append
from gateway.journal.digests import add_digest
from gateway.outbox.acceptances import accept_answers
from gateway.outbox.digest_courier import LOOK_EVERY_S, MOST, PAUSE_S, REJECTIONS_THAT_PROVE, DigestCourier
from gateway.outbox.digest_deliveries import DigestCounts, DigestDeliveries, plan_digest
from gateway.outbox.lanes import Route
from gateway.outbox.login_breaker import LoginBreaker
from gateway.runtime.clock import AlwaysTrusted
from tests.support.clock import FakeClock
from tests.support.fake_server import Behaviour, FakeServer, FakeUplink, PowerCut
from tests.support.journey import DAY_MS, MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.trust import FakeTrust

NAME = "so-tnmt"
MONDAY = date(2026, 1, 5)


class Recipient:
    """A destination that gets digests, on a real database."""

    def __init__(self, folder: Path) -> None:
        self.journey = Journey(folder)
        self.clock = FakeClock(MIDNIGHT_MS + 6 * DAY_MS)
        self.server = FakeServer()
        self.breaker = LoginBreaker()
        self.begin()

    def begin(self) -> None:
        """A new courier that knows nothing but the database."""
        self.deliveries = DigestDeliveries(self.journey.database)
        route = Route(NAME, "%Y/%m/%d", "Asia/Ho_Chi_Minh", SLOT_MS)
        self.courier = DigestCourier(
            route,
            FakeUplink(self.server),
            self.deliveries,
            self.breaker,
            self.clock,
            AlwaysTrusted(self.clock),
            lambda: 0.0,
        )

    def digest(self, days: int = 0) -> str:
        """One that waits. Returns its file's name."""
        day = MONDAY + timedelta(days=days)
        name = f"HN_ABCD_NUO001_{day:%Y%m%d}.digest.json"
        with self.journey.database.write() as connection:
            entry = append(connection, self.clock.wall_ms, EntryKind.DIGEST, {"day": day.isoformat()})
            add_digest(connection, entry.seq, DayPart(day), 0, [])
            plan_digest(connection, entry.seq, name, [NAME], self.clock.wall_ms)
        return name

    def step(self) -> float:
        """Returns in how many seconds it wants to be called again."""
        return self.courier.step(self.clock.now()) - self.clock.mono_s

    def live(self, seconds: float) -> None:
        until_s = self.clock.mono_s + seconds
        while self.clock.mono_s < until_s:
            self.clock.advance(max(1.0, self.step()))

    def counts(self) -> DigestCounts:
        return self.deliveries.counts(NAME)


@pytest.fixture
def recipient(tmp_path: Path) -> Recipient:
    return Recipient(tmp_path)


def test_a_digest_arrives_as_a_line_of_the_export_in_its_day_s_folder(recipient: Recipient) -> None:
    name = recipient.digest()
    recipient.live(5.0)
    [(path, content)] = recipient.server.held.items()
    assert path == f"2026/01/05/{name}"
    entry = json.loads(content)
    assert content.endswith(b"}\n")
    assert content.count(b"\n") == 1
    assert entry.pop("hash") == entry_hash(**entry)
    assert recipient.counts() == DigestCounts(0, 0, 1, recipient.counts().last_delivered_ms, None)


def test_nothing_else_is_held_up_or_counted(recipient: Recipient) -> None:
    """Neither pending nor retention, nor a rate, knows of digests."""
    recipient.server.behaviour = Behaviour.DOWN
    recipient.digest()
    recipient.live(1000.0)
    outbox = recipient.journey.outbox
    assert outbox.counts(NAME, recipient.clock.wall_ms).pending == 0
    assert outbox.oldest_undelivered_ms() is None
    assert recipient.journey.database.read("SELECT count(*) FROM outage") == [(0,)]


def test_without_a_digest_nobody_is_called(recipient: Recipient) -> None:
    assert recipient.step() == LOOK_EVERY_S
    assert recipient.server.connections == 0


def test_the_connection_is_not_kept(recipient: Recipient) -> None:
    recipient.digest()
    recipient.step()
    assert recipient.server.times_closed == 1


def test_a_dead_line_is_tried_every_five_minutes_and_written_down_once(recipient: Recipient) -> None:
    recipient.server.behaviour = Behaviour.DOWN
    recipient.digest()
    assert recipient.step() == PAUSE_S
    assert recipient.step() == PAUSE_S  # woken: not before its pause is over
    written = recipient.journey.database.changes
    recipient.live(10 * PAUSE_S)
    assert recipient.server.connections == 10
    assert recipient.journey.database.changes == written
    assert recipient.counts().error == "no answer"
    recipient.server.behaviour = Behaviour.TAKES
    recipient.live(2 * PAUSE_S)
    assert recipient.journey.database.read("SELECT tries, state FROM digest_delivery") == [(11, "delivered")]


def test_sixty_days_of_digests_arrive_oldest_first(recipient: Recipient) -> None:
    recipient.server.behaviour = Behaviour.DOWN
    names = [recipient.digest(days) for days in range(60)]
    recipient.live(PAUSE_S - 1)
    recipient.server.behaviour = Behaviour.TAKES
    recipient.live(PAUSE_S)
    assert [path.rpartition("/")[2] for path in recipient.server.arrivals] == names
    assert max(len(batch) for batch in recipient.server.batches) == MOST


def test_a_line_that_breaks_in_the_middle_keeps_what_arrived(recipient: Recipient) -> None:
    recipient.server.behaviour = Behaviour.BREAKS
    for days in range(3):
        recipient.digest(days)
    recipient.step()
    assert (recipient.counts().delivered, recipient.counts().waiting) == (1, 2)
    recipient.live(3 * PAUSE_S)
    assert recipient.counts().delivered == 3
    assert len(recipient.server.arrivals) == 3


def test_one_that_is_refused_holds_up_no_other_and_is_not_tried_again(
    recipient: Recipient, caplog: pytest.LogCaptureFixture
) -> None:
    recipient.server.behaviour = Behaviour.REFUSES
    recipient.digest()
    with caplog.at_level(logging.ERROR):
        recipient.live(5.0)
    assert "the destination does not take it" in caplog.text
    recipient.server.behaviour = Behaviour.TAKES
    recipient.digest(1)
    recipient.live(LOOK_EVERY_S + 1)
    assert (recipient.counts().refused, recipient.counts().delivered) == (1, 1)
    assert recipient.counts().error == "553 not allowed"


def test_other_bytes_under_its_name_are_left_alone(recipient: Recipient) -> None:
    """A database that was rolled back makes a day's digest again."""
    name = recipient.digest()
    recipient.server.others[f"2026/01/05/{name}"] = b"another digest"
    recipient.live(5.0)
    assert recipient.counts().refused == 1
    assert recipient.server.arrivals == []


def reject(recipient: Recipient) -> None:
    now_s = recipient.clock.mono_s
    recipient.breaker.open(now_s + REJECTED_S, DestinationRejected("wrong password"), now_s)


def test_while_the_lanes_are_rejected_it_stays_away(recipient: Recipient) -> None:
    recipient.digest()
    reject(recipient)
    recipient.live(4 * REJECTED_S)
    assert recipient.server.connections == 0
    recipient.breaker.close(recipient.clock.mono_s)
    recipient.live(LOOK_EVERY_S + 1)
    assert recipient.counts().delivered == 1


def test_a_server_that_takes_no_digest_never_keeps_the_lanes_away(recipient: Recipient) -> None:
    """To whoever brings nothing else it looks as if the account could write nothing."""
    recipient.digest()
    recipient.server.behaviour = Behaviour.FORBIDS
    for _ in range(REJECTIONS_THAT_PROVE):
        assert recipient.step() == REJECTED_S
        assert not recipient.breaker.is_open
        assert recipient.counts().refused == (recipient.server.connections == REJECTIONS_THAT_PROVE)
        recipient.clock.advance(REJECTED_S)
    recipient.live(10 * REJECTED_S)
    assert recipient.server.connections == REJECTIONS_THAT_PROVE
    assert recipient.counts().error == "may not write"
    assert recipient.journey.database.read("SELECT tries FROM digest_delivery") == [(REJECTIONS_THAT_PROVE,)]


def test_a_log_in_that_is_refused_to_it_is_none_for_the_lanes_either(recipient: Recipient) -> None:
    recipient.digest()
    recipient.server.behaviour = Behaviour.REJECTS
    recipient.step()
    assert recipient.breaker.is_open
    elsewhere = recipient.breaker.rejection_elsewhere()
    assert elsewhere is not None
    assert elsewhere.words == "wrong password"


def test_rejections_of_the_account_itself_prove_nothing_about_digests(recipient: Recipient) -> None:
    recipient.digest()
    recipient.server.behaviour = Behaviour.REJECTS
    for _ in range(3 * REJECTIONS_THAT_PROVE):
        recipient.step()
        reject(recipient)
        recipient.clock.advance(REJECTED_S)
        recipient.step()
        recipient.breaker.close(recipient.clock.mono_s)
    assert recipient.counts().refused == 0
    recipient.server.behaviour = Behaviour.TAKES
    recipient.live(2 * REJECTED_S)
    assert recipient.counts().delivered == 1


def test_killed_before_it_hears_of_the_arrival_it_sends_the_same_again(recipient: Recipient) -> None:
    recipient.digest()
    recipient.server.behaviour = Behaviour.DIES
    with pytest.raises(PowerCut):
        recipient.step()
    recipient.journey.restart()
    recipient.server.behaviour = Behaviour.TAKES
    recipient.breaker = LoginBreaker()
    recipient.begin()
    recipient.live(5.0)
    assert recipient.counts().delivered == 1


def test_a_damaged_entry_is_set_aside_and_the_next_goes(recipient: Recipient) -> None:
    recipient.digest()
    recipient.digest(1)
    with sqlite3.connect(recipient.journey.file) as beside:
        beside.execute("DROP TRIGGER journal_is_final")
        beside.execute("UPDATE journal SET what = '{}', who = 'me' WHERE seq = 1")
    recipient.journey.restart()
    recipient.begin()
    recipient.live(5.0)
    assert (recipient.counts().refused, recipient.counts().delivered) == (1, 1)


def test_an_end_in_the_middle_is_no_try(recipient: Recipient) -> None:
    recipient.digest()
    recipient.courier.interrupt()
    recipient.step()
    assert recipient.journey.database.read("SELECT tries, answer FROM digest_delivery") == [(0, None)]


def test_nobody_is_called_while_the_clock_is_not_trusted(recipient: Recipient) -> None:
    recipient.digest()
    recipient.courier._trust = FakeTrust(0, vouched=False)
    assert recipient.step() == 1.0
    assert recipient.server.connections == 0


class TestNotProven:
    """A receiver that takes files away at once."""

    def test_it_is_sent_three_times_and_then_waits_for_a_person(self, recipient: Recipient) -> None:
        recipient.server.behaviour = Behaviour.TAKES_AWAY
        recipient.digest()
        recipient.live(20 * PAUSE_S)
        assert len(recipient.server.arrivals) == 3
        assert (recipient.counts().refused, recipient.counts().waiting) == (1, 0)
        assert "proof: answer" in str(recipient.counts().error)

    def test_the_next_day_s_arrives_once(self, recipient: Recipient) -> None:
        recipient.server.behaviour = Behaviour.TAKES_AWAY
        recipient.digest()
        recipient.live(20 * PAUSE_S)
        recipient.digest(1)
        recipient.live(20 * PAUSE_S)
        assert len(recipient.server.arrivals) == 4
        assert recipient.counts().refused == 2

    def test_where_answers_count_it_has_arrived(self, recipient: Recipient) -> None:
        recipient.server.behaviour = Behaviour.TAKES_AWAY
        recipient.digest()
        recipient.live(20 * PAUSE_S)
        accept_answers(recipient.journey.database, NAME, recipient.clock.wall_ms)
        assert (recipient.counts().delivered, recipient.counts().refused) == (1, 0)
        recipient.begin()
        recipient.live(20 * PAUSE_S)
        assert len(recipient.server.arrivals) == 3
        assert verify(recipient.journey.database) == []

    def test_one_that_shows_later_is_delivered(self, recipient: Recipient) -> None:
        recipient.server.behaviour = Behaviour.TAKES_AWAY
        recipient.digest()
        recipient.live(5.0)
        recipient.server.behaviour = Behaviour.TAKES
        recipient.live(2 * PAUSE_S)
        assert (recipient.counts().delivered, len(recipient.server.arrivals)) == (1, 2)
