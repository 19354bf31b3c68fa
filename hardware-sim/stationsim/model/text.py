"""Instruments that speak in characters: lines of their own making, the AK protocol, Bayern-Hessen."""

import string
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from stationsim.durations import DurationMs
from stationsim.model.base import LineModel, Model, Name, Number, Path
from stationsim.model.signal import MeasuredModel

Ascii = Annotated[str, Field(min_length=1, pattern=r"^[\x00-\x7f]+$")]
Checksum = Literal["none", "xor", "sum", "crc16"]


class TextParameterModel(MeasuredModel):
    decimals: Annotated[int, Field(ge=0, le=9)] = 1


class CodesModel(Model):
    """What stands for `{status}` in a line."""

    measuring: Ascii = "0"
    calibrating: Ascii = "1"
    fault: Ascii = "2"


class _Device(LineModel):
    """Alone on its line, without a number."""

    name: Name

    def unit_numbers(self) -> set[int]:
        return set()


class MeterModel(_Device):
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

    def measured(self) -> Iterator[tuple[Path, str, MeasuredModel]]:
        """Path within the instrument, symbol, parameter."""
        return ((("parameters", symbol), symbol, parameter) for symbol, parameter in self.parameters.items())


class ChannelModel(TextParameterModel):
    range_end: Number = 1000  # what AMBE tells, engineering units


class AkModel(_Device):
    """A gas analyser; its parameters are the channels K1, K2, … in their order."""

    type: Literal["ak"]
    parameters: Annotated[dict[str, ChannelModel], Field(min_length=1, max_length=99)]
    dont_care: Annotated[str, Field(pattern=r"^[\x04-\x7e]$")] = " "
    device: Annotated[str, Field(pattern=r"^[!-~]+$")] = "SIM-700"  # what AKEN tells
    serial: Annotated[str, Field(pattern=r"^[!-~]+$")] = "0000001"

    def measured(self) -> Iterator[tuple[Path, str, MeasuredModel]]:
        """Path within the instrument, symbol, parameter."""
        return ((("parameters", symbol), symbol, parameter) for symbol, parameter in self.parameters.items())


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


TextDeviceModel = MeterModel | AkModel | BayernHessenModel
