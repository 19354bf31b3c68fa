"""Both lanes at a server that accepts fewer connections than we would have, however it says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.runtime.clock import SystemClock
from gateway.uplinks.pool.client import PoolClient
from gateway.uplinks.pool.connection_pool import ConnectionPool
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

    def log_in(self) -> str:
        with self._turn:
            self.log_ins += 1
            if self._unnoticed:
                self._unnoticed -= 1
                raise self._refusal
            if self._sessions >= self._accepts:
                raise self._refusal
            self._sessions += 1
            self.most_sessions = max(self.most_sessions, self._sessions)
            return "connection"

    def log_out(self) -> None:
        with self._turn:
            self._sessions -= 1
            self._unnoticed = self._notices_late

    @property
    def sessions(self) -> int:
        return self._sessions


def lane(
    pool: ConnectionPool[str],
    open_one: Callable[[], str],
    *,
    urgent: bool,
    within_s: float = SOON_S,
    to: str = HERE,
    take_over: Callable[[str], bool] = bool,
    close: Callable[[str], object] = bool,
    unless: Callable[[], bool] = bool,
) -> PoolClient[str]:
    return PoolClient(
        "server",
        pool,
        SystemClock(),
        to=to,
        urgent=urgent,
        within_s=within_s,
        open_one=open_one,
        take_over=take_over,
        close=close,
        unless=unless,
    )


def close_one(pool: ConnectionPool[str], server: BusyServer) -> None:
    server.log_out()
    pool.release(was_open=True)


@contextmanager
def both(
    most: int, open_one: Callable[[], str]
) -> Iterator[tuple[ConnectionPool[str], PoolClient[str], PoolClient[str]]]:
    """The pool, the backlog, the live lane; afterwards no place may be lost."""
    pool: ConnectionPool[str] = ConnectionPool(most, SystemClock())
    yield pool, lane(pool, open_one, urgent=False), lane(pool, open_one, urgent=True)
    assert [acquire_at_once(pool) for _ in range(pool.limit)] == [True] * pool.limit, "a place was never given back"


def acquire_at_once(pool: ConnectionPool[str]) -> bool:
    return pool.acquire(urgent=True, within_s=0, unless=bool)


def give_back(pool: ConnectionPool[str]) -> None:
    """What the backlog asks itself between two files, until the answer is yes."""
    waited = threading.Event()
    for _ in range(4000):
        if pool.is_wanted_back():
            return
        waited.wait(0.005)
    pytest.fail("the live lane never asked for the connection")


@pytest.mark.parametrize("refusal", WAYS)
def test_the_live_lane_takes_the_place_of_the_backlog_however_it_is_refused(refusal: DeliveryError) -> None:
    server = BusyServer(1, refusal)
    with both(2, server.log_in) as (pool, backlog, live), ThreadPoolExecutor(1) as thread:
        backlog.first()
        in_its_place = thread.submit(live.first)
        give_back(pool)
        close_one(pool, server)
        assert in_its_place.result(SOON_S) == "connection"
        assert pool.full, "what the server accepts is known now"
        close_one(pool, server)


@pytest.mark.parametrize("refusal", WAYS)
def test_what_fails_when_we_are_alone_is_meant(refusal: DeliveryError) -> None:
    server = BusyServer(0, refusal)
    with both(2, server.log_in) as (_, _, live), pytest.raises(type(refusal)):
        live.first()
    assert server.log_ins == 1


@pytest.mark.parametrize("refusal", WAYS)
def test_of_two_that_log_in_together_the_one_too_many_waits_for_its_turn(refusal: DeliveryError) -> None:
    """Lanes that start in the same moment: the server has refused one before it has accepted the other."""
    server, is_logging_in, refused = BusyServer(1, refusal), threading.Event(), threading.Event()

    def log_in_slowly() -> str:
        is_logging_in.set()
        assert refused.wait(SOON_S)
        return server.log_in()

    def log_in_too_soon() -> str:
        refused.set()
        raise refusal

    pool: ConnectionPool[str] = ConnectionPool(2, SystemClock())
    slow, soon = (lane(pool, way, urgent=True) for way in (log_in_slowly, log_in_too_soon))
    with ThreadPoolExecutor(2) as lanes:
        first = lanes.submit(slow.first)
        assert is_logging_in.wait(SOON_S)
        second = lanes.submit(soon.first)
        slow.put_idle(first.result(SOON_S))
        assert second.result(SOON_S) == "connection"
    assert (server.log_ins, pool.limit) == (1, 1), "it took over what had been opened"


def test_of_two_that_are_both_refused_neither_tries_again() -> None:
    server = BusyServer(0, WAYS[1])
    together = threading.Barrier(2)

    def log_in() -> str:
        together.wait(SOON_S)
        return server.log_in()

    pool: ConnectionPool[str] = ConnectionPool(2, SystemClock())
    with ThreadPoolExecutor(2) as lanes:
        both_of_them = [lanes.submit(lane(pool, log_in, urgent=urgent).first) for urgent in (True, False)]
        for one in both_of_them:
            with pytest.raises(DestinationRejected):
                one.result(SOON_S)
    assert server.log_ins == 2


def test_a_server_that_notices_late_is_given_the_time() -> None:
    server = BusyServer(1, WAYS[0], notices_late=3)
    with both(2, server.log_in) as (pool, backlog, live), ThreadPoolExecutor(1) as thread:
        backlog.first()
        in_its_place = thread.submit(live.first)
        give_back(pool)
        close_one(pool, server)
        assert in_its_place.result(SOON_S) == "connection"
        server.log_out()
        pool.release(was_open=True)


def test_a_password_that_was_changed_is_tried_three_times_at_the_most() -> None:
    """Once beside the backlog's connection, once in its place, and once more when that has surely been noticed."""
    server = BusyServer(1, WAYS[1], notices_late=99)
    with both(2, server.log_in) as (pool, backlog, live), ThreadPoolExecutor(1) as thread:
        backlog.first()
        in_its_place = thread.submit(live.first)
        give_back(pool)
        close_one(pool, server)
        with pytest.raises(DestinationRejected):
            in_its_place.result(SOON_S)
    assert server.log_ins == 1 + 3


def test_whoever_gets_no_turn_says_what_the_server_said() -> None:
    server = BusyServer(1, DeliveryDeferred("no connection (no route to host)"))
    pool: ConnectionPool[str] = ConnectionPool(2, SystemClock())
    backlog = lane(pool, server.log_in, urgent=False)
    live = lane(pool, server.log_in, urgent=True, within_s=0.01)
    backlog.first()
    with pytest.raises(DeliveryDeferred, match="no route to host"):
        live.first()
    with pytest.raises(DeliveryDeferred, match="there may be 1 connections at once, and none was free"):
        live.first()
    close_one(pool, server)
    assert live.first() == "connection"


def test_what_was_interrupted_teaches_nothing() -> None:
    ended = False
    server = BusyServer(1, WAYS[0])
    pool: ConnectionPool[str] = ConnectionPool(2, SystemClock())

    def break_off() -> str:
        nonlocal ended
        ended = True
        return server.log_in()

    backlog = lane(pool, server.log_in, urgent=False)
    live = lane(pool, break_off, urgent=True, unless=lambda: ended)
    backlog.first()
    with pytest.raises(DeliveryDeferred, match="closed"):
        live.first()
    assert pool.limit == 2
    with pytest.raises(DeliveryDeferred, match="interrupted"):
        live.first()


def test_a_connection_is_handed_over_where_nobody_new_is_accepted() -> None:
    """As by a server that is busy with others: whoever closed his connection would get none any more."""
    server = BusyServer(1, WAYS[0])
    with both(2, server.log_in) as (pool, backlog, live), ThreadPoolExecutor(1) as thread:
        held = backlog.first()
        in_its_place = thread.submit(live.first)
        give_back(pool)
        log_ins = server.log_ins
        pool.put_idle(held, HERE)
        assert in_its_place.result(SOON_S) is held
        pool.put_idle(held, HERE)
        assert backlog.first() is held
        assert server.log_ins == log_ins
        close_one(pool, server)


def test_one_that_ended_while_it_was_idle_is_replaced() -> None:
    server = BusyServer(2, WAYS[0])
    pool: ConnectionPool[str] = ConnectionPool(2, SystemClock())
    taken_over: list[str] = []
    live = lane(pool, server.log_in, urgent=True, take_over=lambda one: bool(taken_over.append(one)))
    for _ in range(2):
        live.first()
    for name in ("one", "other"):
        pool.put_idle(name, HERE)
    server.log_out()
    server.log_out()
    assert live.first() == "connection"
    assert sorted(taken_over) == ["one", "other"]
    assert server.sessions == 1
    assert acquire_at_once(pool)
    assert not acquire_at_once(pool)


def test_one_that_leads_elsewhere_makes_room_even_if_the_server_notices_late() -> None:
    """Two destinations with the same account on a server that takes one connection."""
    server = BusyServer(1, WAYS[0], notices_late=3)
    pool: ConnectionPool[str] = ConnectionPool(1, SystemClock())
    ended: list[str] = []

    def close(connection: str) -> None:
        ended.append(connection)
        server.log_out()

    here, there = (lane(pool, server.log_in, urgent=True, to=to, close=close) for to in (HERE, ELSEWHERE))
    here.put_idle(here.first())
    log_ins = server.log_ins
    here.put_idle(here.first())
    assert (server.log_ins, ended) == (log_ins, []), "it leads to the same place"
    assert there.first() == "connection"
    assert ended == ["connection"]
    assert server.sessions == 1


def test_one_that_leads_elsewhere_is_left_alone_where_there_is_room() -> None:
    server = BusyServer(2, WAYS[0])
    pool: ConnectionPool[str] = ConnectionPool(2, SystemClock())
    here, there = (lane(pool, server.log_in, urgent=True, to=to, close=pytest.fail) for to in (HERE, ELSEWHERE))
    here.put_idle(here.first())
    there.put_idle(there.first())
    assert server.sessions == 2
    assert list(here.idle()) == ["connection"], "only its own"
    assert list(there.idle()) == ["connection"]


@pytest.mark.parametrize("fault", [ValueError("nobody foresaw it"), DeliveryDeferred("not now")])
def test_no_place_is_lost_to_a_failure(fault: Exception) -> None:
    def fail() -> str:
        raise fault

    with both(3, lambda: "connection") as (pool, backlog, _):
        unlucky = lane(pool, fail, urgent=False)
        with pytest.raises(type(fault)):
            unlucky.first()
        backlog.first()
        if isinstance(fault, DeliveryError):
            assert unlucky.another() is None
            assert pool.limit == 1
        else:
            with pytest.raises(type(fault)):
                unlucky.another()
        pool.release(was_open=True)


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.sampled_from(WAYS), st.integers(0, 2), st.booleans())
def test_whatever_the_server_accepts_live_comes_through_and_no_place_is_lost(
    most: int, accepts: int, refusal: DeliveryError, notices_late: int, hands_over: bool
) -> None:
    """The backlog with all the connections it can have works until live has been in five times."""
    server = BusyServer(accepts, refusal, notices_late=notices_late if isinstance(refusal, DeliveryDeferred) else 0)
    done = threading.Event()

    with both(most, server.log_in) as (pool, backlog, live):

        def drain() -> None:
            while not done.is_set():
                try:
                    held = [backlog.first()]
                except DeliveryError:
                    continue
                while not done.is_set() and held:
                    if pool.is_wanted_back():
                        if hands_over:
                            pool.put_idle(held.pop(), HERE)
                        else:
                            held.pop()
                            close_one(pool, server)
                    elif (another := backlog.another()) is not None:
                        held.append(another)
                for _ in held:
                    close_one(pool, server)

        with ThreadPoolExecutor(1) as thread:
            draining = thread.submit(drain)
            came_through = 0
            try:
                for _ in range(100):
                    try:
                        live.first()
                    except DeliveryDeferred:  # so late does nobody notice: the courier would come again
                        continue
                    came_through += 1
                    if hands_over:
                        pool.put_idle("connection", HERE)
                    else:
                        close_one(pool, server)
                    if came_through == 5:
                        break
            finally:
                done.set()
            draining.result(SOON_S)
        while pool.take_idle(HERE) is not None:
            pool.closed()
            server.log_out()
        assert came_through == 5
        assert server.most_sessions <= min(most, accepts)
        assert server.sessions == 0
