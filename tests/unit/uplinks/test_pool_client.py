"""Both lanes at a server that accepts fewer connections than we would have, however it says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.runtime.clock import SystemClock
from gateway.uplinks.pool.client import PoolClient
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.sockets import Sockets
from tests.support.examples import examples

SOON_S = 20.0
HERE = "server"
ELSEWHERE = "another folder of the account"
WAYS = [DeliveryDeferred("the server closed the connection"), DestinationRejected("user refused with this password")]


class BusyServer:
    """A server that accepts so many connections at once and refuses further ones."""

    def __init__(self, accepts: int, refusal: DeliveryError, *, notices_late: int = 0) -> None:
        """`notices_late`: how many more it refuses after one has ended."""
        self._accepts = accepts
        self._refusal = refusal
        self._notices_late = notices_late
        self._unnoticed = 0
        self._sessions = 0
        self._turn = threading.Lock()
        self.log_ins = 0
        self.most_sessions = 0

    def log_in(self) -> FakeConnection:
        with self._turn:
            self.log_ins += 1
            if self._unnoticed:
                self._unnoticed -= 1
                raise self._refusal
            if self._sessions >= self._accepts:
                raise self._refusal
            self._sessions += 1
            self.most_sessions = max(self.most_sessions, self._sessions)
            return FakeConnection(self)

    def ended(self) -> None:
        with self._turn:
            self._sessions -= 1
            self._unnoticed = self._notices_late

    @property
    def sessions(self) -> int:
        return self._sessions


@dataclass(eq=False)
class FakeConnection:
    """See `gateway.uplinks.pool.client.PooledConnection`."""

    server: BusyServer
    is_ended: bool = False
    is_asked: bool = False

    def take_over(self, sockets: Sockets) -> bool:
        self.is_asked = True
        return not self.is_ended

    def log_out(self) -> None:
        self.close()

    def close(self) -> None:
        if not self.is_ended:
            self.is_ended = True
            self.server.ended()


Lane = PoolClient[FakeConnection]
Pool = ConnectionPool[FakeConnection]


def lane(
    pool: Pool,
    open_one: Callable[[], FakeConnection],
    *,
    urgent: bool,
    within_s: float = SOON_S,
    to: str = HERE,
    sockets: Sockets | None = None,
) -> Lane:
    return PoolClient(
        "server",
        pool,
        sockets or Sockets(),
        SystemClock(),
        to=to,
        urgent=urgent,
        within_s=within_s,
        open_one=open_one,
    )


@contextmanager
def both(most: int, open_one: Callable[[], FakeConnection]) -> Iterator[tuple[Pool, Lane, Lane]]:
    """The pool, the backlog, the live lane; afterwards no place may be lost."""
    pool: Pool = ConnectionPool(most, SystemClock())
    yield pool, lane(pool, open_one, urgent=False), lane(pool, open_one, urgent=True)
    assert [acquire_at_once(pool) for _ in range(pool.limit)] == [True] * pool.limit, "a place was never given back"


def acquire_at_once(pool: Pool) -> bool:
    return pool.acquire(urgent=True, within_s=0, unless=bool)


def wait_until_wanted_back(lane: Lane) -> None:
    """What the backlog asks itself between two files, until the answer is yes."""
    waited = threading.Event()
    for _ in range(4000):
        if lane.is_wanted_back():
            return
        waited.wait(0.005)
    pytest.fail("the live lane never asked for the connection")


@pytest.mark.parametrize("refusal", WAYS)
def test_the_live_lane_takes_the_place_of_the_backlog_however_it_is_refused(refusal: DeliveryError) -> None:
    server = BusyServer(1, refusal)
    with both(2, server.log_in) as (pool, backlog, live), ThreadPoolExecutor(1) as thread:
        held = backlog.acquire()
        in_its_place = thread.submit(live.acquire)
        wait_until_wanted_back(backlog)
        backlog.log_out(held)
        opened = in_its_place.result(SOON_S)
        assert opened is not held
        assert pool.full, "what the server accepts is known now"
        live.log_out(opened)


@pytest.mark.parametrize("refusal", WAYS)
def test_what_fails_when_we_are_alone_is_meant(refusal: DeliveryError) -> None:
    server = BusyServer(0, refusal)
    with both(2, server.log_in) as (_, _, live), pytest.raises(type(refusal)):
        live.acquire()
    assert server.log_ins == 1


@pytest.mark.parametrize("refusal", WAYS)
def test_of_two_that_log_in_together_the_one_too_many_waits_for_its_turn(refusal: DeliveryError) -> None:
    """Lanes that start in the same moment: the server has refused one before it has accepted the other."""
    server, is_logging_in, refused = BusyServer(1, refusal), threading.Event(), threading.Event()

    def log_in_slowly() -> FakeConnection:
        is_logging_in.set()
        assert refused.wait(SOON_S)
        return server.log_in()

    def log_in_too_soon() -> FakeConnection:
        refused.set()
        raise refusal

    pool: Pool = ConnectionPool(2, SystemClock())
    slow, soon = (lane(pool, way, urgent=True) for way in (log_in_slowly, log_in_too_soon))
    with ThreadPoolExecutor(2) as lanes:
        first = lanes.submit(slow.acquire)
        assert is_logging_in.wait(SOON_S)
        second = lanes.submit(soon.acquire)
        slow.put_idle(first.result(SOON_S))
        assert second.result(SOON_S) is first.result(), "it took over what had been opened"
    assert (server.log_ins, pool.limit) == (1, 1)


def test_of_two_that_are_both_refused_neither_tries_again() -> None:
    server = BusyServer(0, WAYS[1])
    together = threading.Barrier(2)

    def log_in() -> FakeConnection:
        together.wait(SOON_S)
        return server.log_in()

    pool: Pool = ConnectionPool(2, SystemClock())
    with ThreadPoolExecutor(2) as lanes:
        both_of_them = [lanes.submit(lane(pool, log_in, urgent=urgent).acquire) for urgent in (True, False)]
        for one in both_of_them:
            with pytest.raises(DestinationRejected):
                one.result(SOON_S)
    assert server.log_ins == 2


def test_a_server_that_notices_late_is_given_the_time() -> None:
    server = BusyServer(1, WAYS[0], notices_late=3)
    with both(2, server.log_in) as (_, backlog, live), ThreadPoolExecutor(1) as thread:
        held = backlog.acquire()
        in_its_place = thread.submit(live.acquire)
        wait_until_wanted_back(backlog)
        backlog.log_out(held)
        live.log_out(in_its_place.result(SOON_S))


def test_a_password_that_was_changed_is_tried_three_times_at_the_most() -> None:
    """Once beside the backlog's connection, once in its place, and once more when that has surely been noticed."""
    server = BusyServer(1, WAYS[1], notices_late=99)
    with both(2, server.log_in) as (_, backlog, live), ThreadPoolExecutor(1) as thread:
        held = backlog.acquire()
        in_its_place = thread.submit(live.acquire)
        wait_until_wanted_back(backlog)
        backlog.log_out(held)
        with pytest.raises(DestinationRejected):
            in_its_place.result(SOON_S)
    assert server.log_ins == 1 + 3


def test_whoever_gets_no_turn_says_what_the_server_said() -> None:
    server = BusyServer(1, DeliveryDeferred("no connection (no route to host)"))
    pool: Pool = ConnectionPool(2, SystemClock())
    backlog = lane(pool, server.log_in, urgent=False)
    live = lane(pool, server.log_in, urgent=True, within_s=0.01)
    held = backlog.acquire()
    with pytest.raises(DeliveryDeferred, match="no route to host"):
        live.acquire()
    with pytest.raises(DeliveryDeferred, match="there may be 1 connections at once, and none was free"):
        live.acquire()
    backlog.log_out(held)
    assert live.acquire() is not held


def test_what_was_interrupted_teaches_nothing() -> None:
    server, sockets = BusyServer(1, WAYS[0]), Sockets()
    pool: Pool = ConnectionPool(2, SystemClock())

    def abort() -> FakeConnection:
        sockets.abort()
        return server.log_in()

    backlog = lane(pool, server.log_in, urgent=False)
    live = lane(pool, abort, urgent=True, sockets=sockets)
    backlog.acquire()
    with pytest.raises(DeliveryDeferred, match="closed"):
        live.acquire()
    assert pool.limit == 2
    with pytest.raises(DeliveryDeferred, match="interrupted"):
        live.acquire()


def test_a_connection_is_handed_over_where_nobody_new_is_accepted() -> None:
    """As by a server that is busy with others: whoever closed his connection would get none any more."""
    server = BusyServer(1, WAYS[0])
    with both(2, server.log_in) as (_, backlog, live), ThreadPoolExecutor(1) as thread:
        held = backlog.acquire()
        in_its_place = thread.submit(live.acquire)
        wait_until_wanted_back(backlog)
        log_ins = server.log_ins
        backlog.put_idle(held)
        assert in_its_place.result(SOON_S) is held
        live.put_idle(held)
        assert backlog.acquire() is held
        assert server.log_ins == log_ins
        backlog.log_out(held)


def test_one_that_ended_while_it_was_idle_is_replaced() -> None:
    server = BusyServer(2, WAYS[0])
    pool: Pool = ConnectionPool(2, SystemClock())
    live = lane(pool, server.log_in, urgent=True)
    held = [live.acquire() for _ in range(2)]
    for connection in held:
        live.put_idle(connection)
    for connection in held:
        connection.close()
    assert live.acquire() not in held
    assert all(connection.is_asked for connection in held)
    assert server.sessions == 1
    assert acquire_at_once(pool)
    assert not acquire_at_once(pool)


def test_one_that_leads_elsewhere_makes_room_even_if_the_server_notices_late() -> None:
    """Two destinations with the same account on a server that takes one connection."""
    server = BusyServer(1, WAYS[0], notices_late=3)
    pool: Pool = ConnectionPool(1, SystemClock())
    here, there = (lane(pool, server.log_in, urgent=True, to=to) for to in (HERE, ELSEWHERE))
    first = here.acquire()
    here.put_idle(first)
    log_ins = server.log_ins
    here.put_idle(here.acquire())
    assert (server.log_ins, first.is_ended) == (log_ins, False), "it leads to the same place"
    second = there.acquire()
    assert (first.is_ended, second.is_ended) == (True, False)
    assert server.sessions == 1


def test_one_that_leads_elsewhere_is_left_alone_where_there_is_room() -> None:
    server = BusyServer(2, WAYS[0])
    pool: Pool = ConnectionPool(2, SystemClock())
    here, there = (lane(pool, server.log_in, urgent=True, to=to) for to in (HERE, ELSEWHERE))
    connections = [client.acquire() for client in (here, there)]
    for client, connection in zip((here, there), connections, strict=True):
        client.put_idle(connection)
    assert server.sessions == 2
    here.close_all()
    assert [connection.is_ended for connection in connections] == [True, False], "only its own"
    there.log_out_all()
    assert connections[1].is_ended


@pytest.mark.parametrize("end_all", [PoolClient.close_all, PoolClient.log_out_all])
def test_all_that_a_lane_has_ends_at_once_idle_or_not(end_all: Callable[[Lane], None]) -> None:
    server = BusyServer(3, WAYS[0])
    with both(3, server.log_in) as (_, backlog, _):
        first, second = backlog.acquire(), backlog.acquire_another()
        assert second is not None
        backlog.put_idle(second)
        end_all(backlog)
        assert first.is_ended
        assert second.is_ended


def test_connections_are_counted_and_those_that_were_opened_for_it_given_back() -> None:
    server = BusyServer(3, WAYS[0])
    with both(4, server.log_in) as (pool, backlog, _):
        held = backlog.acquire()
        assert backlog.count() == 3
        assert (server.sessions, pool.limit) == (1, 3)
        backlog.log_out(held)


@pytest.mark.parametrize("fault", [ValueError("nobody foresaw it"), DeliveryDeferred("not now")])
def test_no_place_is_lost_to_a_failure(fault: Exception) -> None:
    def fail() -> FakeConnection:
        raise fault

    with both(3, BusyServer(3, WAYS[0]).log_in) as (pool, backlog, _):
        unlucky = lane(pool, fail, urgent=False)
        with pytest.raises(type(fault)):
            unlucky.acquire()
        held = backlog.acquire()
        if isinstance(fault, DeliveryError):
            assert unlucky.acquire_another() is None
            assert pool.limit == 1
        else:
            with pytest.raises(type(fault)):
                unlucky.acquire_another()
        backlog.log_out(held)


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.sampled_from(WAYS), st.integers(0, 2), st.booleans())
def test_whatever_the_server_accepts_live_comes_through_and_no_place_is_lost(
    most: int, accepts: int, refusal: DeliveryError, notices_late: int, hands_over: bool
) -> None:
    """The backlog with all the connections it can have works until live has been in five times."""
    server = BusyServer(accepts, refusal, notices_late=notices_late if isinstance(refusal, DeliveryDeferred) else 0)
    done = threading.Event()

    with both(most, server.log_in) as (_, backlog, live):

        def give_back(client: Lane, connection: FakeConnection) -> None:
            if hands_over:
                client.put_idle(connection)
            else:
                client.log_out(connection)

        def drain() -> None:
            while not done.is_set():
                try:
                    held = [backlog.acquire()]
                except DeliveryError:
                    continue
                while not done.is_set() and held:
                    if backlog.is_wanted_back():
                        give_back(backlog, held.pop())
                    elif (another := backlog.acquire_another()) is not None:
                        held.append(another)
                for connection in held:
                    backlog.log_out(connection)

        with ThreadPoolExecutor(1) as thread:
            draining = thread.submit(drain)
            came_through = 0
            try:
                for _ in range(100):
                    try:
                        connection = live.acquire()
                    except DeliveryDeferred:  # so late does nobody notice: the courier would come again
                        continue
                    came_through += 1
                    give_back(live, connection)
                    if came_through == 5:
                        break
            finally:
                done.set()
            draining.result(SOON_S)
        live.close_all()
        assert came_through == 5
        assert server.most_sessions <= min(most, accepts)
        assert server.sessions == 0
