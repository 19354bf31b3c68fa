"""`sdi12`: sensors on an SDI-12 bus behind a transparent adapter."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from stationsim.condition import Condition
from stationsim.display import Display
from stationsim.faults import FaultKind
from stationsim.model.base import LineModel, Model, Name, Path
from stationsim.model.signal import MeasuredModel
from stationsim.profiles.text_device import TextParameterModel
from stationsim.text.sdi12 import Probe, Sdi12Line


class ProbeModel(Model):
    """One sensor; its values are in the order of its parameters."""

    parameters: Annotated[dict[str, TextParameterModel], Field(min_length=1, max_length=9)]
    lasts: Annotated[int, Field(ge=0, le=999)] = 0  # seconds that a measurement takes
    identity: Annotated[str, Field(pattern=r"^[\x20-\x7e]*$")] = "14SIMULATEPROBE1001"


class Sdi12Model(LineModel):
    """One or several sensors by address. `echo`: whether the adapter repeats what it is told."""

    name: Name
    type: Literal["sdi12"]
    sensors: Annotated[dict[Annotated[str, Field(pattern=r"^[0-9A-Za-z]$")], ProbeModel], Field(min_length=1)]
    echo: bool = False

    fault_codes: ClassVar[tuple[int, int]] = (0, 0)

    def measured(self) -> Iterator[tuple[Path, str, MeasuredModel]]:
        """Path within the instrument, symbol, parameter."""
        for address, sensor in self.sensors.items():
            for symbol, parameter in sensor.parameters.items():
                yield ("sensors", address, "parameters", symbol), symbol, parameter

    def unit_numbers(self) -> set[int]:
        return set()

    def lacks(self, kind: FaultKind) -> str | None:
        """Why it cannot go wrong in that way; None if it can."""
        match kind:
            case FaultKind.EXCEPTION | FaultKind.DOOR:
                return f"{kind.value} belongs to Modbus"
            case FaultKind.CALIBRATING | FaultKind.FAULT:
                return "SDI-12 tells no state"
            case _:
                return None

    def responder(self, condition: Condition, show: Display) -> Sdi12Line:
        probes = {
            address: Probe(
                {symbol: it.decimals for symbol, it in sensor.parameters.items()},
                sensor.lasts,
                sensor.identity,
                self.echo,
            )
            for address, sensor in self.sensors.items()
        }
        return Sdi12Line(self.name, probes, condition, show)
