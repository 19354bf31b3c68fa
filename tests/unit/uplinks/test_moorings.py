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
HERE = "server"
ELSEWHERE = "another folder of the account"
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


def lane(
    berths: Berths[str],
    open_one: Callable[[], str],
    *,
    urgent: bool,
    within_s: float = SOON_S,
    to: str = HERE,
    adopt: Callable[[str], bool] = bool,
    end: Callable[[str], object] = bool,
    unless: Callable[[], bool] = bool,
) -> Moorings[str]:
    return Moorings(
        "server",
        berths,
        SystemClock(),
        to=to,
        urgent=urgent,
        within_s=within_s,
        open_one=open_one,
        adopt=adopt,
        end=end,
        unless=unless,
    )


def part(berths: Berths[str], door: Door) -> None:
    door.leave()
    berths.leave(moored=True)


@contextmanager
def both(most: int, open_one: Callable[[], str]) -> Iterator[tuple[Berths[str], Moorings[str], Moorings[str]]]:
    """The berths, the backlog, the live lane; afterwards nothing may be held."""
    berths: Berths[str] = Berths(most, SystemClock())
    yield berths, lane(berths, open_one, urgent=False), lane(berths, open_one, urgent=True)
    assert [take_at_once(berths) for _ in range(berths.most)] == [True] * berths.most, "a berth was never given back"


def take_at_once(berths: Berths[str]) -> bool:
    return berths.take(urgent=True, within_s=0, unless=bool)


def give_way(berths: Berths[str]) -> None:
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
    with both(2, door.enter) as (berths, backlog, live), ThreadPoolExecutor(1) as thread:
        backlog.first()
        in_its_place = thread.submit(live.first)
        give_way(berths)
        part(berths, door)
        assert in_its_place.result(SOON_S) == "connection"
        assert berths.full, "what the server bears is known now"
        part(berths, door)


@pytest.mark.parametrize("refusal", WAYS)
def test_what_fails_when_we_are_alone_is_meant(refusal: DeliveryError) -> None:
    door = Door(0, refusal)
    with both(2, door.enter) as (_, _, live), pytest.raises(type(refusal)):
        live.first()
    assert door.knocks == 1


@pytest.mark.parametrize("refusal", WAYS)
def test_of_two_that_knock_together_the_one_too_many_waits_for_its_turn(refusal: DeliveryError) -> None:
    """Lanes that start in the same moment: the server has turned one away before it has let the other in."""
    door, is_knocking, turned_away = Door(1, refusal), threading.Event(), threading.Event()

    def enter_slowly() -> str:
        is_knocking.set()
        assert turned_away.wait(SOON_S)
        return door.enter()

    def enter_too_soon() -> str:
        turned_away.set()
        raise refusal

    berths: Berths[str] = Berths(2, SystemClock())
    slow, soon = (lane(berths, way, urgent=True) for way in (enter_slowly, enter_too_soon))
    with ThreadPoolExecutor(2) as lanes:
        first = lanes.submit(slow.first)
        assert is_knocking.wait(SOON_S)
        second = lanes.submit(soon.first)
        slow.rest(first.result(SOON_S))
        assert second.result(SOON_S) == "connection"
    assert (door.knocks, berths.most) == (1, 1), "it took over what had been let in"


def test_of_two_that_are_both_turned_away_neither_tries_again() -> None:
    door = Door(0, WAYS[1])
    together = threading.Barrier(2)

    def enter() -> str:
        together.wait(SOON_S)
        return door.enter()

    berths: Berths[str] = Berths(2, SystemClock())
    with ThreadPoolExecutor(2) as lanes:
        both_of_them = [lanes.submit(lane(berths, enter, urgent=urgent).first) for urgent in (True, False)]
        for one in both_of_them:
            with pytest.raises(DestinationRejected):
                one.result(SOON_S)
    assert door.knocks == 2


def test_a_server_that_notices_late_is_given_the_time() -> None:
    door = Door(1, WAYS[0], notices_late=3)
    with both(2, door.enter) as (berths, backlog, live), ThreadPoolExecutor(1) as thread:
        backlog.first()
        in_its_place = thread.submit(live.first)
        give_way(berths)
        part(berths, door)
        assert in_its_place.result(SOON_S) == "connection"
        door.leave()
        berths.leave(moored=True)


def test_a_password_that_was_changed_is_tried_three_times_at_the_most() -> None:
    """Once beside the backlog's connection, once in its place, and once more when that has surely been noticed."""
    door = Door(1, WAYS[1], notices_late=99)
    with both(2, door.enter) as (berths, backlog, live), ThreadPoolExecutor(1) as thread:
        backlog.first()
        in_its_place = thread.submit(live.first)
        give_way(berths)
        part(berths, door)
        with pytest.raises(DestinationRejected):
            in_its_place.result(SOON_S)
    assert door.knocks == 1 + 3


def test_whoever_is_not_given_way_says_what_the_server_said() -> None:
    door = Door(1, DeliveryDeferred("no connection (no route to host)"))
    berths: Berths[str] = Berths(2, SystemClock())
    backlog = lane(berths, door.enter, urgent=False)
    live = lane(berths, door.enter, urgent=True, within_s=0.01)
    backlog.first()
    with pytest.raises(DeliveryDeferred, match="no route to host"):
        live.first()
    with pytest.raises(DeliveryDeferred, match="there may be 1 connections at once, and none was free"):
        live.first()
    part(berths, door)
    assert live.first() == "connection"


def test_what_was_interrupted_teaches_nothing() -> None:
    ended = False
    door = Door(1, WAYS[0])
    berths: Berths[str] = Berths(2, SystemClock())

    def break_off() -> str:
        nonlocal ended
        ended = True
        return door.enter()

    backlog = lane(berths, door.enter, urgent=False)
    live = lane(berths, break_off, urgent=True, unless=lambda: ended)
    backlog.first()
    with pytest.raises(DeliveryDeferred, match="closed"):
        live.first()
    assert berths.most == 2
    with pytest.raises(DeliveryDeferred, match="interrupted"):
        live.first()


def test_a_connection_is_handed_over_where_nobody_new_is_let_in() -> None:
    """As by a server that strangers crowd: whoever ended his connection would get none any more."""
    door = Door(1, WAYS[0])
    with both(2, door.enter) as (berths, backlog, live), ThreadPoolExecutor(1) as thread:
        held = backlog.first()
        in_its_place = thread.submit(live.first)
        give_way(berths)
        knocks = door.knocks
        berths.rest(held, HERE)
        assert in_its_place.result(SOON_S) is held
        berths.rest(held, HERE)
        assert backlog.first() is held
        assert door.knocks == knocks
        part(berths, door)


def test_one_that_ended_while_it_rested_is_replaced() -> None:
    door = Door(2, WAYS[0])
    berths: Berths[str] = Berths(2, SystemClock())
    adopted: list[str] = []
    live = lane(berths, door.enter, urgent=True, adopt=lambda one: bool(adopted.append(one)))
    for _ in range(2):
        live.first()
    for name in ("one", "other"):
        berths.rest(name, HERE)
    door.leave()
    door.leave()
    assert live.first() == "connection"
    assert sorted(adopted) == ["one", "other"]
    assert door.inside == 1
    assert take_at_once(berths)
    assert not take_at_once(berths)


def test_one_that_leads_elsewhere_makes_room_even_if_the_server_notices_late() -> None:
    """Two destinations with the same account on a server that takes one connection."""
    door = Door(1, WAYS[0], notices_late=3)
    berths: Berths[str] = Berths(1, SystemClock())
    ended: list[str] = []

    def end(connection: str) -> None:
        ended.append(connection)
        door.leave()

    here, there = (lane(berths, door.enter, urgent=True, to=to, end=end) for to in (HERE, ELSEWHERE))
    here.rest(here.first())
    knocks = door.knocks
    here.rest(here.first())
    assert (door.knocks, ended) == (knocks, []), "it leads to the same place"
    assert there.first() == "connection"
    assert ended == ["connection"]
    assert door.inside == 1


def test_one_that_leads_elsewhere_is_left_alone_where_there_is_room() -> None:
    door = Door(2, WAYS[0])
    berths: Berths[str] = Berths(2, SystemClock())
    here, there = (lane(berths, door.enter, urgent=True, to=to, end=pytest.fail) for to in (HERE, ELSEWHERE))
    here.rest(here.first())
    there.rest(there.first())
    assert door.inside == 2
    assert list(here.resting()) == ["connection"], "only its own"
    assert list(there.resting()) == ["connection"]


@pytest.mark.parametrize("fault", [ValueError("nobody foresaw it"), DeliveryDeferred("not now")])
def test_no_berth_is_lost_to_a_failure(fault: Exception) -> None:
    def fail() -> str:
        raise fault

    with both(3, lambda: "connection") as (berths, backlog, _):
        unlucky = lane(berths, fail, urgent=False)
        with pytest.raises(type(fault)):
            unlucky.first()
        backlog.first()
        if isinstance(fault, DeliveryError):
            assert unlucky.another() is None
            assert berths.most == 1
        else:
            with pytest.raises(type(fault)):
                unlucky.another()
        berths.leave(moored=True)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.sampled_from(WAYS), st.integers(0, 2), st.booleans())
def test_whatever_the_server_bears_live_comes_through_and_no_berth_is_lost(
    most: int, bears: int, refusal: DeliveryError, notices_late: int, hands_over: bool
) -> None:
    """The backlog with all the connections it can have works until live has been in five times."""
    door = Door(bears, refusal, notices_late=notices_late if isinstance(refusal, DeliveryDeferred) else 0)
    done = threading.Event()

    with both(most, door.enter) as (berths, backlog, live):

        def drain() -> None:
            while not done.is_set():
                try:
                    held = [backlog.first()]
                except DeliveryError:
                    continue
                while not done.is_set() and held:
                    if berths.gives_way():
                        if hands_over:
                            berths.rest(held.pop(), HERE)
                        else:
                            held.pop()
                            part(berths, door)
                    elif (another := backlog.another()) is not None:
                        held.append(another)
                for _ in held:
                    part(berths, door)

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
                        berths.rest("connection", HERE)
                    else:
                        part(berths, door)
                    if came_through == 5:
                        break
            finally:
                done.set()
            draining.result(SOON_S)
        while berths.take_over(HERE) is not None:
            berths.sank()
            door.leave()
        assert came_through == 5
        assert door.most_inside <= min(most, bears)
        assert door.inside == 0
