"""`ascii`: an instrument with lines of its own making, asked or talking unasked."""

import string
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from stationsim.condition import Condition
from stationsim.display import Display
from stationsim.durations import DurationMs
from stationsim.faults import FaultKind
from stationsim.model.base import Model
from stationsim.profiles.text_device import TextDeviceModel, TextParameterModel
from stationsim.text.meter import Meter, Wording

Ascii = Annotated[str, Field(min_length=1, pattern=r"^[\x00-\x7f]+$")]
Checksum = Literal["none", "xor", "sum", "crc16"]


class CodesModel(Model):
    """What stands for `{status}` in a line."""

    measuring: Ascii = "0"
    calibrating: Ascii = "1"
    fault: Ascii = "2"


class MeterModel(TextDeviceModel):
    """Answers `request`, or talks unasked `every` so often, or both. Symbols and `status` stand in braces."""

    type: Literal["ascii"]
    parameters: Annotated[dict[str, TextParameterModel], Field(min_length=1)]
    request: Ascii | None = None
    every: Annotated[DurationMs, Field(gt=0)] | None = None
    response: Ascii
    terminator: Ascii = "\r\n"
    checksum: Checksum = "none"
    checksum_mark: Annotated[str, Field(pattern=r"^[\x20-\x7e]*$")] = "*"  # stands before the checksum
    checksum_skip: Annotated[int, Field(ge=0)] = 0  # characters at the beginning that it leaves out ("$": 1)
    status: CodesModel = CodesModel()

    @model_validator(mode="after")
    def _speaks_somehow(self) -> Self:
        if self.request is None and self.every is None:
            raise ValueError("it never speaks; give it a request to answer, or every to talk unasked")
        try:
            fields = {name for _, name, _, _ in string.Formatter().parse(self.response) if name is not None}
        except ValueError as broken:
            raise ValueError(f"response: {broken}") from None
        for name in sorted(fields - self.parameters.keys() - {"status"}):
            raise ValueError(f"response: {{{name}}} is no parameter of this instrument")
        for symbol in sorted(self.parameters.keys() - fields):
            raise ValueError(f"response: {symbol} is measured and never shown")
        return self

    def lacks(self, kind: FaultKind) -> str | None:
        if kind is FaultKind.BAD_CHECKSUM:
            return "it is set up without a checksum" if self.checksum == "none" else None
        return super().lacks(kind)

    def responder(self, condition: Condition, show: Display) -> Meter:
        return Meter(self.name, self._wording(), condition, show)

    def _wording(self) -> Wording:
        return Wording(
            request=None if self.request is None else self.request.encode("ascii"),
            every_ms=self.every,
            response=self.response,
            terminator=self.terminator.encode("ascii"),
            checksum=self.checksum,
            checksum_mark=self.checksum_mark.encode("ascii"),
            checksum_skip=self.checksum_skip,
            measuring=self.status.measuring,
            calibrating=self.status.calibrating,
            fault=self.status.fault,
            decimals={symbol: parameter.decimals for symbol, parameter in self.parameters.items()},
        )
