"""The site's permit as reports need it: what each value is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.config.regulations import standards
from gateway.core.errors import GatewayError
from gateway.core.limits import Limit
from gateway.core.reading import Parameter
from gateway.core.standards import StandardError, limits_by, standard_named

if TYPE_CHECKING:
    from gateway import config


@dataclass(frozen=True, slots=True)
class Bounds:
    """A limit for every slot, in the parameter's unit; `None` where it is open. Both bounds are allowed themselves."""

    least: float | None
    most: float | None

    def are_exceeded_by(self, value: float) -> bool:
        return self.excess(value) > 0

    def excess(self, value: float) -> float:
        """How far outside it lies; not above 0 inside."""
        below = float("-inf") if self.least is None else self.least - value
        above = float("-inf") if self.most is None else value - self.most
        return max(below, above)

    def drawn(self) -> tuple[float, ...]:
        return tuple(bound for bound in (self.least, self.most) if bound is not None)


def limits_of(parameter: Parameter, written: config.Limit) -> tuple[Limit, ...]:
    """What the configuration means: two bounds, or what a standard says, one for each averaging time.

    Raises:
        GatewayError: the standard does not know the parameter, the column or a coefficient.
    """
    if written.standard is None:
        return (Limit(written.min, written.max),)
    given = {"kq": written.kq, "kf": written.kf, "kp": written.kp, "kv": written.kv}
    coefficients = {name: value for name, value in given.items() if value is not None}
    try:
        standard = standard_named(written.standard, standards())
        return limits_by(standard, parameter, written.column, coefficients)
    except StandardError as fault:
        raise GatewayError(f"the limit of {parameter.symbol}: {fault}") from fault


def bounds_of(limits: tuple[Limit, ...]) -> Bounds | None:
    """The limit that every single slot is compared with; means over an hour or a day are not for it."""
    for limit in limits:
        if limit.averaging_ms is None:
            return Bounds(limit.lowest, limit.highest)
    return None
