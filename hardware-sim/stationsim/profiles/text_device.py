"""What instruments share that speak in characters, each alone on its line and without a number."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from stationsim.faults import FaultKind
from stationsim.model.base import LineModel, Name, Path
from stationsim.model.signal import MeasuredModel


class TextParameterModel(MeasuredModel):
    decimals: Annotated[int, Field(ge=0, le=9)] = 1


class TextDeviceModel(LineModel):
    name: Name
    parameters: Mapping[str, TextParameterModel]

    fault_codes: ClassVar[tuple[int, int]] = (0, 255)
    """The least and the greatest code that its status can show."""

    def measured(self) -> Iterator[tuple[Path, str, MeasuredModel]]:
        """Path within the instrument, symbol, parameter."""
        return ((("parameters", symbol), symbol, parameter) for symbol, parameter in self.parameters.items())

    def unit_numbers(self) -> set[int]:
        return set()

    def lacks(self, kind: FaultKind) -> str | None:
        """Why it cannot go wrong in that way; None if it can."""
        match kind:
            case FaultKind.BAD_CHECKSUM:
                return "it has no checksum"
            case FaultKind.WRONG_UNIT:
                return "its answers bear no number of a unit"
            case FaultKind.EXCEPTION | FaultKind.DOOR:
                return f"{kind.value} belongs to Modbus"
            case _:
                return None
