"""Believable measurements: a daily rhythm, smooth noise, parameters that move together.

A value is a pure function of the seed, the symbol and the time floored to the signal's step: a run can be repeated,
and any value can be computed again afterwards. Nothing here remembers or accumulates.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000
_BEGIN_MS = 1_767_225_600_000  # 2026-01-01T00:00Z
_KNOT_STEPS = 16  # noise wanders from knot to knot, so that neighbouring values resemble each other


@dataclass(frozen=True, slots=True)
class Counter:
    """A running total, in whole counts: it grows by `per_hour` in the mean, in showers that come and go."""

    per_hour: float
    count: float
    shower_ms: int = 600_000
    wraps_at: float | None = None
    resets_ms: int | None = None

    def total(self, at_ms: int) -> float:
        """What has come since 2026 began, or since the last reset."""
        counts = self._counts(at_ms)
        if self.resets_ms is not None:
            counts -= self._counts(at_ms // self.resets_ms * self.resets_ms)
        if self.wraps_at is not None:
            counts %= round(self.wraps_at / self.count)
        return round(counts * self.count, 9)

    def _counts(self, at_ms: int) -> int:
        showers = (at_ms - _BEGIN_MS) / self.shower_ms
        along = showers - math.sin(2 * math.pi * showers) / (2 * math.pi)
        return math.floor(along * self.shower_ms / _HOUR_MS * self.per_hour / self.count)


@dataclass(frozen=True, slots=True)
class Signal:
    """`daily_phase_ms` is the local time of day at which the rhythm rises through `base`.

    A correlated signal adds `factor` × (the other's value − the other's base). With `wrap` values go round: [0, wrap).
    """

    base: float
    daily_amplitude: float = 0.0
    daily_phase_ms: int = 0
    noise: float = 0.0
    correlated_with: str | None = None
    factor: float = 0.0
    lowest: float = -math.inf
    highest: float = math.inf
    wrap: float | None = None
    step_ms: int = 1_000
    counter: Counter | None = None


class Signals:
    """All signals of a station. Correlations must not form a circle; the scenario's check sees to that."""

    def __init__(self, seed: int, zone: ZoneInfo, signals: Mapping[str, Signal]) -> None:
        self._seed = seed
        self._zone = zone
        self._signals = dict(signals)

    def value(self, symbol: str, at_ms: int) -> float:
        """Engineering value at a wall time in UTC milliseconds."""
        signal = self._signals[symbol]
        step = at_ms // signal.step_ms
        moment_ms = step * signal.step_ms
        value = signal.base + self._rhythm(signal, moment_ms)
        if signal.counter is not None:
            value = round(value + signal.counter.total(moment_ms), 9)
        if signal.noise:
            value += signal.noise * self._noise(symbol, step)
        if signal.correlated_with is not None:
            other = signal.correlated_with
            value += signal.factor * (self.value(other, moment_ms) - self._signals[other].base)
        if signal.wrap is not None:
            value %= signal.wrap
        return min(max(value, signal.lowest), signal.highest)

    def _rhythm(self, signal: Signal, moment_ms: int) -> float:
        if not signal.daily_amplitude:
            return 0.0
        local = datetime.fromtimestamp(moment_ms / 1000, UTC).astimezone(self._zone)
        offset = local.utcoffset()
        offset_ms = 0 if offset is None else int(offset.total_seconds()) * 1000
        angle = 2 * math.pi * (moment_ms + offset_ms - signal.daily_phase_ms) / _DAY_MS
        return signal.daily_amplitude * math.sin(angle)

    def _noise(self, symbol: str, step: int) -> float:
        """Mean 0, deviation about 1: four fifths wandering, one third from step to step."""
        knot, along = divmod(step, _KNOT_STEPS)
        weight = (1 - math.cos(math.pi * along / _KNOT_STEPS)) / 2
        wander = (1 - weight) * self._draw(symbol, "knot", knot) + weight * self._draw(symbol, "knot", knot + 1)
        return 0.95 * wander + 0.3 * self._draw(symbol, "step", step)

    def _draw(self, symbol: str, kind: str, index: int) -> float:
        """A nearly normal number in ±3.5 from a hash: the sum of four uniform ones, scaled to deviation 1."""
        digest = blake2b(f"{self._seed}:{symbol}:{kind}:{index}".encode(), digest_size=8).digest()
        total = sum(int.from_bytes(digest[at : at + 2], "big") for at in range(0, 8, 2))
        return (total / 65_535 - 2) * math.sqrt(3)
