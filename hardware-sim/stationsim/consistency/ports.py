"""The box and its neighbours: sockets that there are, doors that a neighbour has."""

from collections.abc import Iterator

from stationsim.box.usb_devices import USB_DEVICES
from stationsim.consistency.problem import Problem
from stationsim.model import Scenario
from stationsim.model.box import BoxEventKind, BoxModel
from stationsim.model.neighbour import NeighbourModel

_SOCKETS_OF_THE_BOARD = ("2-1", "2-2", "2-3", "2-4")
_BOARD_HUB, _ITS_SOCKETS = "1-1", 4


def port_problems(scenario: Scenario) -> Iterator[Problem]:
    if scenario.box is not None:
        yield from _box_problems(scenario.box)
    yield from _door_problems(scenario.neighbours)


def _box_problems(box: BoxModel) -> Iterator[Problem]:
    for place in box.holds:
        if not _is_socket(place, box):
            yield Problem(("box", "holds", place), f"there is no socket usb:{place}")
    for n, event in enumerate(box.events):
        if event.kind is BoxEventKind.UNPLUG and event.place not in box.holds:
            yield Problem(("box", "events", n, "port"), f"nothing is in {event.port} at the start")


def _is_socket(place: str, box: BoxModel) -> bool:
    hub, _, number = place.rpartition(".")
    if not hub:
        return place in _SOCKETS_OF_THE_BOARD
    if hub == _BOARD_HUB:
        return 1 <= int(number) <= _ITS_SOCKETS
    return hub in box.holds and 1 <= int(number) <= USB_DEVICES[box.holds[hub]].sockets


def _door_problems(neighbours: list[NeighbourModel]) -> Iterator[Problem]:
    taken: dict[tuple[str, int], str] = {}
    for n, neighbour in enumerate(neighbours):
        names = [door.name for door in neighbour.doors]
        for number, door in enumerate(neighbour.doors):
            place = ("neighbours", n, "doors", number)
            if door.name in names[:number]:
                yield Problem((*place, "name"), f"{door.name!r} stands twice")
            if door.port and (neighbour.host, door.port) in taken:
                yield Problem((*place, "port"), f"{door.port} is {taken[neighbour.host, door.port]} already")
            taken[neighbour.host, door.port] = f"{neighbour.name}'s {door.name}"
        for number, happening in enumerate(neighbour.events):
            if happening.door not in names:
                where = ("neighbours", n, "events", number, "door")
                yield Problem(where, f"{neighbour.name} has no door {happening.door!r}")
