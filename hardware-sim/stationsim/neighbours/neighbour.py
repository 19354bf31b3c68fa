"""A whole neighbour: its doors, and what happens to them by script."""

from collections.abc import Callable, Iterator

from stationsim.model.neighbour import DoorEventKind, DoorEventModel, NeighbourModel
from stationsim.neighbours.door import Door
from stationsim.script import Step

Told = Callable[[str, DoorEventModel, bool], None]


class SimulatedNeighbour:
    def __init__(self, model: NeighbourModel) -> None:
        self.model = model
        self.doors = {door.name: Door(model.host, door) for door in model.doors}

    async def start(self) -> dict[str, dict[str, str | int | bool]]:
        """Where each door is, as the ready line shows it. Raises OSError."""
        for door in self.doors.values():
            await door.take()
        return {name: door.reached() for name, door in self.doors.items()}

    async def close(self) -> None:
        for door in self.doors.values():
            await door.release()

    def steps(self, told: Told) -> Iterator[Step]:
        """`told` hears of each event as it begins and as it ends."""
        for event in self.model.events:
            yield Step(event.at, lambda event=event: self._do(event, True, told))  # type: ignore[misc]
            if event.for_ is not None:
                yield Step(event.at + event.for_, lambda event=event: self._do(event, False, told))  # type: ignore[misc]

    async def _do(self, event: DoorEventModel, begins: bool, told: Told) -> None:
        door = self.doors[event.door]
        match event.kind:
            case DoorEventKind.MUTE if begins:
                await door.mute()
            case DoorEventKind.MUTE:
                await (door.open() if door.model.open else door.close())
            case _:
                await (door.open() if begins is (event.kind is DoorEventKind.OPEN) else door.close())
        told(self.model.name, event, begins)
