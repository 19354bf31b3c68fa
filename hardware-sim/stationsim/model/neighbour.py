"""A device beside the box, seen from outside: the doors that it has, which of them are open, and what happens when."""

from enum import StrEnum

from stationsim.model.base import Model, Name, Port
from stationsim.model.happening import HappeningModel


class DoorEventKind(StrEnum):
    OPEN = "open"
    CLOSE = "close"
    MUTE = "mute"  # neither let in nor refused: no answer comes at all


class DoorEventModel(HappeningModel):
    kind: DoorEventKind
    door: Name


class DoorModel(Model):
    name: Name
    port: Port = 0  # the system picks
    open: bool = True


class NeighbourModel(Model):
    """On 127.0.0.1, or on `host`, an address of this machine."""

    name: Name
    host: str = "127.0.0.1"
    doors: list[DoorModel]
    events: list[DoorEventModel] = []
