"""Who asks neighbours' ports, built from the configuration: workers of the daemon, or one round for a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gateway.config.links.ends import TcpEnd
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.door_answer import SILENCES, DoorAnswer, DoorReply, found_door
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.core.ports import FoundPort, PortLook
from gateway.db.board import Board, components
from gateway.ports.neighbours.door import doors_of, place_of
from gateway.ports.neighbours.door_question import DoorQuestions
from gateway.ports.neighbours.door_watch import DoorWatch
from gateway.ports.neighbours.switch_question import SwitchQuestions
from gateway.ports.neighbours.switch_watch import SwitchWatch, ask_switch, switch_look, switches_of

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.interfaces import Clock


def neighbour_watches(configuration: Configuration, board: Board, clock: Clock) -> list[DoorWatch | SwitchWatch]:
    """One for doors and one for switches, where any are declared."""
    declared = [one.declared for one in configuration.ports or ()]
    policy = configuration.ports_policy
    every_s = policy.probe_every.total_seconds()
    watches: list[DoorWatch | SwitchWatch] = []

    def open_links() -> Mapping[tuple[str, int], str]:
        return _open(configuration, lambda name: board.state(ComponentKind.LINK, name))

    if doors := doors_of(declared):
        watches.append(DoorWatch(doors, every_s, DoorQuestions(), open_links, clock))
    if switches := switches_of(declared, policy.snmp):
        watches.append(SwitchWatch(switches, every_s, SwitchQuestions(), clock))
    return watches


def neighbours_now(configuration: Configuration) -> PortLook:
    """Every neighbour asked once, one after the other; a silence counts at once. A door that a link of the running
    daemon holds is not asked: many device servers have room for one connection."""
    links = _open_of_the_daemon(configuration)
    questions = DoorQuestions()
    found: list[FoundPort] = []
    for door in doors_of(one.declared for one in configuration.ports or ()):
        link = links.get(door.place)
        answer = questions.ask(door.host, door.number) if link is None else _held_by(link)
        if answer is not None and answer.reply is DoorReply.SILENT:
            answer = DoorAnswer(answer.reply, answer.words, SILENCES)
        if answer is not None:
            found.append(found_door(door.port, answer))
    switches = switches_of([one.declared for one in configuration.ports or ()], configuration.ports_policy.snmp)
    look = switch_look([ask_switch(SwitchQuestions(), switch) for switch in switches])
    return PortLook((*found, *look.found), look.unseen)


def _held_by(link: str) -> DoorAnswer:
    return DoorAnswer(DoorReply.OPEN, Phrase("answers: link {link} of the running gateway is connected", link=link))


def _open(
    configuration: Configuration, state_of: Callable[[str], ComponentState | None]
) -> Mapping[tuple[str, int], str]:
    """Where our links are connected now, and the name of each."""
    return {
        place_of(link.host, link.port): name
        for name, link in configuration.links.items()
        if isinstance(link, TcpEnd) and state_of(name) is ComponentState.UP
    }


def _open_of_the_daemon(configuration: Configuration) -> Mapping[tuple[str, int], str]:
    """As it last wrote it down, if it runs. Where that cannot be seen, nothing is held."""
    from contextlib import closing

    from gateway.db import open_database
    from gateway.runtime import lock

    storage = configuration.storage.path
    try:
        if not lock.is_held(storage):
            return {}
        with closing(open_database(storage / "gateway.db", read_only=True)) as database:
            known = components(database)
    except (GatewayError, OSError):
        return {}
    states = {name: part.state for (kind, name), part in known.items() if kind is ComponentKind.LINK}
    return _open(configuration, states.get)
