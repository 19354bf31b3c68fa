"""`limit`: the site's permit, as two bounds or as a standard with its coefficients.

Its form is checked; nothing watches it in this version, and loading says so.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from gateway.config.fault import Fault
from gateway.config.section import Number, Section, Words

Coefficient = Annotated[Number, Field(gt=0)]


class Limit(Section):
    """Bounds in the parameter's unit. `kq`, `kf` are the coefficients of a wastewater standard, `kp`, `kv` those of a
    stack gas standard."""

    min: Number | None = None
    max: Number | None = None
    standard: Words | None = None
    column: Literal["A", "B"] | None = None
    kq: Coefficient | None = None
    kf: Coefficient | None = None
    kp: Coefficient | None = None
    kv: Coefficient | None = None

    @field_validator("max")
    @classmethod
    def _lie_above_min(cls, upper: float | None, siblings: ValidationInfo[Any]) -> float | None:
        lower = siblings.data.get("min")
        if lower is not None and upper is not None and not lower < upper:
            raise Fault(f"{upper:g} is not above min {lower:g}", "write the lower bound as min, the upper as max")
        return upper

    @model_validator(mode="after")
    def _bound_something(self) -> Limit:
        if self.min is None and self.max is None and self.standard is None:
            raise Fault("bounds nothing", "write min, max or both, or a standard with its column")
        if self.standard is not None and (self.min is not None or self.max is not None):
            raise Fault("has bounds and a standard", "keep one of the two")
        if self.standard is None and any((self.column, self.kq, self.kf, self.kp, self.kv)):
            raise Fault("has a column or coefficients without a standard", 'name it, such as standard: "QCVN 40:2011"')
        return self
