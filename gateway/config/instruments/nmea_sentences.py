"""Which fields of the sentences of NMEA 0183 are measured, and which other ones say what they are.

After the standard's sentences as the manuals of weather transmitters print them (Vaisala WMT700 E.3 and WXT530 7.4,
Airmar WeatherStation 2.9): a letter of the unit behind the number, the wind's reference, a status.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class MeasuredField:
    """`quantity`: what it is, in a word. `unit_field`: where its unit stands; `unit`: the only letter that can stand
    there, or else it must be said in the configuration. `reference_field` and `status_field` likewise."""

    quantity: str = ""
    unit_field: int | None = None
    unit: str | None = None
    reference_field: int | None = None
    status_field: int | None = None


def _with_units(fields: Mapping[int, tuple[str, str]]) -> dict[int, MeasuredField]:
    """By field: the quantity, and the letter that stands behind it; none where there is no letter."""
    return {
        field: MeasuredField(quantity, field + 1 if unit else None, unit or None)
        for field, (quantity, unit) in fields.items()
    }


ANGLE, SPEED, PRESSURE, TEMPERATURE, SHARE, LENGTH = "angle", "speed", "pressure", "temperature", "share", "length"
_RELATIVE_WIND = _with_units({3: (SPEED, "N"), 5: (SPEED, "M"), 7: (SPEED, "K")})
"""Its angle is of a side, which stands in another field, and is no direction."""

SENTENCES: Mapping[str, Mapping[int, MeasuredField]] = {
    # wind, relative or theoretical: angle, reference, speed, unit, status
    "MWV": {
        1: MeasuredField(ANGLE, reference_field=2, status_field=5),
        3: MeasuredField(SPEED, unit_field=4, reference_field=2, status_field=5),
    },
    # wind by true and magnetic north, in knots and m/s
    "MWD": _with_units({1: (ANGLE, "T"), 3: (ANGLE, "M"), 5: (SPEED, "N"), 7: (SPEED, "M")}),
    # pressure in inches and bars, air, water, relative and absolute humidity, dew point, wind as MWD
    "MDA": _with_units(
        {
            1: (PRESSURE, "I"),
            3: (PRESSURE, "B"),
            5: (TEMPERATURE, "C"),
            7: (TEMPERATURE, "C"),
            9: (SHARE, ""),
            10: ("", ""),
            11: (TEMPERATURE, "C"),
            13: (ANGLE, "T"),
            15: (ANGLE, "M"),
            17: (SPEED, "N"),
            19: (SPEED, "M"),
        }
    ),
    "VWR": _RELATIVE_WIND,
    "VWT": _RELATIVE_WIND,
    "MTA": _with_units({1: (TEMPERATURE, "C")}),
    "MTW": _with_units({1: (TEMPERATURE, "C")}),
    "MHU": _with_units({1: (SHARE, ""), 2: ("", ""), 3: (TEMPERATURE, "C")}),
    "MMB": _with_units({1: (PRESSURE, "I"), 3: (PRESSURE, "B")}),
    "DPT": _with_units({1: (LENGTH, "")}),
    "DBT": _with_units({1: (LENGTH, "f"), 3: (LENGTH, "M"), 5: (LENGTH, "F")}),
}
TRANSDUCER_TYPES = {"A": ANGLE, "C": TEMPERATURE, "D": LENGTH, "H": SHARE, "P": PRESSURE, "S": SPEED}
"""S is Vaisala's; others mean many things."""

QUANTITIES = {
    "degree": ANGLE,
    "m/s": SPEED,
    "hPa": PRESSURE,
    "kPa": PRESSURE,
    "oC": TEMPERATURE,
    "%": SHARE,
    "m": LENGTH,
    "cm": LENGTH,
    "mm": LENGTH,
}
"""By the unit of a parameter. `%` is of humidity here, `mm` of water too."""

TRANSDUCERS = "XDR"
"""Groups of four: type, value, unit, name."""

FACTORS: Mapping[tuple[str, str], Decimal] = {
    ("M", "m/s"): Decimal(1),
    ("N", "m/s"): Decimal(1852) / 3600,
    ("K", "m/s"): Decimal(1) / Decimal("3.6"),
    ("S", "m/s"): Decimal("0.44704"),
    ("H", "hPa"): Decimal(1),
    ("B", "hPa"): Decimal(1000),
    ("P", "hPa"): Decimal("0.01"),
    ("I", "hPa"): Decimal("33.8639"),
    ("M", "hPa"): Decimal("1.33322"),
    ("H", "kPa"): Decimal("0.1"),
    ("B", "kPa"): Decimal(100),
    ("P", "kPa"): Decimal("0.001"),
    ("I", "kPa"): Decimal("3.38639"),
    ("C", "oC"): Decimal(1),
    ("F", "oC"): Decimal(5) / 9,
    ("P", "%"): Decimal(1),
    ("M", "mm"): Decimal(1),
    ("I", "mm"): Decimal("25.4"),
    ("M", "m"): Decimal(1),
    ("f", "m"): Decimal("0.3048"),
    ("F", "m"): Decimal("1.8288"),
}
"""Letter of the sentence, unit of the parameter → by what the number is to be multiplied."""


def factor_of(letter: str, unit: str) -> Decimal | None:
    """What `scale` must be; `None` where the letter says nothing that is known of that unit."""
    return FACTORS.get((letter, unit))
