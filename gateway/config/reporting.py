"""`reporting`: how readings become the slot's record, and what stands in the file where there is no value."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, field_validator

from gateway.config.counting import CountingSettings, Percentage
from gateway.config.file.form_error import FormError
from gateway.config.parameters.limits import Levels
from gateway.config.section import Section
from gateway.config.units import Duration, show_duration, within
from gateway.core.phrase import Phrase

FIVE_MINUTES = timedelta(minutes=5)
"""The slot of TT10/2021."""

USUAL_COVERAGE = 75.0
USUAL_GRACE = timedelta(seconds=2)
_HOUR = timedelta(hours=1)


class MissingValue(StrEnum):
    """What an authority wants where a slot has no value."""

    NULL = "NULL"
    DASH = "-"
    OMIT = "omit"
    """The line is left out."""


class Reporting(Section):
    """The slot and its rules. `min_coverage` is in percent of the readings that the poll period lets expect."""

    slot: Annotated[Duration, AfterValidator(within("10s", "1h"))] = FIVE_MINUTES
    min_coverage: Percentage = USUAL_COVERAGE
    missing_value: MissingValue = MissingValue.NULL
    grace: Annotated[Duration, AfterValidator(within("0s", "1min"))] = USUAL_GRACE
    levels: Levels = Levels()
    counting: CountingSettings = CountingSettings()

    @field_validator("slot")
    @classmethod
    def _tile_the_hour(cls, slot: timedelta) -> timedelta:
        if _HOUR % slot:
            raise FormError(
                Phrase("{slot} does not divide an hour", slot=show_duration(slot)),
                Phrase("write 5min, as TT10/2021 asks"),
            )
        return slot
