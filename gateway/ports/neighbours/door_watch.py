"""Asks neighbours' doors, one after the other, spread over `probe_every`: no device sees more than one connection in
that time, but for the one that makes sure of a silence. A door that a link of ours holds open is not asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from gateway.core.door_answer import DoorAnswer, DoorReply, after, found_door, is_doubtful
from gateway.core.interfaces import Clock, Instant
from gateway.core.phrase import Phrase
from gateway.core.ports import PortKind, PortLook
from gateway.ports.neighbours.door import Door
from gateway.ports.neighbours.door_question import DoorQuestions

_log = logging.getLogger(__name__)

FIRST_GAP_S = 1.0
"""Between two doors of the first round: soon after a start everything has been asked once."""
AGAIN_S = 10.0
"""How soon a silence is made sure of."""
UNTOLD_BEFORE = 2
"""Questions in a row that told nothing, after which that is said: a network that is away for a while is another's
matter."""
NEVER_S = 3600.0

OpenLinks = Callable[[], Mapping[tuple[str, int], str]]
"""Where our own links are connected now, as `Door.place` says it, and the name of the link."""


class DoorWatch:
    """See `gateway.core.interfaces.Worker` and `gateway.core.ports.PortSource`."""

    name = "doors"
    patience_s = 60.0

    def __init__(
        self, doors: Sequence[Door], every_s: float, questions: DoorQuestions, open_links: OpenLinks, clock: Clock
    ) -> None:
        self._doors = tuple(doors)
        self._every_s = every_s
        self._questions = questions
        self._open_links = open_links
        self._clock = clock
        self._due_s: list[float] = []
        self._grid_s: list[float] = []
        """A moment of each door's place within the period."""
        self._answers: dict[Door, DoorAnswer] = {}
        self._untold: dict[Door, int] = {}

    def look(self) -> PortLook:
        """The newest answers, from memory and from any thread. A door that was not asked yet is not among them; which
        ones have told nothing for a while is said of all."""
        answers, untold = dict(self._answers), dict(self._untold)
        found = tuple(found_door(door.port, answer) for door, answer in answers.items())
        words = dict.fromkeys(
            f"{door.host} {answers[door].words}" for door, times in untold.items() if times >= UNTOLD_BEFORE
        )
        return PortLook(found, {PortKind.DOOR: "; ".join(words)} if words else {})

    def step(self, now: Instant) -> float:
        if not self._doors:
            return now.mono_s + NEVER_S
        if not self._due_s:
            turns, even_s = range(len(self._doors)), self._every_s / len(self._doors)
            self._due_s = [now.mono_s + turn * min(FIRST_GAP_S, even_s) for turn in turns]
            self._grid_s = [now.mono_s + turn * even_s for turn in turns]
        turn = min(range(len(self._doors)), key=self._due_s.__getitem__)
        if self._due_s[turn] <= now.mono_s:
            self._ask(self._doors[turn])
            self._plan(turn, self._clock.now().mono_s)
        return min(self._due_s)

    def interrupt(self) -> None:
        self._questions.give_up()

    def close(self) -> None:
        """Nothing stays open between two questions."""

    def _ask(self, door: Door) -> None:
        link = self._open_links().get(door.place)
        if link is not None:
            answer: DoorAnswer | None = DoorAnswer(
                DoorReply.OPEN, Phrase("answers: link {link} is connected", link=link)
            )
        else:
            answer = self._questions.ask(door.host, door.number)
        if answer is None:
            return
        before = self._answers.get(door)
        self._answers[door] = counted = after(before, answer)
        if answer.reply is DoorReply.NOT_TOLD:
            self._untold[door] = self._untold.get(door, 0) + 1
        else:
            self._untold.pop(door, None)
        if before is None or before.is_open is not counted.is_open:
            _log.info("port=%s state=%s detail=%r", door.port, _STATES[counted.is_open], counted.words)

    def _plan(self, turn: int, now_s: float) -> None:
        """At its own place within the period, wherever the last question lay; soon, if it has to be made sure of."""
        answer = self._answers.get(self._doors[turn])
        if answer is not None and is_doubtful(answer):
            self._due_s[turn] = now_s + min(AGAIN_S, self._every_s)
            return
        periods = (now_s - self._grid_s[turn]) // self._every_s + 1
        self._due_s[turn] = self._grid_s[turn] + periods * self._every_s


_STATES = {True: "open", False: "closed", None: "not-told"}
