"""`nmea`: a weather mast, or another instrument with NMEA 0183 sentences, asked or talking unasked."""

import string
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from stationsim.condition import Condition
from stationsim.display import Display
from stationsim.durations import DurationMs
from stationsim.faults import FaultKind
from stationsim.profiles.text_device import TextDeviceModel, TextParameterModel
from stationsim.text.nmea import Talker

Sentence = Annotated[str, Field(pattern=r"^[A-Z]{5},[\x20-\x23\x25-\x29\x2b-\x7e]*$")]


class NmeaModel(TextDeviceModel):
    """Says all `sentences` `every` so often, or the one that it is asked for. Symbols and `status` stand in braces."""

    type: Literal["nmea"]
    parameters: Annotated[dict[str, TextParameterModel], Field(min_length=1)]
    sentences: Annotated[list[Sentence], Field(min_length=1)]
    every: Annotated[DurationMs, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _says_what_it_measures(self) -> Self:
        fields = {name for one in self.sentences for _, name, _, _ in string.Formatter().parse(one) if name is not None}
        for name in sorted(fields - self.parameters.keys() - {"status"}):
            raise ValueError(f"sentences: {{{name}}} is no parameter of this instrument")
        for symbol in sorted(self.parameters.keys() - fields):
            raise ValueError(f"sentences: {symbol} is measured and never said")
        return self

    def lacks(self, kind: FaultKind) -> str | None:
        return None if kind is FaultKind.BAD_CHECKSUM else super().lacks(kind)

    def responder(self, condition: Condition, show: Display) -> Talker:
        decimals = {symbol: parameter.decimals for symbol, parameter in self.parameters.items()}
        return Talker(self.name, self.sentences, decimals, self.every, condition, show)
