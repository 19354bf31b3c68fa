"""Both lanes at a server that bears fewer connections than we would have, however it says so."""

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
from gateway.uplinks.berths import Berths
from gateway.uplinks.moorings import Moorings

SOON_S = 20.0
WAYS = [DeliveryDeferred("the server closed the connection"), DestinationRejected("user refused with this password")]


class Door:
    """A server that lets in so many at once and turns further ones away."""

    def __init__(self, bears: int, refusal: DeliveryError, *, notices_late: int = 0) -> None:
        """`notices_late`: how many more it turns away after one has left."""
        self._bears = bears
        self._refusal = refusal
        self._notices_late = notices_late
        self._unnoticed = 0
        self._inside = 0
        self._turn = threading.Lock()
        self.knocks = 0
        self.most_inside = 0

    def enter(self) -> str:
        with self._turn:
            self.knocks += 1
            if self._unnoticed:
                self._unnoticed -= 1
                raise self._refusal
            if self._inside >= self._bears:
                raise self._refusal
            self._inside += 1
            self.most_inside = max(self.most_inside, self._inside)
            return "connection"

    def leave(self) -> None:
        with self._turn:
            self._inside -= 1
            self._unnoticed = self._notices_late

    @property
    def inside(self) -> int:
        return self._inside


def lane(berths: Berths, *, urgent: bool, within_s: float = SOON_S, unless: Callable[[], bool] = bool) -> Moorings:
    return Moorings("server", berths, SystemClock(), urgent=urgent, within_s=within_s, unless=unless)


def part(berths: Berths, door: Door) -> None:
    door.leave()
    berths.leave(moored=True)


@contextmanager
def both(most: int) -> Iterator[tuple[Berths, Moorings, Moorings]]:
    """The berths, the backlog, the live lane; afterwards nothing may be held."""
    berths = Berths(most, SystemClock())
    yield berths, lane(berths, urgent=False), lane(berths, urgent=True)
    assert [take_at_once(berths) for _ in range(berths.most)] == [True] * berths.most, "a berth was never given back"


def take_at_once(berths: Berths) -> bool:
    return berths.take(urgent=True, within_s=0, unless=bool)


def give_way(berths: Berths) -> None:
    """What the backlog asks itself between two files, until the answer is yes."""
    waited = threading.Event()
    for _ in range(4000):
        if berths.gives_way():
            return
        waited.wait(0.005)
    pytest.fail("the live lane never asked for the connection")


@pytest.mark.parametrize("refusal", WAYS)
def test_the_live_lane_takes_the_place_of_the_backlog_however_it_is_turned_away(refusal: DeliveryError) -> None:
    door = Door(1, refusal)
    with both(2) as (berths, backlog, live), ThreadPoolExecutor(1) as thread:
        backlog.first(door.enter)
        in_its_place = thread.submit(live.first, door.enter)
        give_way(berths)
        part(berths, door)
        assert in_its_place.result(SOON_S) == "connection"
        assert berths.full, "what the server bears is known now"
        part(berths, door)


@pytest.mark.parametrize("refusal", WAYS)
def test_what_fails_when_we_are_alone_is_meant(refusal: DeliveryError) -> None:
    door = Door(0, refusal)
    with both(2) as (_, _, live), pytest.raises(type(refusal)):
        live.first(door.enter)
    assert door.knocks == 1


def test_a_server_that_notices_late_is_given_the_time() -> None:
    door = Door(1, WAYS[0], notices_late=3)
    with both(2) as (berths, backlog, live), ThreadPoolExecutor(1) as thread:
        backlog.first(door.enter)
        in_its_place = thread.submit(live.first, door.enter)
        give_way(berths)
        part(berths, door)
        assert in_its_place.result(SOON_S) == "connection"
        door.leave()
        berths.leave(moored=True)


def test_a_password_that_was_changed_is_tried_three_times_at_the_most() -> None:
    """Once beside the backlog's connection, once in its place, and once more when that has surely been noticed."""
    door = Door(1, WAYS[1], notices_late=99)
    with both(2) as (berths, backlog, live), ThreadPoolExecutor(1) as thread:
        backlog.first(door.enter)
        in_its_place = thread.submit(live.first, door.enter)
        give_way(berths)
        part(berths, door)
        with pytest.raises(DestinationRejected):
            in_its_place.result(SOON_S)
    assert door.knocks == 1 + 3


def test_whoever_is_not_given_way_says_what_the_server_said() -> None:
    door = Door(1, DeliveryDeferred("no connection (no route to host)"))
    berths = Berths(2, SystemClock())
    backlog, live = lane(berths, urgent=False), lane(berths, urgent=True, within_s=0.01)
    backlog.first(door.enter)
    with pytest.raises(DeliveryDeferred, match="no route to host"):
        live.first(door.enter)
    with pytest.raises(DeliveryDeferred, match="there may be 1 connections at once, and none was free"):
        live.first(door.enter)
    part(berths, door)
    assert live.first(door.enter) == "connection"


def test_what_was_interrupted_teaches_nothing() -> None:
    ended = False
    door = Door(1, WAYS[0])
    berths = Berths(2, SystemClock())
    backlog = lane(berths, urgent=False)
    live = lane(berths, urgent=True, unless=lambda: ended)

    def break_off() -> str:
        nonlocal ended
        ended = True
        return door.enter()

    backlog.first(door.enter)
    with pytest.raises(DeliveryDeferred, match="closed"):
        live.first(break_off)
    assert berths.most == 2
    with pytest.raises(DeliveryDeferred, match="interrupted"):
        live.first(door.enter)


@pytest.mark.parametrize("fault", [ValueError("nobody foresaw it"), DeliveryDeferred("not now")])
def test_no_berth_is_lost_to_a_failure(fault: Exception) -> None:
    def fail() -> str:
        raise fault

    with both(3) as (berths, backlog, _):
        with pytest.raises(type(fault)):
            backlog.first(fail)
        backlog.first(lambda: "connection")
        if isinstance(fault, DeliveryError):
            assert backlog.another(fail) is None
            assert berths.most == 1
        else:
            with pytest.raises(type(fault)):
                backlog.another(fail)
        berths.leave(moored=True)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.sampled_from(WAYS), st.integers(0, 2))
def test_whatever_the_server_bears_live_comes_through_and_no_berth_is_lost(
    most: int, bears: int, refusal: DeliveryError, notices_late: int
) -> None:
    """The backlog with all the connections it can have works until live has been in five times."""
    door = Door(bears, refusal, notices_late=notices_late if isinstance(refusal, DeliveryDeferred) else 0)
    done = threading.Event()

    with both(most) as (berths, backlog, live):

        def drain() -> None:
            while not done.is_set():
                try:
                    held = [backlog.first(door.enter)]
                except DeliveryError:
                    continue
                while not done.is_set() and held:
                    if berths.gives_way():
                        held.pop()
                        part(berths, door)
                    elif (another := backlog.another(door.enter)) is not None:
                        held.append(another)
                for _ in held:
                    part(berths, door)

        with ThreadPoolExecutor(1) as thread:
            draining = thread.submit(drain)
            came_through = 0
            try:
                for _ in range(100):
                    try:
                        live.first(door.enter)
                    except DeliveryDeferred:  # so late does nobody notice: the courier would come again
                        continue
                    came_through += 1
                    part(berths, door)
                    if came_through == 5:
                        break
            finally:
                done.set()
            draining.result(SOON_S)
        assert came_through == 5
        assert door.most_inside <= min(most, bears)
        assert door.inside == 0
