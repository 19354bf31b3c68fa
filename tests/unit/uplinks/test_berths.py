"""Two lanes and the connections between them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.uplinks.berths import Berths
from tests.support.clock import FakeClock

SOON_S = 5.0
HERE = "server"


def never() -> bool:
    return False


def take(berths: Berths[str], *, urgent: bool, within_s: float = 0.0) -> bool:
    return berths.take(urgent=urgent, within_s=within_s, unless=never)


def crowded(berths: Berths[str]) -> bool:
    return berths.crowded(within_s=0.0, unless=never)


def seconds_believed(berths: Berths[str], clock: FakeClock) -> int:
    """Find that the server bears one only, and see for how long that is believed."""
    assert take(berths, urgent=False)
    berths.moored()
    assert berths.take_another()
    assert crowded(berths)
    berths.leave(moored=True)
    began_s = clock.mono_s
    while berths.most == 1:
        clock.advance(60)
    return round(clock.mono_s - began_s)


def test_together_the_lanes_hold_no_more_than_there_are() -> None:
    berths: Berths[str] = Berths(3, FakeClock())
    assert take(berths, urgent=False)
    assert [berths.take_another() for _ in range(3)] == [True, True, False]
    assert not take(berths, urgent=True)


def test_the_live_lane_gets_the_berth_that_the_backlog_gives_back() -> None:
    berths: Berths[str] = Berths(2, FakeClock())
    assert take(berths, urgent=False)
    assert berths.take_another()
    assert not berths.gives_way(), "nobody wants it"
    with ThreadPoolExecutor(1) as live:
        wanted = live.submit(take, berths, urgent=True, within_s=SOON_S)
        while not berths.gives_way():
            pass
        assert not berths.gives_way(), "one is enough"
        berths.leave()
        assert wanted.result(SOON_S)
    assert berths.full
    assert not berths.gives_way()


def test_whoever_is_urgent_goes_before_whoever_waits() -> None:
    berths: Berths[str] = Berths(1, FakeClock())
    assert take(berths, urgent=False)
    with ThreadPoolExecutor(2) as lanes:
        backlog = lanes.submit(take, berths, urgent=False, within_s=SOON_S)
        live = lanes.submit(take, berths, urgent=True, within_s=SOON_S)
        while not berths.gives_way():
            pass
        berths.leave()
        assert live.result(SOON_S)
        assert not backlog.done()
        berths.leave()
        assert backlog.result(SOON_S)


def test_a_server_that_refuses_one_more_bears_as_many_as_are_in() -> None:
    berths: Berths[str] = Berths(4, FakeClock())
    assert take(berths, urgent=False)
    berths.moored()
    assert berths.take_another()
    assert crowded(berths), "one of ours is in"
    assert berths.most == 1
    assert not berths.take_another()


def test_connections_are_scarce_where_the_server_takes_fewer_than_we_would_have_or_one() -> None:
    clock = FakeClock()
    assert Berths[str](1, clock).scarce
    berths: Berths[str] = Berths(3, clock)
    assert not berths.scarce
    for _ in range(3):
        assert take(berths, urgent=False)
        berths.moored()
    assert not berths.scarce, "it bears all that we want"
    berths.leave(moored=True)
    assert berths.take_another()
    assert crowded(berths)
    assert (berths.most, berths.scarce) == (2, True)


def test_one_that_leads_elsewhere_is_in_the_way_only_where_there_is_no_room_for_both() -> None:
    berths: Berths[str] = Berths(2, FakeClock())
    assert take(berths, urgent=False)
    assert berths.take_another()
    for name in ("first", "second"):
        berths.moored()
        berths.rest(name, HERE)
        if name == "first":
            assert berths.in_the_way() is None, "one rests, one is held, and two there may be"
    assert take(berths, urgent=False)
    assert berths.take_over("elsewhere") is None
    assert berths.in_the_way() == "first", "it has rested longer"
    berths.sank()
    assert berths.in_the_way() is None
    assert berths.take_over(HERE) == "second"


def test_what_a_server_bears_is_believed_for_longer_each_time_that_it_is_found() -> None:
    clock = FakeClock()
    berths: Berths[str] = Berths(4, clock)
    believed_s = [seconds_believed(berths, clock) for _ in range(8)]
    assert believed_s == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_refusals_of_the_same_moment_are_one_finding() -> None:
    clock = FakeClock()
    berths: Berths[str] = Berths(4, clock)
    assert take(berths, urgent=False)
    berths.moored()
    assert [berths.take_another() for _ in range(3)] == [True] * 3
    assert [crowded(berths) for _ in range(3)] == [True] * 3
    berths.leave(moored=True)
    clock.advance(60)
    assert berths.most == 4


def test_a_server_that_has_recovered_is_doubted_no_longer_than_at_first() -> None:
    clock = FakeClock()
    berths: Berths[str] = Berths(2, clock)
    assert seconds_believed(berths, clock) == 60
    assert take(berths, urgent=False)
    berths.moored()
    assert berths.take_another()
    berths.moored()
    for _ in range(2):
        berths.leave(moored=True)
    assert seconds_believed(berths, clock) == 60


def test_nothing_is_tried_out_while_somebody_holds_a_connection() -> None:
    clock = FakeClock()
    berths: Berths[str] = Berths(4, clock)
    assert take(berths, urgent=False)
    berths.moored()
    assert berths.take_another()
    assert crowded(berths)
    clock.advance(3600)
    assert berths.most == 1


def test_a_crowd_of_strangers_teaches_nothing() -> None:
    berths: Berths[str] = Berths(4, FakeClock())
    assert take(berths, urgent=True)
    assert not crowded(berths)
    assert berths.most == 4
    berths.leave()
    assert take(berths, urgent=True)


def test_a_log_in_under_way_is_no_connection_that_the_server_bears() -> None:
    """The only connection gives way; before the live lane is in, a log-in of the backlog's that was under way takes
    its place. The live lane asks for that one too."""
    berths: Berths[str] = Berths(3, FakeClock())
    assert take(berths, urgent=False)
    berths.moored()
    assert berths.take_another()
    assert berths.take_another()
    with ThreadPoolExecutor(1) as live:
        wanted = live.submit(take, berths, urgent=True, within_s=SOON_S)
        while not berths.gives_way():
            pass
        berths.leave(moored=True)
        assert wanted.result(SOON_S)
        berths.moored()  # the backlog's second
        assert crowded(berths), "the live lane's log-in was refused"
        assert berths.most == 1
        again = live.submit(take, berths, urgent=True, within_s=SOON_S)
        while not berths.gives_way():
            pass
        berths.leave(moored=True)
        assert berths.gives_way(), "the third, should it get in"
        berths.leave()
        assert again.result(SOON_S)


def test_a_log_in_that_came_through_after_all_is_one_more_that_the_server_bears() -> None:
    berths: Berths[str] = Berths(3, FakeClock())
    assert take(berths, urgent=False)
    berths.moored()
    assert berths.take_another()
    assert berths.take_another()
    assert crowded(berths)
    assert berths.most == 1
    berths.moored()
    assert berths.most == 2


def test_whoever_no_longer_wants_to_wait_is_let_go() -> None:
    berths: Berths[str] = Berths(1, FakeClock())
    assert take(berths, urgent=False)
    given_up = False
    with ThreadPoolExecutor(1) as live:
        waiting = live.submit(berths.take, urgent=True, within_s=60, unless=lambda: given_up)
        while not berths.gives_way():
            pass
        given_up = True
        berths.stir()
        assert not waiting.result(SOON_S)


class Lanes(RuleBasedStateMachine):
    """Whatever the lanes do in whatever order, the count is right."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.berths: Berths[str] = Berths(3, self.clock)
        self.held = 0
        self.moored = 0
        """Of those held."""
        self.resting = 0

    @rule(seconds=st.integers(0, 4000))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(urgent=st.booleans(), stands=st.booleans())
    def take(self, urgent: bool, stands: bool) -> None:
        if take(self.berths, urgent=urgent):
            self._has_taken_one(stands)

    @precondition(lambda self: self.held > 0)
    @rule(stands=st.booleans())
    def take_another(self, stands: bool) -> None:
        if self.berths.take_another():
            self._has_taken_one(stands)

    @precondition(lambda self: self.held > self.moored)
    @rule()
    def is_let_in(self) -> None:
        self.berths.moored()
        self.moored += 1

    @precondition(lambda self: self.held > self.moored)
    @rule()
    def fail(self) -> None:
        self.berths.leave()
        self.held -= 1

    @precondition(lambda self: self.moored > 0)
    @rule()
    def part(self) -> None:
        self.berths.leave(moored=True)
        self.held -= 1
        self.moored -= 1

    @precondition(lambda self: self.moored > 0)
    @rule()
    def rest(self) -> None:
        self.berths.rest("connection", HERE)
        self.held -= 1
        self.moored -= 1
        self.resting += 1

    @precondition(lambda self: self.held > self.moored)
    @rule()
    def crowded(self) -> None:
        others_are_in = crowded(self.berths)
        assert others_are_in == (self.moored + self.resting > 0)
        self.held -= others_are_in

    @invariant()
    def is_within_bounds(self) -> None:
        assert 1 <= self.berths.most <= 3
        assert self.moored <= self.held
        assert self.held + self.resting <= 3, "more connections than there may be"
        assert self.berths.full == (self.held >= self.berths.most)

    def _has_taken_one(self, stands: bool) -> None:
        """With a connection, if one rests, that still stands or has sunk meanwhile."""
        self.held += 1
        found = self.berths.take_over(HERE)
        assert (found is not None) == (self.resting > 0)
        if found is None:
            return
        self.resting -= 1
        if stands:
            self.moored += 1
        else:
            self.berths.sank()


TestLanes = pytest.mark.filterwarnings("ignore")(Lanes.TestCase)
TestLanes.settings = settings(max_examples=50, deadline=None)
