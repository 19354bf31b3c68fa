"""`quality`: what is odd about a parameter's values. Findings are told beside a value; they never change it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from gateway.config.builtin_tables.catalogue import Usual
from gateway.config.file.form_error import FormError
from gateway.config.section import Flag, Number, Section
from gateway.config.units import Duration, within
from gateway.core.instants import milliseconds
from gateway.core.phrase import Phrase
from gateway.core.quality import MaxStep, QualityRules

TWO_HOURS = timedelta(hours=2)
"""How long values may stay equal where nothing else is said: wet-chemical analysers have a new one every hour."""
TWO_DAYS = timedelta(days=2)

_Patience = Annotated[Duration, AfterValidator(within("0ms", "90d"))]


class Quality(Section):
    """`negative`, `zero`: whether such values are odd. `flatline`: how long they may stay equal; 0s: for ever.
    `max_step`: the greatest believable step from slot to slot, or in the time `per`. `over_limit`: how long a limit may
    be exceeded before that is a finding of its own. What is not said is as the catalogue has it: nobody wonders about a
    temperature below zero, or an hour without rain."""

    negative: Flag | None = None
    zero: Flag | None = None
    flatline: _Patience | None = None
    max_step: Annotated[Number, Field(gt=0)] | None = None
    per: Annotated[Duration, AfterValidator(within("1s", "1h"))] | None = None
    over_limit: _Patience = TWO_DAYS

    @model_validator(mode="after")
    def _know_what_per_is_for(self) -> Quality:
        if self.per is not None and self.max_step is None:
            raise FormError(
                Phrase("has per without max_step"), Phrase("add max_step: the greatest change in that time")
            )
        return self

    def rules(
        self, usual: frozenset[Usual], instrument_range: tuple[float, float] | None, min_coverage: float | None
    ) -> QualityRules:
        """What to look for in what the instrument says."""
        flatline = self.flatline
        if flatline is None:
            flatline = timedelta(0) if Usual.STILL in usual else TWO_HOURS
        per_ms = None if self.per is None else milliseconds(self.per)
        return QualityRules(
            negative=Usual.NEGATIVE not in usual if self.negative is None else self.negative,
            zero=Usual.ZERO not in usual if self.zero is None else self.zero,
            flatline_ms=milliseconds(flatline) or None,
            range=instrument_range,
            max_step=None if self.max_step is None else MaxStep(self.max_step, per_ms),
            min_coverage=min_coverage,
        )
