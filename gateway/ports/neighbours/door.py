"""A neighbour's door: the host and the number behind the name of its port."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from gateway.core.ports import DeclaredPort, PortId, PortKind


@dataclass(frozen=True, slots=True)
class Door:
    port: PortId
    host: str
    number: int

    @property
    def place(self) -> tuple[str, int]:
        """The same for two spellings of one address."""
        return place_of(self.host, self.number)


def place_of(host: str, number: int) -> tuple[str, int]:
    """Where it is, in one spelling. A name and its address are two places: nothing is looked up."""
    try:
        return str(ip_address(host)), number
    except ValueError:
        return host.casefold().rstrip("."), number


def host_and_number(port: PortId) -> tuple[str, int]:
    """Of `tcp:HOST:PORT` and `snmp:HOST:INDEX`."""
    host, _, number = port.place.rpartition(":")
    return host.strip("[]"), int(number)


def doors_of(declared: Iterable[DeclaredPort]) -> list[Door]:
    """Every door that is declared, those of one host far from each other: no device is asked twice in a row."""
    by_host: dict[str, list[Door]] = {}
    for one in declared:
        if one.id.kind is PortKind.DOOR:
            door = Door(one.id, *host_and_number(one.id))
            by_host.setdefault(door.place[0], []).append(door)
    longest = max(map(len, by_host.values()), default=0)
    return [doors[turn] for turn in range(longest) for doors in by_host.values() if turn < len(doors)]
