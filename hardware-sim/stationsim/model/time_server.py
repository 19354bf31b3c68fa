"""A time server, right or wrong, and what goes wrong with it when."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from stationsim.durations import DurationMs, parse_duration_ms
from stationsim.model.base import Model, Name, Port


def _signed(text: object) -> int:
    if isinstance(text, str) and text.startswith("-"):
        return -parse_duration_ms(text[1:])
    return parse_duration_ms(text)


SignedMs = Annotated[int, BeforeValidator(_signed)]

TimeFaultKind = Literal["silent", "kiss", "wrong_originate", "garbage", "unsynchronised", "offset"]


class TimeFaultModel(Model):
    """Holds during [at, at + for) after the start of the run; without `for` until its end."""

    kind: TimeFaultKind
    at: DurationMs = 0
    for_: Annotated[DurationMs, Field(gt=0)] | None = Field(alias="for", default=None)
    code: Annotated[str, Field(pattern=r"^[A-Z]{1,4}$")] = "DENY"  # of a kiss-o'-death
    by: SignedMs = 0  # of `offset`: so far ahead of the server's own


class TimeServerModel(Model):
    name: Name
    port: Port = 0  # the system picks
    offset: SignedMs = 0  # how far its clock is ahead of the machine's
    stratum: Annotated[int, Field(ge=0, le=255)] = 2
    leap: Annotated[int, Field(ge=0, le=3)] = 0
    root_dispersion: DurationMs = 5
    faults: list[TimeFaultModel] = []
