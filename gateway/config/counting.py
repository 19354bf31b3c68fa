"""`reporting.counting`: how clock hours and days over a limit are counted, as far as no regulation says."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.file.form_error import FormError
from gateway.config.section import Number, Section, Whole
from gateway.core.clock_means import CountingRules, DayBy, Windows
from gateway.core.limits import MEAN_COVERAGE_PERCENT
from gateway.core.phrase import Phrase


def _be_a_percentage(percent: float) -> float:
    if not 0 < percent <= 100:
        raise FormError(
            Phrase("{percent:g} is out of bounds", percent=percent),
            Phrase("write a percentage above 0 and up to 100; 75 is usual"),
        )
    return percent


Percentage = Annotated[Number, AfterValidator(_be_a_percentage)]


class CountingSettings(Section):
    """`min_coverage`: percent of the slots that the mean of an hour, of several or of a day needs, and of its days that
    a year needs. `windows`: where those of a limit over several hours lie. `every_value`: by what a day is judged where
    the limit is for every value. `days_in_a_row`: so many days over a limit are listed as a run."""

    min_coverage: Percentage = MEAN_COVERAGE_PERCENT
    windows: Windows = Windows.EACH_HOUR
    every_value: DayBy = DayBy.DAY_MEAN
    days_in_a_row: Annotated[Whole, Field(ge=1, le=90)] = 2

    @property
    def rules(self) -> CountingRules:
        return CountingRules(self.min_coverage, self.windows, self.every_value, self.days_in_a_row)
