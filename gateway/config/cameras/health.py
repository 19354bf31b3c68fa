"""`health` of a camera: how often a picture is looked at, and from when on it counts as faulty."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.section import Flag, Number, Section, Whole
from gateway.config.units import Duration, within

_Share = Annotated[Number, Field(gt=0, lt=1)]


class HealthSettings(Section):
    """Thresholds of `gateway.core.picture_rules`. `checks` in a row show a fault before it is told."""

    every: Annotated[Duration, AfterValidator(within("2s", "1h"))] = timedelta(seconds=10)
    checks: Annotated[Whole, Field(ge=1, le=60)] = 3
    watch: Flag = True
    """False: no picture is looked at."""
    black: _Share = 0.9
    overexposed: _Share = 0.5
    covered: _Share = 0.8
    blurred: Annotated[Number, Field(gt=0, le=1000)] = 5.0
    moved: Annotated[Number, Field(ge=1, le=100)] = 5.0
    frozen: Annotated[Number, Field(ge=0, le=10)] = 0.0


def as_health(value: object) -> object:
    """`health: 10s` says how often, `health: off` that nobody looks (YAML 1.2 reads `off` as a text)."""
    if value in ("off", False):
        return {"watch": False}
    return {"every": value} if isinstance(value, str | timedelta) else value
