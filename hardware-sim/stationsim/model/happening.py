"""What happens by script: from `at` after the start of the run on, for so long or to the end."""

from typing import Annotated

from pydantic import Field

from stationsim.durations import DurationMs
from stationsim.model.base import Model


class HappeningModel(Model):
    """Holds during [at, at + for)."""

    at: DurationMs = 0
    for_: Annotated[DurationMs, Field(gt=0)] | None = Field(alias="for", default=None)
