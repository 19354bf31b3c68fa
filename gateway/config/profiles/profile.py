"""What a profile says: whose instrument it is, from which document that is known, and how its quantities are read.

The keys of a quantity and of `instrument` that are not explained here are those of an instrument in the configuration:
they are taken over as they stand, and checked there as if somebody had written them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.instrument import device_model
from gateway.config.parameters.sent_line import Rising
from gateway.config.section import Flag, Section, Token, Whole, Words, not_empty
from gateway.core.phrase import Phrase

PROFILE_NAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*", re.ASCII)
"""Also the file's name: nothing that leads out of a folder."""
LONGEST_NAME = 64
_DATE = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])", re.ASCII)
_ITS_OWN = ("name", "link", "unit", "parameters")
OWN_QUANTITY_KEYS = ("symbol", "unit", "says", "range", "status", "optional")
"""Of a quantity: what is not handed on to the parameter as it stands."""


def check_profile_name(text: str) -> str:
    """A profile's name. Raises FormError: it is none."""
    if len(text) > LONGEST_NAME or not PROFILE_NAME.fullmatch(text):
        raise FormError(
            Phrase("{text!r} is no name of a profile", text=text),
            Phrase(
                "write small letters, digits, '-' and '.', such as teledyne-t400; gateway instruments list shows them"
            ),
        )
    return text


def _check_date(text: str) -> str:
    if not _DATE.fullmatch(text):
        raise FormError(Phrase("{text!r} is no date", text=text), Phrase("write it as 2026-01-31"))
    return text


class ProfileSource(Section):
    """A document from which facts were taken, so that somebody else finds them there."""

    title: Words = Field(description=Phrase("the document's title"))
    edition: Words = Field(description=Phrase("its number, revision or date, as printed on it"))
    place: Words | None = None
    url: Words | None = None
    read: Annotated[str, AfterValidator(_check_date)] = Field(
        description=Phrase("when it was read, such as 2026-01-31")
    )


class ProfileQuantity(Section):
    """One thing that the instrument measures. `symbol` is the regulation's, if it has one; `unit` the device's own, not
    there where it depends on the device's settings; `range` is in that unit. `optional`: only for stations that ask
    for it. `status` counts for the instrument as soon as the quantity is taken."""

    model_config = ConfigDict(extra="allow")

    symbol: Token | None = None
    unit: Token | None = None
    says: Words | None = None
    range: Rising | None = None
    status: Any = None
    optional: Flag = False


class InstrumentProfile(Section):
    """A make of instrument."""

    profile: Annotated[str, AfterValidator(check_profile_name)] = Field(
        description=Phrase("the profile's name, which is the file's without .yaml")
    )
    version: Annotated[Whole, Field(ge=1)] = Field(
        description=Phrase("a number that grows with each change, such as 1")
    )
    manufacturer: Words = Field(description=Phrase("who makes the instrument"))
    models: Annotated[tuple[Words, ...], AfterValidator(not_empty)] = Field(
        description=Phrase("a list of the models' names")
    )
    measures: Words = Field(description=Phrase("what it is, in a few words, such as ozone in ambient air"))
    tried: Words = Field(description=Phrase("on which device it was tried, or: not tried on a real device"))
    sources: Annotated[tuple[ProfileSource, ...], AfterValidator(not_empty)] = Field(
        description=Phrase("a list of the documents that say so: title, edition, read")
    )
    settings: tuple[Words, ...] = ()
    """What the device has to be set to, for the rest to be true."""
    notes: tuple[Words, ...] = ()
    instrument: Mapping[str, Any] = {}
    quantities: Mapping[Token, ProfileQuantity] = Field(description=Phrase("the section of what it measures"))

    @field_validator("instrument")
    @classmethod
    def _leave_to_the_station_what_is_its_own(cls, content: Mapping[str, Any]) -> Mapping[str, Any]:
        if "profile" in content:
            raise FormError(
                Phrase("takes from another profile"), Phrase("write out what it needs: a profile stands for itself")
            )
        for key in _ITS_OWN:
            if key in content:
                raise FormError(
                    Phrase("has {key}, which is each station's own", key=key), Phrase("remove {key}", key=key)
                )
        return content

    @field_validator("quantities")
    @classmethod
    def _measure_something(
        cls, quantities: Mapping[str, ProfileQuantity], _siblings: ValidationInfo[Any]
    ) -> Mapping[str, ProfileQuantity]:
        if not quantities:
            raise FormError(
                Phrase("is empty"), Phrase("add what the instrument measures: NAME: {unit: …, register: …}")
            )
        return quantities

    @property
    def protocol(self) -> str:
        """What the instrument speaks."""
        return device_model(self.instrument).protocol or "modbus"

    @property
    def talks_unasked(self) -> bool:
        """Whether nothing is asked: its lines are waited for."""
        lines = self.instrument.get("ascii")
        return "nmea" in self.instrument or (isinstance(lines, Mapping) and lines.get("streaming") is True)

    @property
    def usual_quantities(self) -> tuple[str, ...]:
        """What a station takes that names nothing: all that the regulation knows and that every such device has."""
        return tuple(name for name, one in self.quantities.items() if one.symbol is not None and not one.optional)
