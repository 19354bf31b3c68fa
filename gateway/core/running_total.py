"""How a device counts that counts on and on, and what is said of its total: amounts, and notes beside them.

How the one becomes the other: `gateway.core.counter`. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from gateway.core.reading import Status


@dataclass(frozen=True, slots=True)
class RunningTotal:
    """How a device counts, in the parameter's unit.

    `zero`: where it begins. `range`: after so much it is back there; `None`: never, or nobody knows when. `count`: one
    count; 0 where the device does not send whole counts. `fastest`: the most that can come in a minute; `None`: nobody
    knows.
    """

    zero: Decimal = Decimal(0)
    range: Decimal | None = None
    count: Decimal = Decimal(0)
    fastest: Decimal | None = None

    def to_json(self) -> dict[str, str]:
        content = {"zero": str(self.zero), "count": str(self.count)}
        content |= {} if self.range is None else {"range": str(self.range)}
        return content | ({} if self.fastest is None else {"fastest": str(self.fastest)})

    @classmethod
    def from_json(cls, content: Mapping[str, str]) -> RunningTotal:
        """Raises ValueError: it is damaged."""
        try:
            numbers = {name: Decimal(text) for name, text in content.items()}
            return cls(**numbers)
        except InvalidOperation as damage:
            raise ValueError(f"a damaged counter: {content}") from damage


class Amount(NamedTuple):
    """What came with one reading. `None` beside 00: the device measures, and what came since the reading before is not
    known or belongs to no slot; such a reading is no fault."""

    value: Decimal | None
    status: Status


class CounterNote(StrEnum):
    """What is told of a running total beside a slot's value."""

    UNATTRIBUTED = "amount_unattributed"
    """What came while nobody looked, and may have come in any slot of that time: in no slot's value."""
    UNKNOWN = "amount_unknown"
    """The total fell or jumped as no total does: what came with that reading is not known."""
    RESET = "counter_reset"
    """The device began to count anew; what came between its last reading and that moment is lost."""


class Told(NamedTuple):
    """A note: from the last reading before to the first behind. `amount` in the parameter's unit, if it is known."""

    kind: CounterNote
    from_ms: int
    until_ms: int
    amount: Decimal | None = None
