"""`box`: from when on the box itself is worth a person's look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

from gateway.config.file.form_error import FormError
from gateway.config.section import Number, Section, Whole
from gateway.config.sizes import Size
from gateway.config.units import Duration, within
from gateway.core.box_rules import BoxLimits
from gateway.core.phrase import Phrase


def _between(low: float, high: float, unit: str) -> Callable[[float], float]:
    def check(number: float) -> float:
        if not low <= number <= high:
            raise FormError(
                Phrase("{number:g} is out of bounds", number=number),
                Phrase("write {low:g} to {high:g}, in {unit}", low=low, high=high, unit=unit),
            )
        return number

    return check


class BoxSettings(Section):
    """`free`, `days_left`: less room on the card than this. `database`: a larger one. `temperature`: °C, and more.
    `memory`: less than so many percent available. `restarts`: so many in a row that nobody asked for. `wear`: so many
    percent of a card's life."""

    free: Size = 500_000_000
    days_left: Annotated[Duration, AfterValidator(within("1d", "3650d"))] = timedelta(days=30)
    database: Size = 20_000_000_000
    temperature: Annotated[Number, AfterValidator(_between(30, 120, "°C"))] = 80.0
    memory: Annotated[Number, AfterValidator(_between(1, 50, "percent"))] = 5.0
    restarts: Annotated[Whole, AfterValidator(_between(2, 100, "restarts"))] = 3
    wear: Annotated[Number, AfterValidator(_between(10, 100, "percent"))] = 80.0

    @property
    def limits(self) -> BoxLimits:
        """As the rules see them."""
        return BoxLimits(
            self.free,
            self.days_left / timedelta(days=1),
            self.database,
            self.temperature,
            self.memory,
            int(self.restarts),
            self.wear,
        )
