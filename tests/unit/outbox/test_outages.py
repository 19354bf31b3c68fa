"""An outage is one row, whatever waits meanwhile; its cause is what the far end, or nobody, said."""

from __future__ import annotations

import pytest

from gateway.audit.ledger import entries
from gateway.core.backoff import REJECTED_S
from gateway.core.lateness import DelayCause, cause_of
from gateway.outbox.courier import IDLE_S
from gateway.outbox.lanes import Lane
from gateway.outbox.login_breaker import open_until_s
from gateway.outbox.outages import OutageDetails, outages, rejected_ms
from tests.support.clock import FakeClock
from tests.support.destination import Destination
from tests.support.fake_server import Behaviour
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey, at

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS
NAME = "so-tnmt"


def told(journey: Journey) -> list[OutageDetails]:
    return list(outages(journey.database, NAME, 0, 1 << 60))


def live_through(destination: Destination, slots: int) -> None:
    """That many slots close, one every five minutes."""
    for _ in range(slots):
        destination.journey.send(destination.clock.wall_ms, [NAME])
        destination.live(300.0)


def causes(journey: Journey, now_ms: int) -> list[DelayCause | None]:
    lasting = [one.outage for one in told(journey)]
    return [cause_of(entry.times, lasting, [], now_ms) for entry in entries(journey.database, NAME, 0, 1 << 60)]


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [(Behaviour.DOWN, DelayCause.LINE), (Behaviour.FULL, DelayCause.SERVER), (Behaviour.REJECTS, DelayCause.REJECTED)],
)
def test_it_begins_with_the_first_failure_and_ends_with_the_first_arrival(
    journey: Journey, destination: Destination, behaviour: Behaviour, cause: DelayCause
) -> None:
    live_through(destination, 2)
    began_ms = destination.clock.wall_ms
    destination.server.behaviour = behaviour
    live_through(destination, 6)
    destination.server.behaviour = Behaviour.TAKES
    live_through(destination, 4)
    (outage,) = told(journey)
    assert outage.outage.cause is cause
    assert began_ms <= outage.outage.began_ms <= began_ms + IDLE_S * 1000
    ended_ms = outage.outage.ended_ms
    assert ended_ms is not None
    assert began_ms + 6 * SLOT_MS <= ended_ms <= destination.clock.wall_ms
    late = causes(journey, destination.clock.wall_ms)
    assert late[:2] == [None, None]
    assert late[2:7] == [cause] * 5
    assert set(journey.deliveries().values()) == {"delivered"}


def test_two_lanes_fail_in_one_outage(journey: Journey, destination: Destination) -> None:
    destination.server.behaviour = Behaviour.DOWN
    live_through(destination, 12)
    (outage,) = told(journey)
    assert outage.tries == destination.server.connections
    assert outage.outage.ended_ms is None


def test_another_cause_is_another_outage_and_there_is_no_gap_between(
    journey: Journey, destination: Destination
) -> None:
    destination.server.behaviour = Behaviour.DOWN
    live_through(destination, 3)
    destination.server.behaviour = Behaviour.FULL
    live_through(destination, 3)
    destination.server.behaviour = Behaviour.TAKES
    live_through(destination, 3)
    line, server = (one.outage for one in told(journey))
    assert (line.cause, server.cause) == (DelayCause.LINE, DelayCause.SERVER)
    assert line.ended_ms == server.began_ms


def test_it_goes_on_over_a_restart(journey: Journey, destination: Destination) -> None:
    destination.server.behaviour = Behaviour.DOWN
    live_through(destination, 2)
    journey.restart()
    destination.restart()
    live_through(destination, 2)
    assert len(told(journey)) == 1


def test_a_day_without_a_line_rewrites_next_to_nothing(journey: Journey, destination: Destination) -> None:
    """Rewriting all that waits with every try wore out the card: half a gigabyte a day after sixty days."""
    destination.server.behaviour = Behaviour.DOWN
    live_through(destination, 288)
    before = journey.database.read("SELECT total_changes()")[0][0]
    tries = destination.server.connections
    destination.live(6 * 3600.0)
    tries = destination.server.connections - tries
    rewritten = journey.database.read("SELECT total_changes()")[0][0] - before
    assert tries > 100
    assert rewritten <= 2 * tries
    assert len(told(journey)) == 1


def test_tries_that_were_not_written_down_count_when_it_arrives(journey: Journey, destination: Destination) -> None:
    destination.server.behaviour = Behaviour.DOWN
    journey.send(MIDNIGHT_MS, [NAME])
    destination.live(600.0)
    assert destination.tries() == {MIDNIGHT_MS: 1}
    connections = destination.server.connections
    destination.server.behaviour = Behaviour.TAKES
    destination.live(300.0)
    assert destination.tries() == {MIDNIGHT_MS: connections + 1}


def test_tries_in_vain_are_not_kept_in_memory_for_ever(
    journey: Journey, destination: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.outbox.unrecorded_tries.MOST", 5)
    destination.server.behaviour = Behaviour.DOWN
    for n in range(8):
        journey.send(MIDNIGHT_MS + n * SLOT_MS, [NAME])
    destination.live(600.0)
    assert max(destination.tries().values()) > 1


class TestRejection:
    def test_a_restart_is_no_reason_to_log_in(self, journey: Journey, destination: Destination) -> None:
        """A service that restarts in a loop locked the account."""
        journey.send(NOON_MS, [NAME])
        destination.server.behaviour = Behaviour.REJECTS
        for _ in range(60):
            destination.live(30.0)
            journey.restart()
            destination.restart()
        assert destination.server.connections <= 3  # at 0, 15 and 30 minutes

    def test_unlocked_everything_arrives(self, journey: Journey, destination: Destination) -> None:
        destination.server.behaviour = Behaviour.REJECTS
        live_through(destination, 5)
        journey.restart()
        destination.restart()
        destination.server.behaviour = Behaviour.TAKES
        live_through(destination, 4)
        assert set(journey.deliveries().values()) == {"delivered"}
        assert rejected_ms(journey.database, NAME) is None

    def test_a_changed_password_is_tried_at_once(self, journey: Journey, destination: Destination) -> None:
        journey.send(NOON_MS, [NAME])
        destination.server.behaviour = Behaviour.REJECTS
        destination.step(Lane.LIVE)
        destination.clock.advance(60.0)
        destination.changed_ms = destination.clock.wall_ms
        destination.server.behaviour = Behaviour.TAKES
        journey.restart()
        destination.restart()
        destination.step(Lane.LIVE)
        assert set(journey.deliveries().values()) == {"delivered"}

    @pytest.mark.parametrize(
        ("ago_s", "rest_s"), [(0, REJECTED_S), (600, 300), (901, 0), (-7 * 86_400, REJECTED_S)], ids=str
    )
    def test_the_rest_of_the_fifteen_minutes_is_waited_out_whatever_the_clock_says(
        self, ago_s: int, rest_s: float
    ) -> None:
        now = at(NOON_MS, 50.0)
        assert open_until_s(NOON_MS - ago_s * 1000, 0, now) == 50.0 + rest_s
        assert open_until_s(None, 0, now) is None


def test_a_long_gone_outage_goes_with_the_records_of_its_time(journey: Journey, clock: FakeClock) -> None:
    destination = Destination(journey, clock)
    destination.server.behaviour = Behaviour.DOWN
    live_through(destination, 2)
    destination.server.behaviour = Behaviour.TAKES
    live_through(destination, 2)
    assert len(told(journey)) == 1
    journey.outbox.forget_before(clock.wall_ms - HOUR_MS, 100)
    assert len(told(journey)) == 1
    journey.outbox.forget_before(clock.wall_ms + DAY_MS, 100)
    assert told(journey) == []


def test_a_server_that_is_restarted_twenty_times_during_a_drain_loses_nothing(
    journey: Journey, destination: Destination
) -> None:
    ends_ms = [MIDNIGHT_MS + n * SLOT_MS for n in range(100)]
    for end_ms in ends_ms:
        journey.send(end_ms, [NAME])
    server = destination.server
    for n in range(20):
        server.behaviour = Behaviour.BREAKS if n % 2 else Behaviour.DOWN
        destination.live(3.0)
        server.behaviour = Behaviour.TAKES
        server.most_per_batch = 4
        destination.step(Lane.BACKLOG)
    server.most_per_batch = None
    destination.live(60.0)
    assert set(journey.deliveries().values()) == {"delivered"}
    assert len(server.held) == 100
    assert len(server.arrivals) == 100  # what was heard of is not sent again
    assert all(one.outage.ended_ms is not None for one in told(journey))
