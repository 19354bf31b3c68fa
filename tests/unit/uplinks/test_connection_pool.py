"""Two lanes and the connections between them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.uplinks.pool.connection_pool import ConnectionPool
from tests.support.clock import FakeClock
from tests.support.examples import examples

SOON_S = 5.0
HERE = "server"


def never() -> bool:
    return False


def acquire(pool: ConnectionPool[str], *, urgent: bool, within_s: float = 0.0) -> bool:
    return pool.acquire(urgent=urgent, within_s=within_s, unless=never)


def opening_failed(pool: ConnectionPool[str]) -> bool:
    return pool.opening_failed(within_s=0.0, unless=never)


def seconds_believed(pool: ConnectionPool[str], clock: FakeClock) -> int:
    """Find that the server accepts one only, and see for how long that is believed."""
    assert acquire(pool, urgent=False)
    pool.opened()
    assert pool.acquire_another()
    assert opening_failed(pool)
    pool.release(was_open=True)
    began_s = clock.mono_s
    while pool.limit == 1:
        clock.advance(60)
    return round(clock.mono_s - began_s)


def test_together_the_lanes_hold_no_more_than_there_are() -> None:
    pool: ConnectionPool[str] = ConnectionPool(3, FakeClock())
    assert acquire(pool, urgent=False)
    assert [pool.acquire_another() for _ in range(3)] == [True, True, False]
    assert not acquire(pool, urgent=True)


def test_the_live_lane_gets_the_place_that_the_backlog_gives_back() -> None:
    pool: ConnectionPool[str] = ConnectionPool(2, FakeClock())
    assert acquire(pool, urgent=False)
    assert pool.acquire_another()
    assert not pool.is_wanted_back(), "nobody wants it"
    with ThreadPoolExecutor(1) as live:
        wanted = live.submit(acquire, pool, urgent=True, within_s=SOON_S)
        while not pool.is_wanted_back():
            pass
        assert not pool.is_wanted_back(), "one is enough"
        pool.release()
        assert wanted.result(SOON_S)
    assert pool.full
    assert not pool.is_wanted_back()


def test_whoever_is_urgent_goes_before_whoever_waits() -> None:
    pool: ConnectionPool[str] = ConnectionPool(1, FakeClock())
    assert acquire(pool, urgent=False)
    with ThreadPoolExecutor(2) as lanes:
        backlog = lanes.submit(acquire, pool, urgent=False, within_s=SOON_S)
        live = lanes.submit(acquire, pool, urgent=True, within_s=SOON_S)
        while not pool.is_wanted_back():
            pass
        pool.release()
        assert live.result(SOON_S)
        assert not backlog.done()
        pool.release()
        assert backlog.result(SOON_S)


def test_a_server_that_refuses_one_more_accepts_as_many_as_are_open() -> None:
    pool: ConnectionPool[str] = ConnectionPool(4, FakeClock())
    assert acquire(pool, urgent=False)
    pool.opened()
    assert pool.acquire_another()
    assert opening_failed(pool), "one of ours is open"
    assert pool.limit == 1
    assert not pool.acquire_another()


def test_a_second_that_is_refused_time_and_again_tells_and_one_that_is_accepted_tells_otherwise() -> None:
    clock = FakeClock()
    pool: ConnectionPool[str] = ConnectionPool(4, clock)
    seconds_believed(pool, clock)
    assert not pool.bears_one, "the server may have been crowded by others"
    seconds_believed(pool, clock)
    assert pool.bears_one
    assert acquire(pool, urgent=False)
    pool.opened()
    assert pool.acquire_another()
    pool.opened()
    assert not pool.bears_one


def test_a_server_that_is_taken_to_bear_one_gets_one_until_that_is_no_longer_said() -> None:
    clock = FakeClock()
    pool: ConnectionPool[str] = ConnectionPool(4, clock)
    pool.keep_to_one()
    assert acquire(pool, urgent=False)
    assert not pool.acquire_another()
    pool.release()
    clock.advance(3600)
    assert pool.limit == 4


def test_connections_are_scarce_where_the_server_takes_fewer_than_we_would_have_or_one() -> None:
    clock = FakeClock()
    assert ConnectionPool[str](1, clock).scarce
    pool: ConnectionPool[str] = ConnectionPool(3, clock)
    assert not pool.scarce
    for _ in range(3):
        assert acquire(pool, urgent=False)
        pool.opened()
    assert not pool.scarce, "it accepts all that we want"
    pool.release(was_open=True)
    assert pool.acquire_another()
    assert opening_failed(pool)
    assert (pool.limit, pool.scarce) == (2, True)


def test_one_that_leads_elsewhere_is_evicted_only_where_there_is_no_room_for_both() -> None:
    pool: ConnectionPool[str] = ConnectionPool(2, FakeClock())
    assert acquire(pool, urgent=False)
    assert pool.acquire_another()
    for name in ("first", "second"):
        pool.opened()
        pool.put_idle(name, HERE)
        if name == "first":
            assert pool.evict_idle() is None, "one is idle, one is in use, and two there may be"
    assert acquire(pool, urgent=False)
    assert pool.take_idle("elsewhere") is None
    assert pool.evict_idle() == "first", "it has been idle longer"
    assert pool.evict_idle() is None
    assert pool.take_idle(HERE) == "second"


def test_the_limit_of_a_server_is_believed_for_longer_each_time_that_it_is_found() -> None:
    clock = FakeClock()
    pool: ConnectionPool[str] = ConnectionPool(4, clock)
    believed_s = [seconds_believed(pool, clock) for _ in range(8)]
    assert believed_s == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_refusals_of_the_same_moment_are_one_finding() -> None:
    clock = FakeClock()
    pool: ConnectionPool[str] = ConnectionPool(4, clock)
    assert acquire(pool, urgent=False)
    pool.opened()
    assert [pool.acquire_another() for _ in range(3)] == [True] * 3
    assert [opening_failed(pool) for _ in range(3)] == [True] * 3
    pool.release(was_open=True)
    clock.advance(60)
    assert pool.limit == 4


def test_a_server_that_has_recovered_is_doubted_no_longer_than_at_first() -> None:
    clock = FakeClock()
    pool: ConnectionPool[str] = ConnectionPool(2, clock)
    assert seconds_believed(pool, clock) == 60
    assert acquire(pool, urgent=False)
    pool.opened()
    assert pool.acquire_another()
    pool.opened()
    for _ in range(2):
        pool.release(was_open=True)
    assert seconds_believed(pool, clock) == 60


def test_nothing_is_tried_out_while_somebody_holds_a_connection() -> None:
    clock = FakeClock()
    pool: ConnectionPool[str] = ConnectionPool(4, clock)
    assert acquire(pool, urgent=False)
    pool.opened()
    assert pool.acquire_another()
    assert opening_failed(pool)
    clock.advance(3600)
    assert pool.limit == 1


def test_a_failure_while_none_of_ours_is_open_teaches_nothing() -> None:
    pool: ConnectionPool[str] = ConnectionPool(4, FakeClock())
    assert acquire(pool, urgent=True)
    assert not opening_failed(pool)
    assert pool.limit == 4
    pool.release()
    assert acquire(pool, urgent=True)


def test_a_log_in_under_way_is_no_connection_that_the_server_accepts() -> None:
    """The only connection is given back; before the live lane is connected, a log-in of the backlog's takes its place.
    The live lane asks for that one too."""
    pool: ConnectionPool[str] = ConnectionPool(3, FakeClock())
    assert acquire(pool, urgent=False)
    pool.opened()
    assert pool.acquire_another()
    assert pool.acquire_another()
    with ThreadPoolExecutor(1) as live:
        wanted = live.submit(acquire, pool, urgent=True, within_s=SOON_S)
        while not pool.is_wanted_back():
            pass
        pool.release(was_open=True)
        assert wanted.result(SOON_S)
        pool.opened()  # the backlog's second
        assert opening_failed(pool), "the live lane's log-in was refused"
        assert pool.limit == 1
        again = live.submit(acquire, pool, urgent=True, within_s=SOON_S)
        while not pool.is_wanted_back():
            pass
        pool.release(was_open=True)
        assert pool.is_wanted_back(), "the third, should it be accepted"
        pool.release()
        assert again.result(SOON_S)


def test_a_log_in_that_came_through_after_all_is_one_more_that_the_server_accepts() -> None:
    pool: ConnectionPool[str] = ConnectionPool(3, FakeClock())
    assert acquire(pool, urgent=False)
    pool.opened()
    assert pool.acquire_another()
    assert pool.acquire_another()
    assert opening_failed(pool)
    assert pool.limit == 1
    pool.opened()
    assert pool.limit == 2


def test_whoever_no_longer_wants_to_wait_need_not() -> None:
    pool: ConnectionPool[str] = ConnectionPool(1, FakeClock())
    assert acquire(pool, urgent=False)
    given_up = False
    with ThreadPoolExecutor(1) as live:
        waiting = live.submit(pool.acquire, urgent=True, within_s=60, unless=lambda: given_up)
        while not pool.is_wanted_back():
            pass
        given_up = True
        pool.notify()
        assert not waiting.result(SOON_S)


class Lanes(RuleBasedStateMachine):
    """Whatever the lanes do in whatever order, the count is right."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.pool: ConnectionPool[str] = ConnectionPool(3, self.clock)
        self.acquired = 0
        self.open = 0
        """Of those held."""
        self.idle = 0

    @rule(seconds=st.integers(0, 4000))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(urgent=st.booleans(), is_alive=st.booleans())
    def acquire(self, urgent: bool, is_alive: bool) -> None:
        if acquire(self.pool, urgent=urgent):
            self._has_taken_one(is_alive)

    @precondition(lambda self: self.acquired > 0)
    @rule(is_alive=st.booleans())
    def acquire_another(self, is_alive: bool) -> None:
        if self.pool.acquire_another():
            self._has_taken_one(is_alive)

    @precondition(lambda self: self.acquired > self.open)
    @rule()
    def is_accepted(self) -> None:
        self.pool.opened()
        self.open += 1

    @precondition(lambda self: self.acquired > self.open)
    @rule()
    def fail(self) -> None:
        self.pool.release()
        self.acquired -= 1

    @precondition(lambda self: self.open > 0)
    @rule()
    def close(self) -> None:
        self.pool.release(was_open=True)
        self.acquired -= 1
        self.open -= 1

    @precondition(lambda self: self.open > 0)
    @rule()
    def put_idle(self) -> None:
        self.pool.put_idle("connection", HERE)
        self.acquired -= 1
        self.open -= 1
        self.idle += 1

    @precondition(lambda self: self.acquired > self.open)
    @rule()
    def opening_fails(self) -> None:
        others_are_open = opening_failed(self.pool)
        assert others_are_open == (self.open + self.idle > 0)
        self.acquired -= others_are_open

    @invariant()
    def is_within_bounds(self) -> None:
        assert 1 <= self.pool.limit <= 3
        assert self.open <= self.acquired
        assert self.acquired + self.idle <= 3, "more connections than there may be"
        assert self.pool.full == (self.acquired >= self.pool.limit)

    def _has_taken_one(self, is_alive: bool) -> None:
        """With a connection, if one is idle, that is still alive or was closed by the server meanwhile."""
        self.acquired += 1
        found = self.pool.take_idle(HERE)
        assert (found is not None) == (self.idle > 0)
        if found is None:
            return
        self.idle -= 1
        if is_alive:
            self.pool.opened()
            self.open += 1


TestLanes = pytest.mark.filterwarnings("ignore")(Lanes.TestCase)
TestLanes.settings = settings(max_examples=examples(50), deadline=None)
