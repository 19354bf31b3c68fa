"""Stack-gas conversions: what an analyser says → mg/Nm3 as the permit means it.

"N" is 25 °C and 101.325 kPa (760 mmHg), as QCVN 19:2009/BTNMT defines it, not 0 °C. Sent is the converted value; what
was measured is kept beside it. A conversion that is not defined yields `None` (status 02), never a huge number. Nothing
is clamped: a reading slightly below zero stays slightly below zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

STANDARD_TEMPERATURE_K = 298.15
STANDARD_PRESSURE_KPA = 101.325
MOLAR_VOLUME_L = 24.45
"""Litres of one mole of ideal gas at 25 °C and 101.325 kPa, with the two decimals that the standards use."""

ABSOLUTE_ZERO_C = -273.15
LOWEST_PRESSURE_KPA = 50.0
"""No stack works below: the transmitter shows gauge pressure, or is broken."""
HIGHEST_MOISTURE_PERCENT = 80.0
"""Gas saturated at 94 °C, and a factor of 5. Above, the moisture is not to be believed."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The gas in the stack at the instant of a reading. `None`: not measured."""

    temperature_c: float | None = None
    pressure_kpa: float | None = None
    """Absolute."""
    moisture_percent: float | None = None
    """H2O, percent of the volume."""
    oxygen_percent: float | None = None
    """O2, percent of the volume."""


@dataclass(frozen=True, slots=True)
class ReferenceOxygen:
    """The oxygen content to which the permit refers concentrations, in percent of the dry volume.

    `margin_percent`: nearer than this to the oxygen of air, or above it, the plant is not burning and there is no
    value. With 1 the factor stays below 21 whatever the reference. `is_wet`: the oxygen is measured in the wet gas (a
    zirconia probe in the duct) and must be dried, too.

    Raises:
        ValueError: a reference that is not below the oxygen of air, or a margin that is not above 0.
    """

    reference_percent: float
    air_percent: float = 20.9
    margin_percent: float = 1.0
    is_wet: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.reference_percent < self.air_percent:
            raise ValueError(
                f"reference oxygen {self.reference_percent:g} % is not between 0 and {self.air_percent:g} %"
            )
        if not self.margin_percent > 0:
            raise ValueError(f"the margin to the oxygen of air is above 0, not {self.margin_percent:g} %")


class ConversionStep(StrEnum):
    """What is done to a value, in the order of `Conversion`."""

    MASS_OF_PPM = "mass_of_ppm"
    STANDARD_CONDITIONS = "standard_conditions"
    DRIED = "dried"
    OXYGEN_DRIED = "oxygen_dried"
    """Of the measured oxygen, not of the value itself."""
    REFERENCE_OXYGEN = "reference_oxygen"


@dataclass(frozen=True, slots=True)
class Conversion:
    """The steps that a parameter needs, in the only order that is right:

    1. ppm → mg/Nm3. A share of the volume knows no temperature and pressure, so the result is at standard conditions;
       otherwise mg/m3 in the duct → mg/Nm3.
    2. Wet → dry.
    3. Measured oxygen → reference oxygen: of the dry gas, so it comes last.

    Worked: 200 mg/m3 at 150 °C, 100 kPa, 10 % H2O, 8 % O2 (dry), referred to 6 %:
    200 × 423.15/298.15 × 101.325/100 = 287.611 mg/Nm3; / 0.9 = 319.568 dry; × 14.9/12.9 = 369.114.

    Raises:
        ValueError: a molar mass that is not above 0; ppm that are to be brought to standard conditions once more.
    """

    molar_mass_g: float | None = None
    """g/mol, if the analyser says ppm; `None`: it says mg/m3."""
    from_duct: bool = False
    """The analyser says mg per m3 of gas as hot and thin as it is in the duct."""
    from_wet: bool = False
    """The analyser measures the gas with its water."""
    reference_oxygen: ReferenceOxygen | None = None

    def __post_init__(self) -> None:
        if self.molar_mass_g is not None:
            if not self.molar_mass_g > 0:
                raise ValueError(f"a molar mass is above 0 g/mol, not {self.molar_mass_g:g}")
            if self.from_duct:
                raise ValueError("ppm become mg/Nm3 whatever the temperature and pressure in the duct")

    def of(self, measured: float | None, conditions: Conditions) -> float | None:
        """mg/Nm3 from ppm or mg/m3; `None` where anything that is needed is absent or the result is not defined."""
        value = measured
        for step, result in self.steps(measured, conditions):
            if step is not ConversionStep.OXYGEN_DRIED:
                value = result
        return _finite(value)

    def steps(self, measured: float | None, conditions: Conditions) -> Iterator[tuple[ConversionStep, float | None]]:
        """Each that is needed, with what comes of it."""
        value = measured
        if self.molar_mass_g is not None:
            value = mass_of_ppm(value, self.molar_mass_g)
            yield ConversionStep.MASS_OF_PPM, value
        elif self.from_duct:
            value = at_standard_conditions(value, conditions.temperature_c, conditions.pressure_kpa)
            yield ConversionStep.STANDARD_CONDITIONS, value
        if self.from_wet:
            value = dried(value, conditions.moisture_percent)
            yield ConversionStep.DRIED, value
        if self.reference_oxygen is not None:
            oxygen = conditions.oxygen_percent
            if self.reference_oxygen.is_wet:
                oxygen = dried(oxygen, conditions.moisture_percent)
                yield ConversionStep.OXYGEN_DRIED, oxygen
            yield ConversionStep.REFERENCE_OXYGEN, at_reference_oxygen(value, oxygen, self.reference_oxygen)


def mass_of_ppm(ppm: float | None, molar_mass_g: float) -> float | None:
    """ppm (of the volume) → mg/Nm3: C = ppm × M / 24.45.

    Worked: 100 ppm SO2 (64.066 g/mol): 100 × 64.066 / 24.45 = 6406.6 / 24.45 = 262.03 mg/Nm3.
    """
    return None if ppm is None else _finite(ppm * (molar_mass_g / MOLAR_VOLUME_L))


def at_standard_conditions(
    concentration: float | None, temperature_c: float | None, pressure_kpa: float | None
) -> float | None:
    """mg/m3 in the duct → mg/Nm3: C_N = C × (273.15 + T)/298.15 × 101.325/P (QCVN 19:2009/BTNMT, Nm3 at 25 °C).

    `None` at or below absolute zero, and below 50 kPa.
    Worked: 100 mg/m3 at 173.15 °C and 101.325 kPa: 100 × 446.3 / 298.15 = 149.69 mg/Nm3: hot gas is thin.
    """
    contraction = _contraction(temperature_c, pressure_kpa)
    return None if concentration is None or contraction is None else _finite(concentration / contraction)


def dried(share: float | None, moisture_percent: float | None) -> float | None:
    """Concentration or share of the volume in wet gas → in dry gas: C_dry = C_wet / (1 − H2O/100).

    `None` above 80 % H2O. Worked: 90 mg/Nm3 with 10 % H2O: 90 / 0.9 = 100 mg/Nm3 dry.
    """
    if share is None or moisture_percent is None or not moisture_percent <= HIGHEST_MOISTURE_PERCENT:
        return None
    return _finite(share / (1 - moisture_percent / 100))


def at_reference_oxygen(
    concentration: float | None, oxygen_percent: float | None, reference: ReferenceOxygen
) -> float | None:
    """Concentration as if the gas had the reference oxygen: C_ref = C × (air − O2_ref)/(air − O2_measured).

    `None` where the measured oxygen comes nearer to that of air than the margin: the plant is not burning.
    Worked: 100 mg/Nm3 at 10.9 % O2, referred to 5.9 %, air 20.9 %: 100 × 15 / 10 = 150 mg/Nm3.
    """
    if concentration is None or oxygen_percent is None:
        return None
    if not oxygen_percent <= reference.air_percent - reference.margin_percent:
        return None
    burnt = reference.air_percent - oxygen_percent
    return _finite(concentration * ((reference.air_percent - reference.reference_percent) / burnt))


def standard_flow(flow_m3_per_h: float | None, conditions: Conditions, to_dry: bool = False) -> float | None:
    """m3/h in the duct → Nm3/h, of the dry gas if so asked: Q_N = Q × 298.15/(273.15 + T) × P/101.325 × (1 − H2O/100).

    `None` as for concentrations. Worked: 10,000 m3/h at 173.15 °C, 101.325 kPa, 10 % H2O: 10,000 × 298.15 / 446.3 =
    6680.5 Nm3/h wet, × 0.9 = 6012.4 Nm3/h dry.
    """
    contraction = _contraction(conditions.temperature_c, conditions.pressure_kpa)
    moisture = conditions.moisture_percent if to_dry else 0.0
    if flow_m3_per_h is None or contraction is None or moisture is None or not moisture <= HIGHEST_MOISTURE_PERCENT:
        return None
    return _finite(flow_m3_per_h * contraction * (1 - moisture / 100))


def mass_flow(concentration: float | None, flow: float | None) -> float | None:
    """kg/h from mg/Nm3 and Nm3/h, both of the dry or both of the wet gas.

    The concentration is the one in the stack, **not** the one at reference oxygen: that gas never flowed.
    Worked: 150 mg/Nm3 × 20,000 Nm3/h = 3,000,000 mg/h = 3 kg/h.
    """
    return None if concentration is None or flow is None else _finite(concentration * flow / 1_000_000)


def _contraction(temperature_c: float | None, pressure_kpa: float | None) -> float | None:
    """How many Nm3 one m3 of the duct's gas makes."""
    if temperature_c is None or pressure_kpa is None:
        return None
    if not temperature_c > ABSOLUTE_ZERO_C or not pressure_kpa >= LOWEST_PRESSURE_KPA:
        return None
    return (STANDARD_TEMPERATURE_K / (temperature_c - ABSOLUTE_ZERO_C)) * (pressure_kpa / STANDARD_PRESSURE_KPA)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
