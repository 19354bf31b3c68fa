"""`convert` of a parameter: what lies between what the analyser says and mg/Nm3 as the permit means it."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from gateway.config.file.form_error import FormError
from gateway.config.section import Flag, Number, Section, check_token
from gateway.core.conversion import (
    ABSOLUTE_ZERO_C,
    HIGHEST_MOISTURE_PERCENT,
    LOWEST_PRESSURE_KPA,
    Conversion,
    ReferenceOxygen,
)
from gateway.core.derivation import ConditionSources
from gateway.core.phrase import Phrase


def _parse_source(value: object) -> object:
    """A line's symbol, or a constant of the site."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or _is_infinite(value):
        raise FormError(
            Phrase("is neither a parameter nor a number"),
            Phrase("write the symbol of a line, or a constant of the site"),
        )
    return check_token(value) if isinstance(value, str) else float(value)


def _parse_molar_mass(value: object) -> object:
    if isinstance(value, bool):
        return value
    if not isinstance(value, (int, float)) or not value > 0 or _is_infinite(value):
        raise FormError(Phrase("is no molar mass"), Phrase("write true for the one in the catalogue, or g/mol"))
    return float(value)


_NEVER = Phrase("with it there is never a value: write the one of the site, or the symbol of a line")


def _is_infinite(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


SourceOf = Annotated[str | float, BeforeValidator(_parse_source)]
MolarMass = Annotated[bool | float, BeforeValidator(_parse_molar_mass)]


class StandardConditions(Section):
    """The analyser measures in the gas as hot and thin as it is in the duct: °C, and absolute kPa."""

    temperature: SourceOf = Field(
        description=Phrase("the line of the gas's temperature in oC, such as Temp, or a constant")
    )
    pressure: SourceOf = Field(
        description=Phrase("the line of the gas's absolute pressure in kPa, such as P, or a constant")
    )

    @field_validator("temperature")
    @classmethod
    def _be_of_a_gas(cls, temperature_c: str | float) -> str | float:
        if isinstance(temperature_c, float) and not temperature_c > ABSOLUTE_ZERO_C:
            raise FormError(Phrase("no gas is as cold as {temperature_c:g} oC", temperature_c=temperature_c), _NEVER)
        return temperature_c

    @field_validator("pressure")
    @classmethod
    def _be_absolute(cls, pressure_kpa: str | float) -> str | float:
        if isinstance(pressure_kpa, float) and not pressure_kpa >= LOWEST_PRESSURE_KPA:
            raise FormError(
                Phrase("{pressure_kpa:g} kPa is no absolute pressure of a stack", pressure_kpa=pressure_kpa), _NEVER
            )
        return pressure_kpa


class Dry(Section):
    """The analyser measures in the gas with its water."""

    moisture: SourceOf = Field(
        description=Phrase("the line of the gas's water in percent of the volume, or a constant")
    )

    @field_validator("moisture")
    @classmethod
    def _be_believable(cls, moisture_percent: str | float) -> str | float:
        if isinstance(moisture_percent, float) and not 0 <= moisture_percent <= HIGHEST_MOISTURE_PERCENT:
            raise FormError(
                Phrase("{moisture_percent:g} % of water is not to be believed", moisture_percent=moisture_percent),
                _NEVER,
            )
        return moisture_percent


class Oxygen(Section):
    """The permit refers the concentration to this oxygen content, percent of the dry volume. `wet`: the oxygen is
    measured in the wet gas. Nearer than `margin` to that of air there is no value: the plant is not burning."""

    reference: Number = Field(description=Phrase("the permit's reference oxygen in percent, such as 7"))
    measured: SourceOf = Field(description=Phrase("the line of the measured oxygen in percent, such as O2"))
    air: Number = 20.9
    margin: Number = 1.0
    wet: Flag = False

    @model_validator(mode="after")
    def _be_possible(self) -> Oxygen:
        highest_percent = self.rule.air_percent - self.rule.margin_percent
        if highest_percent < 0 or (isinstance(self.measured, float) and not self.measured <= highest_percent):
            raise FormError(Phrase("the measured oxygen is always nearer to that of air than margin"), _NEVER)
        return self

    @property
    def rule(self) -> ReferenceOxygen:
        try:
            return ReferenceOxygen(self.reference, self.air, self.margin, self.wet)
        except ValueError as error:
            raise FormError(
                Phrase("{error}", error=error), Phrase("write reference below air, and a margin above 0")
            ) from None


class Convert(Section):
    """The steps, in the order in which they are taken. `ppm` is for mg/Nm3, `ppb` for ug/Nm3."""

    ppm: MolarMass = False
    ppb: MolarMass = False
    standard: StandardConditions | None = None
    dry: Dry | None = None
    oxygen: Oxygen | None = None

    @field_validator("standard")
    @classmethod
    def _be_of_a_mass(
        cls, standard: StandardConditions | None, siblings: ValidationInfo[Any]
    ) -> StandardConditions | None:
        if standard is not None and (siblings.data.get("ppm") or siblings.data.get("ppb")):
            raise FormError(
                Phrase("stands beside ppm"),
                Phrase("remove it: a share of the volume knows no temperature and no pressure"),
            )
        return standard

    @model_validator(mode="after")
    def _do_something(self) -> Convert:
        if not (self.ppm or self.ppb or self.standard or self.dry or self.oxygen):
            raise FormError(Phrase("converts nothing"), Phrase("write ppm, standard, dry or oxygen, or remove it"))
        if self.oxygen is not None and self.oxygen.wet and self.dry is None:
            raise FormError(
                Phrase("has wet oxygen and no moisture"), Phrase("add dry: {moisture: …}, or measure the oxygen dry")
            )
        return self

    @property
    def share(self) -> MolarMass:
        """The molar mass of what is measured as a share of the volume; `False`: nothing is."""
        return self.ppm or self.ppb

    def steps(self, molar_mass_g: float | None) -> Conversion:
        return Conversion(
            molar_mass_g,
            from_duct=self.standard is not None,
            from_wet=self.dry is not None,
            reference_oxygen=None if self.oxygen is None else self.oxygen.rule,
        )

    @property
    def condition_sources(self) -> ConditionSources:
        standard, dry, oxygen = self.standard, self.dry, self.oxygen
        return ConditionSources(
            None if standard is None else standard.temperature,
            None if standard is None else standard.pressure,
            None if dry is None else dry.moisture,
            None if oxygen is None else oxygen.measured,
        )
