"""What a station's files must say, recomputed from its own raw readings as `gateway export --readings` writes them: by
the circular and by QCVN 19:2009, with nothing of the gateway."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.support.live.expectation import label, number

RAIN_ENDS_MM = 100
"""Where the gauge of `config/ambient-air-streaming.yaml` begins again from 0."""
GAP_MS = 10_000
"""What fell while nobody looked for so long, across a slot's edge, is in no slot."""


@dataclass(frozen=True, slots=True)
class Said:
    """A reading, or the mean of a slot: its value, and 0, 1 or 2 for the circular's status."""

    value: float | None
    code: int


@dataclass(frozen=True, slots=True)
class Column:
    """A line of the file, as the configuration declares it."""

    symbol: str
    unit: str
    decimals: int


@dataclass(frozen=True, slots=True)
class Derivation:
    """A line that is not sent as it is measured: of which averages it is made, and how."""

    inputs: tuple[str, ...]
    formula: Callable[..., float]

    def of(self, averages: Mapping[str, Said]) -> Said:
        used = [averages[symbol] for symbol in self.inputs]
        known = [one.value for one in used if one.value is not None]
        code = max(one.code for one in used)
        if len(known) < len(used):
            return Said(None, code or 2)
        return Said(self.formula(*known), code)


def _standard(concentration: float, temperature_c: float, pressure_kpa: float) -> float:
    return concentration * (273.15 + temperature_c) / 298.15 * 101.325 / pressure_kpa


def _dry(wet: float) -> float:
    return wet / (1 - 12 / 100)


def _at_six_percent(concentration: float, oxygen: float) -> float:
    return concentration * (20.9 - 6) / (20.9 - oxygen)


def _dry_standard_flow(flow: float, temperature_c: float, pressure_kpa: float) -> float:
    return flow * 298.15 / (273.15 + temperature_c) * pressure_kpa / 101.325 * (1 - 12 / 100)


STACK = {
    "SO2": Derivation(("SO2", "Temp", "P", "O2"), lambda c, t, p, o: _at_six_percent(_dry(_standard(c, t, p)), o)),
    "NOx": Derivation(("NOx", "O2"), lambda ppm, o: _at_six_percent(ppm * 46.006 / 24.45, o)),
    "CO": Derivation(("CO", "O2"), _at_six_percent),
    "PM": Derivation(("PM", "Temp", "P"), lambda c, t, p: _dry(_standard(c, t, p))),
    "Flow": Derivation(("Flow", "Temp", "P"), _dry_standard_flow),
    # of the gas that flowed, not of the one at reference oxygen; its state is also that of the SO2 that is sent
    "SO2_load": Derivation(
        ("SO2", "Temp", "P", "O2", "Flow"),
        lambda c, t, p, _, q: _dry(_standard(c, t, p)) * _dry_standard_flow(q, t, p) / 1e6,
    ),
}
"""As `config/emission-ak.yaml` wants it: 12 % of water, 6 % of oxygen."""


def columns_of(configuration: Mapping[str, Any]) -> list[Column]:
    """The lines in their order."""
    measured = [one for instrument in configuration["instruments"] for one in instrument["parameters"]]
    lines = [*measured, *configuration.get("computed", ())]
    return [Column(one["symbol"], one["unit"], one.get("decimals", 3)) for one in lines]


def readings_of(rows: Iterable[Mapping[str, str]], slot_ms: int) -> dict[int, dict[str, list[Said]]]:
    """Rows of the export by the slot's end and by symbol, oldest first; of rain, what its total grew by."""
    found: dict[int, dict[str, list[Said]]] = defaultdict(lambda: defaultdict(list))
    before: tuple[int, Fraction] | None = None
    for row in sorted(rows, key=lambda row: row["time_utc"]):
        value = float(row["value"]) if row["value"] else None
        at_ms = instant_ms(row["time_utc"])
        if row["symbol"] == "Rain" and value is not None:
            total = Fraction(repr(value))
            is_near = before is not None and (at_ms - before[0] <= GAP_MS or at_ms // slot_ms == before[0] // slot_ms)
            value = float((total - before[1]) % RAIN_ENDS_MM) if before is not None and is_near else None
            before = (at_ms, total)
        end_ms = (at_ms // slot_ms + 1) * slot_ms
        found[end_ms][row["symbol"]].append(Said(value, int(row["status"])))
    return found


def instant_ms(iso: str) -> int:
    return round(datetime.fromisoformat(iso).timestamp() * 1000)


def averages_of(readings: Mapping[str, Sequence[Said]], symbols: Iterable[str], expected: int) -> dict[str, Said]:
    """One value and status of each symbol."""
    return {symbol: _average(symbol, readings, expected) for symbol in symbols}


def _average(symbol: str, readings: Mapping[str, Sequence[Said]], expected: int) -> Said:
    own = readings.get(symbol, ())
    code = _code(own, expected)
    chosen = [place for place, one in enumerate(own) if one.code == code and one.value is not None]
    values = [one.value for place, one in enumerate(own) if place in chosen and one.value is not None]
    if not values:
        return Said(None, code)
    if symbol == "WD":  # read in one line with the speed
        speeds = [one.value if one.code == 0 else None for one in (readings["WS"][place] for place in chosen)]
        return Said(_direction(values, speeds), code)
    total = sum((Fraction(repr(value)) for value in values), Fraction())
    return Said(float(total if symbol == "Rain" else total / len(values)), code)


def _code(readings: Sequence[Said], expected: int) -> int:
    codes = [one.code for one in readings]
    if codes.count(0) * 4 >= expected * 3:
        return 0
    without_answer = max(0, expected - len(codes))
    return 1 if codes.count(1) > codes.count(2) + without_answer else 2


def _direction(degrees: Sequence[float], speeds: Sequence[float | None]) -> float:
    known = [speed for speed in speeds if speed is not None]
    weights = known if len(known) == len(degrees) and any(known) else [1.0] * len(degrees)
    east = sum(weight * math.sin(math.radians(angle)) for weight, angle in zip(weights, degrees, strict=True))
    north = sum(weight * math.cos(math.radians(angle)) for weight, angle in zip(weights, degrees, strict=True))
    return math.degrees(math.atan2(east, north)) % 360


def sent(averages: Mapping[str, Said], derivations: Mapping[str, Derivation]) -> dict[str, Said]:
    """What was measured, as it is sent."""
    return {**averages, **{symbol: one.of(averages) for symbol, one in derivations.items()}}


def lines_of(values: Mapping[str, Said], columns: Iterable[Column], end_ms: int) -> list[str]:
    """The file's lines."""
    lines = []
    for column in columns:
        said = values[column.symbol]
        value = "NULL" if said.value is None else number(Fraction(repr(said.value)), column.decimals)
        lines.append(f"{column.symbol}\t{value}\t{column.unit}\t{label(end_ms)}\t0{said.code}")
    return lines
