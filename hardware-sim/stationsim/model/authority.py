"""An authority that takes the station's files in."""

from typing import Annotated, Literal

from pydantic import Field

from stationsim.durations import DurationMs
from stationsim.model.base import Code, Model, Name, Port

Protocol = Literal["sftp", "ftp", "ftps", "ftps-implicit"]


class CutModel(Model):
    """The line to it is cut at that time since the start, for so long."""

    at: DurationMs
    for_: Annotated[DurationMs, Field(gt=0)] = Field(alias="for")


class AuthorityModel(Model):
    name: Name
    protocols: Annotated[list[Protocol], Field(min_length=1)]
    user: str = Field(min_length=1)
    password: str = Field(min_length=1)
    ports: dict[Protocol, Port] = {}  # by default the system picks
    layout: str = "%Y/%m/%d"  # strftime of the slot's end, local time; below the station's code
    expects: Code | None = None  # the station's code; by default that of the scenario's station
    interval: Annotated[DurationMs, Field(gt=0)] | None = None  # by default the scenario's slot
    declares: dict[str, str] = {}  # symbol → unit of lines that nothing measures, or that are sent in another unit
    lines: Annotated[int, Field(ge=1)] | None = None  # by default one for each parameter and each declared symbol
    late_after: Annotated[DurationMs, Field(gt=0)] | None = None  # by default the interval, at least 5 s
    cuts: list[CutModel] = []  # of the line to it, in the order of time
