"""The site's permit as reports need it: what each value is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.dated_limit import LimitSpan


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


def bounds_at(limits: tuple[LimitSpan, ...], at_ms: int) -> Bounds | None:
    """The limit that a slot that begins at the instant is compared with; means over an hour or a day are not for it."""
    for span in limits:
        if span.limit.averaging_ms is None and span.holds_at(at_ms):
            return Bounds(span.limit.lowest, span.limit.highest)
    return None
