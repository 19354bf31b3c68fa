"""Neighbours' doors: what an answer means, who is asked when, and what is shown of it."""

from __future__ import annotations

import errno
import random

import pytest

from gateway.core.door_answer import DoorAnswer, DoorReply, after, answer_of, is_doubtful
from gateway.core.ports import DeclaredPort, PortId, PortKind, PortState
from gateway.ports.neighbours.door import doors_of
from gateway.ports.neighbours.door_watch import AGAIN_S, DoorWatch
from tests.support.clock import FakeClock

OPEN = DoorAnswer(DoorReply.OPEN, "answers")
REFUSED = DoorAnswer(DoorReply.REFUSED, "refuses")
SILENT = DoorAnswer(DoorReply.SILENT, "does not answer")
NOT_TOLD = DoorAnswer(DoorReply.NOT_TOLD, "no such name")
PERIOD_S = 600.0


def declared(*places: str) -> list[DeclaredPort]:
    return [DeclaredPort(PortId(PortKind.DOOR, place), PortState.LOCKED) for place in places]


class FakeQuestions:
    """Every door says what `says` has for it; who was asked when stands in `asked`."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.says: dict[tuple[str, int], DoorAnswer | None] = {}
        self.asked: list[tuple[float, str, int]] = []

    def ask(self, host: str, number: int) -> DoorAnswer | None:
        self.asked.append((self.clock.mono_s, host, number))
        return self.says.get((host, number), REFUSED)

    def give_up(self) -> None: ...


class Watched:
    def __init__(self, *places: str) -> None:
        self.clock = FakeClock()
        self.questions = FakeQuestions(self.clock)
        self.links: dict[tuple[str, int], str] = {}
        doors = doors_of(declared(*places))
        self.watch = DoorWatch(doors, PERIOD_S, self.questions, lambda: self.links, self.clock)  # type: ignore[arg-type]

    def run(self, seconds: float) -> None:
        """As the supervisor calls it."""
        until_s = self.clock.mono_s + seconds
        while True:
            next_s = self.watch.step(self.clock.now())
            if next_s >= until_s:
                break
            self.clock.advance(max(0.0, next_s - self.clock.mono_s))
        self.clock.advance(until_s - self.clock.mono_s)

    def shown(self) -> dict[str, bool | None]:
        return {found.id.place: found.is_occupied for found in self.watch.look().found}


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), DoorReply.REFUSED),
        (TimeoutError("timed out"), DoorReply.SILENT),
        (OSError(errno.EHOSTUNREACH, "No route to host"), DoorReply.SILENT),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), DoorReply.NOT_TOLD),
        (OSError(errno.EMFILE, "Too many open files"), DoorReply.NOT_TOLD),
        (OSError(errno.EPERM, "Operation not permitted"), DoorReply.NOT_TOLD),
    ],
)
def test_what_is_ours_tells_nothing_of_the_door(error: OSError, reply: DoorReply) -> None:
    assert answer_of(error).reply is reply


def test_one_lost_packet_closes_no_door_and_two_do() -> None:
    once = after(OPEN, SILENT)
    assert (once.is_open, is_doubtful(once)) == (True, True)
    twice = after(once, SILENT)
    assert (twice.is_open, is_doubtful(twice)) == (False, False)
    assert after(twice, SILENT).is_open is False
    assert after(once, OPEN) == OPEN
    assert after(None, SILENT).is_open is None
    assert after(NOT_TOLD, SILENT).is_open is None


def test_what_is_not_told_is_said_so_and_no_silence_is_carried_over_it() -> None:
    assert after(OPEN, NOT_TOLD).is_open is None
    assert after(after(after(OPEN, SILENT), NOT_TOLD), SILENT).is_open is None


def test_every_door_is_asked_once_in_each_period_and_none_of_one_host_twice_in_a_row() -> None:
    places = [f"10.0.0.{host}:{number}" for host in (1, 2) for number in (21, 80, 502)]
    watched = Watched(*places)
    watched.run(30)
    assert sorted(watched.shown()) == sorted(places)
    assert all(
        one[1] != other[1] for one, other in zip(watched.questions.asked, watched.questions.asked[1:], strict=False)
    )
    watched.run(PERIOD_S)
    watched.questions.asked.clear()
    watched.run(3 * PERIOD_S)
    for place in places:
        times = [at_s for at_s, host, number in watched.questions.asked if f"{host}:{number}" == place]
        assert len(times) == 3
        assert {round(later - earlier, 3) for earlier, later in zip(times, times[1:], strict=False)} == {PERIOD_S}
    every = [at_s for at_s, _, _ in watched.questions.asked]
    assert {round(later - earlier, 3) for earlier, later in zip(every, every[1:], strict=False)} == {PERIOD_S / 6}


def test_a_door_that_opens_is_seen_within_one_period_from_the_first_on() -> None:
    watched = Watched(*[f"10.0.0.1:{number}" for number in range(1, 41)])
    watched.run(PERIOD_S)
    by_door: dict[int, list[float]] = {}
    for at_s, _, number in watched.questions.asked:
        by_door.setdefault(number, []).append(at_s)
    watched.run(PERIOD_S)
    for at_s, _, number in watched.questions.asked:
        by_door[number].append(at_s)
    gaps = [b - a for times in by_door.values() for a, b in zip(sorted(times), sorted(times)[1:], strict=False)]
    assert max(gaps) <= PERIOD_S + 0.001


def test_a_silence_is_made_sure_of_before_it_counts() -> None:
    watched = Watched("10.0.0.1:502")
    watched.questions.says["10.0.0.1", 502] = OPEN
    watched.run(1)
    watched.questions.says["10.0.0.1", 502] = SILENT
    watched.run(PERIOD_S)
    assert watched.shown() == {"10.0.0.1:502": True}
    watched.run(AGAIN_S)
    assert watched.shown() == {"10.0.0.1:502": False}
    assert [round(at_s - 1000) for at_s, _, _ in watched.questions.asked] == [0, 600, 610]


def test_a_door_that_our_own_link_holds_is_not_asked() -> None:
    watched = Watched("10.0.0.1:502", "PLC.local:502")
    watched.links = {("10.0.0.1", 502): "plc", ("plc.local", 502): "other"}
    watched.run(5)
    assert watched.questions.asked == []
    assert watched.shown() == {"10.0.0.1:502": True, "PLC.local:502": True}
    watched.links = {}
    watched.run(PERIOD_S)
    assert watched.shown() == {"10.0.0.1:502": False, "PLC.local:502": False}


def test_a_door_that_tells_nothing_for_long_is_named() -> None:
    watched = Watched("plc.local:502", "plc.local:80", "10.0.0.1:502")
    watched.questions.says = {("plc.local", 502): NOT_TOLD, ("plc.local", 80): NOT_TOLD}
    watched.run(5)
    assert watched.watch.look().unseen == {}
    watched.run(PERIOD_S)
    assert watched.watch.look().unseen == {PortKind.DOOR: "plc.local no such name"}
    assert watched.shown() == {"plc.local:502": None, "plc.local:80": None, "10.0.0.1:502": False}
    watched.questions.says = {}
    watched.run(PERIOD_S)
    assert watched.watch.look().unseen == {}


def test_an_interrupted_question_says_nothing() -> None:
    watched = Watched("10.0.0.1:502")
    watched.questions.says["10.0.0.1", 502] = None
    watched.run(1)
    assert watched.shown() == {}


def test_without_doors_nobody_is_asked() -> None:
    watched = Watched()
    watched.run(PERIOD_S)
    assert (watched.questions.asked, watched.shown()) == ([], {})


def test_addresses_of_the_sixth_version_are_read() -> None:
    assert [(it.host, it.number) for it in doors_of(declared("[fe80:0::1]:502"))] == [("fe80:0::1", 502)]
    assert doors_of(declared("[fe80:0::1]:502"))[0].place == ("fe80::1", 502)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_shown_was_so_within_the_last_period(seed: int) -> None:
    """Doors open, close, fall silent and are lost sight of at random: what is shown is never older than a period."""
    chance = random.Random(seed)
    places = [f"10.0.0.{host}:{number}" for host in (1, 2, 3) for number in (80, 502)]
    watched = Watched(*places)
    means = {OPEN: True, REFUSED: False, SILENT: False, NOT_TOLD: None}
    so_at: dict[str, list[tuple[float, bool | None]]] = {place: [] for place in places}
    for place in places:
        watched.questions.says[doors_of(declared(place))[0].place] = REFUSED
    watched.run(60)
    for _ in range(300):
        place = chance.choice(places)
        answer = chance.choice([OPEN, REFUSED, SILENT, NOT_TOLD])
        watched.questions.says[doors_of(declared(place))[0].place] = answer
        so_at[place].append((watched.clock.mono_s, means[answer]))
        watched.run(chance.uniform(1, PERIOD_S))
        now_s = watched.clock.mono_s
        for one, is_open in watched.shown().items():
            changes = so_at[one]
            lately = {state for at_s, state in changes if now_s - at_s <= PERIOD_S + AGAIN_S}
            before = [state for at_s, state in changes if now_s - at_s > PERIOD_S + AGAIN_S]
            assert is_open in lately | {before[-1] if before else False}
