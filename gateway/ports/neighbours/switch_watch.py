"""Asks managed switches for the links of their declared ports: one question in each `probe_every` and switch."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.config.ports.snmp import SnmpAccess
from gateway.core.interfaces import Clock, Instant
from gateway.core.ports import DeclaredPort, FoundPort, PortId, PortKind, PortLook
from gateway.core.switch_port import cells_of, switch_port
from gateway.ports.neighbours.door import host_and_number, place_of
from gateway.ports.neighbours.switch_question import SwitchQuestions, SwitchUntold

_log = logging.getLogger(__name__)

AGAIN_S = 10.0
"""How soon a switch is asked once more that did not answer, before that counts."""
NEVER_S = 3600.0


@dataclass(frozen=True, slots=True)
class Switch:
    """`ports`: those that are declared, by ifIndex."""

    access: SnmpAccess
    ports: tuple[tuple[int, PortId], ...]


@dataclass(frozen=True, slots=True)
class SwitchAnswer:
    """`unseen`: why nothing was told; `None`: it was."""

    found: tuple[FoundPort, ...]
    unseen: str | None = None


def switches_of(declared: Iterable[DeclaredPort], accesses: Sequence[SnmpAccess]) -> list[Switch]:
    """Every switch of which a port is declared and that lets itself be read."""
    by_host: dict[str, list[tuple[int, PortId]]] = {}
    for one in declared:
        if one.id.kind is PortKind.SNMP:
            host, index = host_and_number(one.id)
            by_host.setdefault(place_of(host, 0)[0], []).append((index, one.id))
    known = {place_of(access.host, 0)[0]: access for access in accesses}
    return [Switch(known[host], tuple(ports)) for host, ports in by_host.items() if host in known]


def ask_switch(questions: SwitchQuestions, switch: Switch) -> SwitchAnswer:
    """What it says of its declared ports."""
    cells = [cell for index, _ in switch.ports for cell in cells_of(index)]
    try:
        values = questions.read(switch.access, cells)
    except SwitchUntold as untold:
        words = f"{switch.access.host} {untold}"
        return SwitchAnswer(tuple(FoundPort(port, None, None, words) for _, port in switch.ports), words)
    return SwitchAnswer(tuple(switch_port(port, index, values) for index, port in switch.ports))


def switch_look(answers: Iterable[SwitchAnswer]) -> PortLook:
    """Of a switch that told nothing, the ports are neither linked nor free."""
    newest = list(answers)
    untold = "; ".join(answer.unseen for answer in newest if answer.unseen is not None)
    found = tuple(found for answer in newest for found in answer.found)
    return PortLook(found, {PortKind.SNMP: untold} if untold else {})


class SwitchWatch:
    """See `gateway.core.interfaces.Worker` and `gateway.core.ports.PortSource`."""

    name = "switches"
    patience_s = 60.0

    def __init__(self, switches: Sequence[Switch], every_s: float, questions: SwitchQuestions, clock: Clock) -> None:
        self._switches = tuple(switches)
        self._every_s = every_s
        self._questions = questions
        self._clock = clock
        self._due_s: list[float] = []
        self._answers: Mapping[int, SwitchAnswer] = {}
        self._doubtful: frozenset[int] = frozenset()
        self._is_stopping = False

    def look(self) -> PortLook:
        """The newest answers, from memory and from any thread."""
        return switch_look(self._answers.values())

    def step(self, now: Instant) -> float:
        if not self._switches:
            return now.mono_s + NEVER_S
        if not self._due_s:
            self._due_s = [now.mono_s] * len(self._switches)
        turn = min(range(len(self._switches)), key=self._due_s.__getitem__)
        if self._due_s[turn] <= now.mono_s:
            self._ask(turn)
            pause_s = min(AGAIN_S, self._every_s) if turn in self._doubtful else self._every_s
            self._due_s[turn] = now.mono_s + pause_s
        return min(self._due_s)

    def interrupt(self) -> None:
        self._is_stopping = True
        self._questions.give_up()

    def close(self) -> None:
        """Nothing stays open between two questions."""

    def _ask(self, turn: int) -> None:
        answer = ask_switch(self._questions, self._switches[turn])
        if self._is_stopping:
            return
        before = self._answers.get(turn)
        is_doubtful = answer.unseen is not None and (before is None or before.unseen is None)
        if is_doubtful and turn not in self._doubtful:
            self._doubtful |= {turn}
            return
        self._doubtful -= {turn}
        self._answers = {**self._answers, turn: answer}
        if before is None or before.unseen != answer.unseen:
            host = self._switches[turn].access.host
            if answer.unseen is not None:
                _log.warning("switch=%s state=not-told detail=%r", host, answer.unseen)
            else:
                _log.info("switch=%s state=answering", host)
