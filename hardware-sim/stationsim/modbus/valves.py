"""Zero and span valves of an analyser: while a gas flows it shows that gas, after a lag; and it is off by a drift.

A valve is a coil that a client writes. What the analyser shows nears the new gas exponentially, so a reading taken too
early is neither the one nor the other.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stationsim.addresses import Address, Space
from stationsim.condition import Moment
from stationsim.display import Display
from stationsim.encoding import Encoded


@dataclass(slots=True)
class Valves:
    """`zero` and `span` are coils. `gas`: what span gas holds; `drift`: how far the analyser is off, of anything."""

    zero: Address | None
    span: Address | None
    gas: Mapping[str, float]
    drift: Mapping[str, float]
    lag_ms: int
    _open: dict[Address, int] = field(default_factory=dict)
    _changed_ms: int = -(1 << 40)
    _before: dict[str, float] = field(default_factory=dict)
    """What was shown when a valve moved last."""

    def cells(self) -> tuple["_Position", ...]:
        return tuple(_Position(place, self.is_open) for place in (self.zero, self.span) if place is not None)

    def at(self, space: Space, number: int) -> Address | None:
        """The valve at that place; None: there is none."""
        return next((one for one in (self.zero, self.span) if one == Address(space, number)), None)

    def is_open(self, valve: Address) -> int:
        return self._open.get(valve, 0)

    def command(self, valve: Address, word: int, moment: Moment, stack: Display) -> None:
        """A write to a valve. `stack` is what the instrument shows of the gas that it is there for."""
        self._before = {symbol: self._settling(symbol, moment, stack(symbol, moment)) for symbol in self.gas}
        self._changed_ms = moment.elapsed_ms
        self._open[valve] = int(word != 0)

    def display(self, stack: Display) -> Display:
        """What the analyser shows, whatever flows."""

        def value(symbol: str, moment: Moment) -> float:
            shown = stack(symbol, moment)
            if symbol in self.gas:
                shown = self._settling(symbol, moment, shown)
            return shown + self.drift.get(symbol, 0.0)

        return value

    def _settling(self, symbol: str, moment: Moment, stack: float) -> float:
        target = stack
        if self.zero is not None and self.is_open(self.zero):
            target = 0.0
        elif self.span is not None and self.is_open(self.span):
            target = self.gas[symbol]
        before = self._before.get(symbol)
        if before is None or not self.lag_ms:
            return target
        return target + (before - target) * math.exp((self._changed_ms - moment.elapsed_ms) / self.lag_ms)


@dataclass(frozen=True, slots=True)
class _Position:
    address: Address
    is_open: Callable[[Address], int]
    registers: int = 1

    @property
    def symbol(self) -> None:
        return None

    def show(self, moment: Moment) -> Encoded:
        return Encoded((self.is_open(self.address),), None)
