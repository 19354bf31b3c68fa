"""`limit`: the site's permit, as two bounds or as a standard with its coefficients."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from gateway.config.builtin_tables.regulations import standards
from gateway.config.file.form_error import FormError
from gateway.config.section import Number, Section, Token, Words
from gateway.config.units import Duration, within
from gateway.core import limits
from gateway.core.instants import milliseconds
from gateway.core.reading import Parameter
from gateway.core.standards import StandardError, limits_by, standard_named

Coefficient = Annotated[Number, Field(gt=0)]


class LimitSettings(Section):
    """Bounds in the parameter's unit, for the mean over `over`, or for every slot. `kq`, `kf` are the coefficients of a
    wastewater standard, `kp`, `kv` those of a stack gas standard."""

    min: Number | None = None
    max: Number | None = None
    over: Annotated[Duration, AfterValidator(within("10min", "24h"))] | None = None
    standard: Words | None = None
    column: Token | None = None
    kq: Coefficient | None = None
    kf: Coefficient | None = None
    kp: Coefficient | None = None
    kv: Coefficient | None = None

    @field_validator("max")
    @classmethod
    def _lie_above_min(cls, upper: float | None, siblings: ValidationInfo[Any]) -> float | None:
        lower = siblings.data.get("min")
        if lower is not None and upper is not None and not lower < upper:
            raise FormError(f"{upper:g} is not above min {lower:g}", "write the lower bound as min, the upper as max")
        return upper

    @model_validator(mode="after")
    def _bound_something(self) -> LimitSettings:
        if self.min is None and self.max is None and self.standard is None:
            raise FormError("bounds nothing", "write min, max or both, or a standard with its column")
        if self.standard is not None and (self.min is not None or self.max is not None):
            raise FormError("has bounds and a standard", "keep one of the two")
        if self.standard is not None and self.over is not None:
            raise FormError("has over and a standard", "remove over: the standard knows over what it is meant")
        if self.standard is None and any((self.column, self.kq, self.kf, self.kp, self.kv)):
            raise FormError(
                "has a column or coefficients without a standard", 'name it, such as standard: "QCVN 40:2011"'
            )
        return self

    def bounds(self, parameter: Parameter) -> tuple[limits.Limit, ...]:
        """What it means for a parameter, by the regulation's symbol: one for each time over which a mean is limited.

        Raises:
            FormError: the standard does not say it.
        """
        if self.standard is None:
            return (limits.Limit(self.min, self.max, None if self.over is None else milliseconds(self.over)),)
        given = {name: value for name in ("kq", "kf", "kp", "kv") if (value := getattr(self, name)) is not None}
        try:
            standard = standard_named(self.standard, standards())
            return limits_by(standard, parameter, self.column, given)
        except StandardError as error:
            raise FormError(error.wrong, error.right) from None


class Levels(Section):
    """Where the receiver's three alarm levels begin, in percent of the way to the limit."""

    tendency: Number = 80.0
    preparing: Number = 90.0
    exceeded: Number = 100.0

    @model_validator(mode="after")
    def _rise(self) -> Levels:
        _ = self.fractions
        return self

    @property
    def fractions(self) -> limits.LevelFractions:
        try:
            return limits.LevelFractions(self.tendency / 100, self.preparing / 100, self.exceeded / 100)
        except ValueError:
            raise FormError("do not rise up to 100", "write tendency: 80, preparing: 90, exceeded: 100") from None
