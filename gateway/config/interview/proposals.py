"""What is usual, to be offered: a person who knows the device better says otherwise."""

from __future__ import annotations

from gateway.config.builtin_tables.catalogue import expected_units, media_of
from gateway.config.station import StationKind

_DECIMALS = {"pH": 2, "Temp": 1, "Flow": 1, "COD": 1, "TSS": 1, "Color": 0}
_RANGES = {("pH", "-"): (0, 14)}
_DECIMALS_OF_UNIT = {"mg/L": 2, "oC": 1, "m3/h": 1, "Pt-Co": 0}


def usual_decimals(symbol: str, unit: str) -> int:
    """Decimal places in the file; few devices are better than two."""
    return _DECIMALS.get(symbol, _DECIMALS_OF_UNIT.get(unit, 2))


def usual_range(symbol: str, unit: str) -> list[int] | None:
    """What a value can be at all; `None`: that depends on the device."""
    found = _RANGES.get((symbol, unit))
    return None if found is None else list(found)


def usual_units(symbol: str, kind: StationKind | None) -> tuple[str, ...]:
    """In which the symbol is reported by such a station; all that it has, where none is for this kind."""
    known = expected_units(symbol)
    of_kind = tuple(unit for unit in known if kind is None or kind in media_of(symbol, unit))
    return of_kind or known
