"""One thing that goes wrong: at a set time, or by chance whenever something is said."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from stationsim.durations import DurationMs
from stationsim.faults import FaultKind
from stationsim.model.base import Model, Number


class FaultModel(Model):
    kind: FaultKind
    instrument: str
    unit: int | None = None  # None: all of them
    symbol: str | None = None  # of what shows wrong values: one parameter only
    at: DurationMs | None = None
    for_: Annotated[DurationMs, Field(gt=0)] | None = Field(alias="for", default=None)
    chance: Annotated[float, Field(gt=0, le=1)] | None = None  # of each answer
    code: Annotated[int, Field(ge=0, le=65_535)] | None = None
    by: Number | None = None  # how much: spike, drift
    delay: Annotated[DurationMs, Field(gt=0)] | None = None  # how long: late, slow

    @model_validator(mode="after")
    def _has_its_time(self) -> Self:
        if self.chance is None and (self.at is None or self.for_ is None):
            raise ValueError("when? give at and for, or a chance")
        if self.chance is not None and not self.kind.may_be_by_chance:
            raise ValueError(f"{self.kind.value} lasts; give it at and for, not a chance")
        return self

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.kind is FaultKind.EXCEPTION and self.code is not None and not 1 <= self.code <= 255:
            raise ValueError(f"{self.code} is not an exception code, 1 to 255")
        if self.code is not None and not (self.kind is FaultKind.EXCEPTION or self.kind.shows_in_status):
            raise ValueError(f"{self.kind.value} has no code")
        if self.symbol is not None and not self.kind.bends_values:
            raise ValueError(f"{self.kind.value} befalls the whole instrument, not one parameter")
        if self.by is not None and self.kind not in (FaultKind.SPIKE, FaultKind.DRIFT):
            raise ValueError(f"{self.kind.value} has no measure; by belongs to spike and drift")
        if self.delay is not None and self.kind not in (FaultKind.LATE, FaultKind.SLOW):
            raise ValueError(f"{self.kind.value} has no delay; it belongs to late and slow")
        return self
