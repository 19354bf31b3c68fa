"""`bayern-hessen`: ambient air analysers on one line, asked by address."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from stationsim.condition import Condition
from stationsim.display import Display
from stationsim.faults import FaultKind
from stationsim.model.base import LineModel, Model, Name, Path
from stationsim.model.signal import MeasuredModel
from stationsim.text.bayern_hessen import Analyser, BayernHessenLine


class AnalyserModel(Model):
    """One device; its first gas bears its address, each further one the next number."""

    parameters: Annotated[dict[str, MeasuredModel], Field(min_length=1, max_length=99)]
    serial: Annotated[str, Field(pattern=r"^[0-9A-Za-z]+$")] = "000"
    filler: Annotated[str, Field(pattern=r"^[0-9A-Za-z]*$")] = "000000"  # empty: the serial is followed by the next gas
    calibrating: Annotated[int, Field(ge=0, le=255)] = 0x04  # operating status; bit 2: zero gas
    fault: Annotated[int, Field(ge=0, le=255)] = 0x01  # error status


class BayernHessenModel(LineModel):
    """One or several analysers on a line, asked by address."""

    name: Name
    type: Literal["bayern-hessen"]
    analysers: Annotated[dict[Annotated[int, Field(ge=0, le=999)], AnalyserModel], Field(min_length=1)]

    def measured(self) -> Iterator[tuple[Path, str, MeasuredModel]]:
        """Path within the instrument, symbol, parameter."""
        for address, analyser in self.analysers.items():
            for symbol, parameter in analyser.parameters.items():
                yield ("analysers", address, "parameters", symbol), symbol, parameter

    def unit_numbers(self) -> set[int]:
        return set(self.analysers)

    fault_codes: ClassVar[tuple[int, int]] = (0, 255)

    def lacks(self, kind: FaultKind) -> str | None:
        """Why it cannot go wrong in that way; None if it can."""
        return f"{kind.value} belongs to Modbus" if kind in (FaultKind.EXCEPTION, FaultKind.DOOR) else None

    def responder(self, condition: Condition, show: Display) -> BayernHessenLine:
        analysers = {
            address: Analyser(tuple(it.parameters), it.serial, it.filler, it.calibrating, it.fault)
            for address, it in self.analysers.items()
        }
        return BayernHessenLine(self.name, analysers, condition, show)
