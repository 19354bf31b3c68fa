"""How a quantity behaves, and how a current of 4 to 20 mA stands for it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from stationsim.durations import DurationMs
from stationsim.model.base import Model, Number


class DailyModel(Model):
    amplitude: Number
    phase: DurationMs = 0  # local time of day at which the value rises through its base


class CorrelatedModel(Model):
    symbol: str = Field(alias="with")
    factor: Number


class CounterModel(Model):
    """A running total: showers, one after the other, each `shower` long; a count after the other."""

    per_hour: Annotated[float, Field(gt=0, allow_inf_nan=False)]  # what comes in an hour, in the mean
    count: Annotated[float, Field(gt=0, allow_inf_nan=False)]  # one tip of the bucket, in the parameter's unit
    shower: Annotated[DurationMs, Field(gt=0)] = 600_000
    wraps_at: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None  # in the parameter's unit
    resets: Annotated[DurationMs, Field(gt=0)] | None = None  # so often it begins anew from 0


class SignalModel(Model):
    base: Number
    counter: CounterModel | None = None  # then `base` is where it stood when 2026 began
    daily: DailyModel | None = None
    noise: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    correlated: CorrelatedModel | None = None
    min: Number | None = None
    max: Number | None = None
    wrap: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None  # 360: a direction goes round
    step: Annotated[DurationMs, Field(gt=0)] = 1_000

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class MeasuredModel(Model):
    """A parameter of the station, whatever protocol shows it."""

    unit: str
    signal: SignalModel


class CurrentModel(Model):
    """A converter's counts: `raw` counts stand for `current` (mA), and that for `value`."""

    raw: tuple[int, int]
    current: tuple[Number, Number] = (4, 20)
    value: tuple[Number, Number]
    failure: Annotated[float, Field(ge=0, le=25)] | None = None  # mA while the device is at fault (NAMUR NE 43)

    @model_validator(mode="after")
    def _spans(self) -> Self:
        for name in ("raw", "current", "value"):
            first, last = getattr(self, name)
            if first == last:
                raise ValueError(f"{name} spans nothing")
        return self
