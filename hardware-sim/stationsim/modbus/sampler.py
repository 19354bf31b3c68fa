"""An automatic sampler behind a Modbus unit: one write takes a sample, registers read back how it went."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from stationsim.addresses import Address
from stationsim.condition import Moment
from stationsim.encoding import Encoded


class SamplerState(IntEnum):
    READY = 0
    SAMPLING = 1
    FULL = 2


class Sampler:
    """`start` reads 1 while it samples. A start while it samples, or when all bottles are full, does nothing.

    The count rises when a sample is started.
    """

    def __init__(
        self, start: Address, count: Address | None, state: Address | None, *, takes_ms: int, bottles: int
    ) -> None:
        self.start = start
        self._count_at = count
        self._state_at = state
        self._takes_ms = takes_ms
        self._bottles = bottles
        self._taken = 0
        self._busy_until_ms = 0

    def cells(self) -> tuple["_Shows", ...]:
        places: list[tuple[Address | None, Callable[[Moment], int]]] = [
            (self.start, lambda moment: int(self._state(moment) is SamplerState.SAMPLING)),
            (self._count_at, lambda _: self._taken),
            (self._state_at, lambda moment: int(self._state(moment))),
        ]
        return tuple(_Shows(address, number) for address, number in places if address is not None)

    def command(self, word: int, moment: Moment) -> int | None:
        """What a write of `word` to `start` does: the number of the sample that it started, if any."""
        if word == 0 or self._state(moment) is not SamplerState.READY:
            return None
        self._taken += 1
        self._busy_until_ms = moment.elapsed_ms + self._takes_ms
        return self._taken

    def _state(self, moment: Moment) -> SamplerState:
        if moment.elapsed_ms < self._busy_until_ms:
            return SamplerState.SAMPLING
        return SamplerState.FULL if self._taken >= self._bottles else SamplerState.READY


@dataclass(frozen=True, slots=True)
class _Shows:
    address: Address
    number: Callable[[Moment], int]
    registers: int = 1

    @property
    def symbol(self) -> None:
        return None

    def show(self, moment: Moment) -> Encoded:
        return Encoded((self.number(moment),), None)
