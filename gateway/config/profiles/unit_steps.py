"""From the unit in which a device measures to the one in which a station reports.

Two things are kept apart. A factor between two units of one quantity is exact and changes nothing: 1 ppm is 1000 ppb.
What takes an assumption, such as the molar mass and the volume at 25 °C behind mg/Nm3, is a conversion of the
configuration and stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

_SCALES: tuple[dict[str, str], ...] = (
    {"ppb": "1", "ppm": "1000"},
    {"ug/m3": "1", "mg/m3": "1000", "g/m3": "1000000"},
    {"ug/Nm3": "1", "mg/Nm3": "1000", "g/Nm3": "1000000"},
    {"ug/L": "1", "mg/L": "1000", "g/L": "1000000"},
    {"m3/h": "1", "m3/s": "3600", "L/s": "3.6", "L/min": "0.06", "L/h": "0.001"},
    {"hPa": "1", "mbar": "1", "kPa": "10", "Pa": "0.01", "bar": "1000"},
    {"uS/cm": "1", "mS/cm": "1000"},
    {"mm": "1", "cm": "10", "m": "1000"},
)
"""Units of one quantity, each in the smallest of them."""

_SHARES = {"mg/Nm3": "ppm", "ug/Nm3": "ppb"}
"""By the station's unit: the share of the volume of which `convert` makes it."""


@dataclass(frozen=True, slots=True)
class UnitSteps:
    """`factor` makes the unit in which the instrument counts as measuring of the device's; `convert` is what the
    configuration has to say for the rest."""

    factor: Decimal
    convert: dict[str, object] | None = None


def exact_factor(unit: str, wanted: str) -> Decimal | None:
    """By what a number in `unit` is multiplied to be one in `wanted`; `None`: by nothing that is exact."""
    if unit == wanted:
        return Decimal(1)
    for scale in _SCALES:
        if unit in scale and wanted in scale:
            return _decimal(Fraction(scale[unit]) / Fraction(scale[wanted]))
    return None


def steps_between(unit: str, wanted: str) -> UnitSteps | None:
    """What lies between the device's unit and the station's; `None`: nothing that could be said without knowing more,
    such as the temperature of the gas."""
    factor = exact_factor(unit, wanted)
    if factor is not None:
        return UnitSteps(factor)
    share = _SHARES.get(wanted)
    factor = exact_factor(unit, share) if share is not None else None
    return None if share is None or factor is None else UnitSteps(factor, {share: True})


def measured_unit(unit: str, convert: object) -> str:
    """In what the instrument has to measure for a parameter in `unit` with this `convert`, as far as that can be told
    of plain values."""
    content = convert if isinstance(convert, dict) else {}
    for share in ("ppm", "ppb"):
        if content.get(share):
            return share
    return unit.replace("Nm3", "m3") if content.get("standard") else unit


def alike(unit: str) -> Iterator[str]:
    """The units in which the same quantity could be written."""
    yield from next((scale for scale in _SCALES if unit in scale), ())


def _decimal(ratio: Fraction) -> Decimal | None:
    """`None` where no decimal is exactly that."""
    rest = ratio.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return Decimal(ratio.numerator) / Decimal(ratio.denominator) if rest == 1 else None
