"""`equipment`: the devices of the station as its file at the authority knows them: make, model, serial number, what
they measure, and until when they are calibrated, verified and of an approved type.

Nothing here is asked or measured: the sheet of the station tells it, and people are reminded before something ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from gateway.config.days import Day
from gateway.config.file.form_error import FormError
from gateway.config.parameters.sent_line import Rising
from gateway.config.section import Name, Section, Token, Words, not_empty
from gateway.core.phrase import Phrase
from gateway.core.validity import Validity, ValidityKind

_FIRST, _LAST = dt.date(1980, 1, 1), dt.date(2100, 12, 31)


class EquipmentKind(StrEnum):
    """What a device is there for."""

    ANALYSER = "analyser"
    SENSOR = "sensor"
    FLOW_METER = "flow_meter"
    SAMPLER = "sampler"
    DATALOGGER = "datalogger"
    CAMERA = "camera"
    POWER = "power"
    """What feeds the station when the mains fail."""
    OTHER = "other"

    @property
    def is_to_measure(self) -> bool:
        """Whether one that measures nothing is odd."""
        return self in (EquipmentKind.ANALYSER, EquipmentKind.SENSOR, EquipmentKind.FLOW_METER)

    @property
    def may_measure(self) -> bool:
        return self.is_to_measure or self is EquipmentKind.OTHER


def _be_of_this_age(day: dt.date) -> dt.date:
    if not _FIRST <= day <= _LAST:
        raise FormError(
            Phrase("{day} is out of bounds", day=day),
            Phrase("write a day from {first} to {last}", first=_FIRST, last=_LAST),
        )
    return day


PaperDay = Annotated[Day, AfterValidator(_be_of_this_age)]


class Certificate(Section):
    """A paper on a device: its `number`, who gave it (`by`), from when, and the last day on which it holds."""

    number: Words | None = None
    by: Words | None = None
    date: PaperDay | None = None
    until: PaperDay | None = None

    @field_validator("until")
    @classmethod
    def _end_after_it_began(cls, until: dt.date | None, siblings: ValidationInfo[Any]) -> dt.date | None:
        begun = siblings.data.get("date")
        if until is not None and begun is not None and until < begun:
            raise FormError(
                Phrase("{until} is before its date {begun}", until=until, begun=begun),
                Phrase("write the last day on which it holds"),
            )
        return until

    @model_validator(mode="after")
    def _say_something(self) -> Certificate:
        if all(getattr(self, key) is None for key in type(self).model_fields):
            raise FormError(Phrase("says nothing"), Phrase('add number: "…", date: and until:, its last day'))
        return self


class EquipmentSettings(Section):
    """One device. It measures what `instrument` does, or, of that, `measures`: symbols as they stand in the file's
    lines. `ranges`: what it can measure of each, in the unit in which it is read. `camera`: which one of `cameras`."""

    name: Name = Field(description=Phrase("a short name for reports and events, such as cod-analyser"))
    kind: EquipmentKind = Field(description=Phrase("one of {equipmentkind}", equipmentkind=", ".join(EquipmentKind)))
    make: Words = Field(description=Phrase("who makes it, such as Hach"))
    model: Words = Field(description=Phrase("the model as on its plate, such as CAS74D"))
    serial: Words | None = None
    origin: Words | None = None
    installed: PaperDay | None = None
    instrument: Name | None = None
    measures: Annotated[tuple[Token, ...], AfterValidator(not_empty)] | None = None
    ranges: Mapping[Token, Rising] = {}
    principle: Words | None = None
    accuracy: Words | None = None
    camera: Name | None = None
    test_report: Words | None = None
    calibrated: Certificate | None = None
    verified: Certificate | None = None
    type_approval: Certificate | None = None

    @model_validator(mode="after")
    def _do_what_it_is_for(self) -> EquipmentSettings:
        for key in ("instrument", "measures", "ranges"):
            if getattr(self, key) and not self.kind.may_measure:
                raise FormError(
                    Phrase("has {key}, and kind: {kind}, which measures nothing", key=key, kind=self.kind),
                    Phrase("remove {key}, or change kind", key=key),
                )
        if self.camera is not None and self.kind is not EquipmentKind.CAMERA:
            raise FormError(
                Phrase("has camera, and kind: {kind}", kind=self.kind), Phrase("remove camera, or write kind: camera")
            )
        return self

    @property
    def certificates(self) -> Iterator[tuple[ValidityKind, Certificate]]:
        """Those that it has."""
        for kind, one in (
            (ValidityKind.CALIBRATION, self.calibrated),
            (ValidityKind.VERIFICATION, self.verified),
            (ValidityKind.TYPE_APPROVAL, self.type_approval),
        ):
            if one is not None:
                yield kind, one

    @property
    def validities(self) -> Iterator[Validity]:
        """Of what has an end."""
        for kind, one in self.certificates:
            if one.until is not None:
                yield Validity(self.name, kind, one.until)
