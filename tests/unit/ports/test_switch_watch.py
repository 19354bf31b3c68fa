"""Ports of managed switches: what the numbers of a switch mean, and when it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from gateway.config.ports.snmp import SnmpAccess
from gateway.core.ports import DeclaredPort, PortId, PortKind, PortState
from gateway.core.switch_port import ADMIN_STATUS, ALIAS, NAME, OPER_STATUS, SPEED_MBIT_S, switch_port
from gateway.ports.neighbours.switch_question import SwitchUntold
from gateway.ports.neighbours.switch_watch import AGAIN_S, SwitchWatch, switches_of
from tests.support.clock import FakeClock

PORT = PortId(PortKind.SNMP, "10.0.0.2:3")


@pytest.mark.parametrize(
    ("state", "is_occupied"),
    [
        (1, True),
        (2, False),
        (3, None),
        (4, None),
        (5, True),
        (6, False),
        (7, False),
        (0, None),
        (99, None),
        (b"1", None),
    ],
)
def test_states_of_a_port_by_the_standard(state: object, is_occupied: bool | None) -> None:
    assert switch_port(PORT, 3, {f"{OPER_STATUS}.3": state}).is_occupied is is_occupied


def test_what_the_switch_calls_a_port_is_shown_and_harmless() -> None:
    values = {
        OPER_STATUS: 1,
        ADMIN_STATUS: 1,
        NAME: b"Gi0/3",
        SPEED_MBIT_S: 1000,
        ALIAS: "Đến \x1b[31mPLC".encode() + b"\xff",
    }
    found = switch_port(PORT, 3, {f"{column}.3": value for column, value in values.items()})
    assert found.identity is not None
    assert found.identity.startswith("Gi0/3 Đến ")
    assert "\x1b" not in found.identity + found.detail
    assert "has a link of 1000 Mbit/s" in found.detail


def test_a_port_that_the_switch_has_closed_is_shown_as_such() -> None:
    found = switch_port(PORT, 3, {f"{OPER_STATUS}.3": 2, f"{ADMIN_STATUS}.3": 2})
    assert (found.is_occupied, found.detail) == (False, "has no link and is closed by the switch")


def test_a_port_that_is_not_there_is_neither_linked_nor_free() -> None:
    found = switch_port(PORT, 3, {})
    assert (found.is_occupied, found.detail) == (None, "the switch has no port 3")


class FakeSwitches:
    """Every port has a link, but those of hosts in `mute`."""

    def __init__(self) -> None:
        self.mute: set[str] = set()
        self.asked: list[tuple[str, int]] = []

    def read(self, access: SnmpAccess, cells: Sequence[str]) -> Mapping[str, object]:
        self.asked.append((access.host, len(cells)))
        if access.host in self.mute:
            raise SwitchUntold("does not answer by SNMP")
        return {cell: 1 for cell in cells if cell.startswith(OPER_STATUS)}

    def give_up(self) -> None: ...


def access(host: str) -> SnmpAccess:
    return SnmpAccess.model_validate({"host": host, "community": {"env": "COMMUNITY"}})


def test_each_switch_is_asked_once_in_a_period_and_one_that_is_mute_tells_nothing() -> None:
    clock, fake = FakeClock(), FakeSwitches()
    places = ("10.0.0.2:1", "10.0.0.2:2", "switch.local:1", "10.0.0.9:1")
    declared = [DeclaredPort(PortId(PortKind.SNMP, place), PortState.LOCKED) for place in places]
    switches = switches_of(declared, [access("10.0.0.2"), access("SWITCH.local")])
    watch = SwitchWatch(switches, 600.0, fake, clock)  # type: ignore[arg-type]

    def run(seconds: float) -> None:
        until_s = clock.mono_s + seconds
        while (next_s := watch.step(clock.now())) < until_s:
            clock.advance(max(0.0, next_s - clock.mono_s))
        clock.advance(until_s - clock.mono_s)

    run(1)
    assert sorted(fake.asked) == [("10.0.0.2", 10), ("SWITCH.local", 5)]
    assert {one.id.place: one.is_occupied for one in watch.look().found} == dict.fromkeys(places[:3], True)
    fake.mute.add("10.0.0.2")
    run(600)
    assert watch.look().unseen == {}, "one answer that is lost is made sure of first"
    assert {one.is_occupied for one in watch.look().found} == {True}
    run(AGAIN_S)
    look = watch.look()
    assert {one.id.place: one.is_occupied for one in look.found} == {places[0]: None, places[1]: None, places[2]: True}
    assert look.unseen == {PortKind.SNMP: "10.0.0.2 does not answer by SNMP"}
    fake.mute.clear()
    run(600)
    assert watch.look().unseen == {}
    assert len(fake.asked) == 7
