"""`nmea`: a device that says NMEA 0183 sentences, by itself or asked: weather transmitters, masts, water depth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.ascii_protocol import Bytes
from gateway.config.instruments.code_lists import refuse_two_meanings
from gateway.config.instruments.device import Place, PolledDevice
from gateway.config.instruments.nmea_sentences import (
    QUANTITIES,
    SENTENCES,
    TRANSDUCER_TYPES,
    TRANSDUCERS,
    MeasuredField,
    factor_of,
)
from gateway.config.instruments.reported import Reported
from gateway.config.instruments.status import Sources, own_source
from gateway.config.links.link import TEXT_LINK_TYPES
from gateway.config.section import Flag, Section, Whole, not_empty
from gateway.core.phrase import Phrase

MOST_FIELDS = 80
_TALKER = re.compile(r"[A-OQ-Z][A-Z0-9]", re.ASCII)
_SENTENCE = re.compile(r"[A-Z0-9]{3}|P[A-Z0-9]{3,9}", re.ASCII)
_WRONG_FACTOR = 0.005


def _check_talker(text: str) -> str:
    if not _TALKER.fullmatch(text):
        raise FormError(
            Phrase("{text!r} is no talker", text=text),
            Phrase("write the two letters behind the $, such as WI for $WIMWV"),
        )
    return text


def _check_sentence(text: str) -> str:
    if not _SENTENCE.fullmatch(text):
        raise FormError(
            Phrase("{text!r} is no sentence", text=text),
            Phrase("write its three letters, such as MWV for $WIMWV, or all of one that begins $P"),
        )
    return text


Talker = Annotated[str, AfterValidator(_check_talker)]
FieldNumber = Annotated[Whole, Field(ge=1, le=MOST_FIELDS)]


class NmeaProtocol(Section):
    """`talker`: whose sentences count, where several talk. `asks_as`: the talker that we are, where the device says its
    sentences only when it is asked for them (`$IIWIQ,MWV*2F`). `state: false` for sentences without a status field."""

    talker: Talker | None = None
    asks_as: Talker | None = None
    state: Flag = True

    @model_validator(mode="after")
    def _know_whom_to_ask(self) -> NmeaProtocol:
        if self.asks_as is not None and self.talker is None:
            raise FormError(
                Phrase("has asks_as and no talker"),
                Phrase("add talker: WI, the two letters of the device that is asked"),
            )
        return self


class NmeaStatus(Section):
    """What the letter in the status field of a sentence means. Any other, and none, is a fault."""

    measuring: tuple[str, ...] = ("A",)
    calibrating: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _mean_one_thing(self) -> NmeaStatus:
        refuse_two_meanings(self, ("measuring", "calibrating"))
        return self


class Transducer(Section):
    """Which one of an XDR sentence: by its type and its name, both as they stand there."""

    type: Annotated[str, Field(pattern=r"^[A-Z]$")] = Field(
        description=Phrase("the letter before its value, such as C")
    )
    id: Bytes = Field(description=Phrase('the name behind its unit, in quotes if it is a number: "0"'))


class NmeaMeasured(Reported):
    """One parameter: a `field`, counted from 1, of a sentence, or a `transducer` of XDR.

    `says_unit` is the letter of the unit that must stand with it, `reference` the one of the wind; `expects` is what
    must stand in other fields.
    """

    sentence: Annotated[str, AfterValidator(_check_sentence)] = Field(
        description=Phrase("which one it is in, such as MWV")
    )
    field: FieldNumber | None = None
    transducer: Transducer | None = None
    says_unit: Bytes | None = None
    reference: Bytes | None = None
    expects: dict[FieldNumber, str] = {}

    @property
    def known(self) -> MeasuredField:
        """What the standard says of its field; nothing of others' sentences."""
        return SENTENCES.get(self.sentence, {}).get(self.field or 0, MeasuredField())

    @property
    def unit_letter(self) -> str | None:
        """The letter of its unit; `None` where none stands with it."""
        return self.says_unit or self.known.unit

    @model_validator(mode="after")
    def _be_in_the_sentence(self) -> NmeaMeasured:
        if self.sentence == TRANSDUCERS:
            if self.transducer is None or self.field is not None:
                raise FormError(
                    Phrase("is one of several transducers"),
                    Phrase('write transducer: {type: C, id: "0"} and no field: they move'),
                )
            if self.says_unit is None:
                raise FormError(Phrase("must say its unit"), Phrase("add says_unit: C, the letter behind the value"))
        elif self.field is None or self.transducer is not None:
            raise FormError(
                Phrase("must say which field of the sentence it is"), Phrase("add field: 3; transducer is for XDR")
            )
        elif self.sentence in SENTENCES:
            self._fit(SENTENCES[self.sentence])
        elif self.says_unit is not None or self.reference is not None:
            raise FormError(
                Phrase("says what stands with it, and where is not known of {sentence}", sentence=self.sentence),
                Phrase("say what must stand in which field: expects: {4: M}"),
            )
        return self

    def _fit(self, fields: Mapping[int, MeasuredField]) -> None:
        if self.field not in fields:
            raise FormError(
                Phrase("{sentence} measures nothing in field {field}", sentence=self.sentence, field=self.field),
                Phrase("its values are in {str}", str=", ".join(map(str, fields))),
            )
        known = self.known
        if known.unit_field is not None and known.unit is None and self.says_unit is None:
            raise FormError(
                Phrase("must say its unit"),
                Phrase("add says_unit: M, the letter that stands in field {unit_field}", unit_field=known.unit_field),
            )
        if self.says_unit is not None and (known.unit_field is None or known.unit not in (None, self.says_unit)):
            raise FormError(
                Phrase(
                    "says_unit can never stand with field {field} of {sentence}",
                    field=self.field,
                    sentence=self.sentence,
                ),
                Phrase("leave it out: it is {unit!r}", unit=known.unit)
                if known.unit
                else Phrase("leave it out: no unit stands with it"),
            )
        if known.reference_field is not None and self.reference is None:
            raise FormError(
                Phrase("must say which wind of {sentence} it is", sentence=self.sentence),
                Phrase("add reference: R for the relative one, as the sensor feels it (of a mast the true one), or T"),
            )
        if known.reference_field is None and self.reference is not None:
            raise FormError(Phrase("{sentence} has no reference", sentence=self.sentence), Phrase("leave it out"))

    @model_validator(mode="after")
    def _be_of_that_quantity(self) -> NmeaMeasured:
        """A speed that is read from an angle's field is a number too."""
        quantity = self.known.quantity
        if self.transducer is not None:
            quantity = TRANSDUCER_TYPES.get(self.transducer.type, "")
        own = QUANTITIES.get(self.measured.unit, "")
        if quantity and own and own != quantity:
            where = (
                Phrase("field {field}", field=self.field)
                if self.transducer is None
                else Phrase("transducer type {type2}", type2=self.transducer.type)
            )
            raise FormError(
                Phrase(
                    "{where} of {sentence} is {quantity}, and {unit} is {own}",
                    where=where,
                    sentence=self.sentence,
                    quantity=quantity,
                    unit=self.measured.unit,
                    own=own,
                ),
                Phrase("check both"),
            )
        twice = {self.field, self.known.unit_field, self.known.reference_field} & self.expects.keys()
        if twice:
            raise FormError(
                Phrase(
                    "expects says what must stand in field {value}, which is known already",
                    value=min(filter(None, twice)),
                ),
                Phrase("leave it out: field, says_unit and reference say it"),
            )
        return self

    @model_validator(mode="after")
    def _be_scaled_by_its_unit(self) -> NmeaMeasured:
        factor = None if self.unit_letter is None else factor_of(self.unit_letter, self.measured.unit)
        if factor is not None and abs(self.scale / factor - 1) > _WRONG_FACTOR:
            raise FormError(
                Phrase(
                    "comes in {unit_letter} and is wanted in {unit}, and scale is {scale}",
                    unit_letter=self.unit_letter,
                    unit=self.measured.unit,
                    scale=self.scale,
                ),
                Phrase("write scale: {factor:.6g}", factor=factor),
            )
        return self


class NmeaDevice(PolledDevice):
    """One talker on a serial or tcp link."""

    protocol: ClassVar[str | None] = "nmea"
    link_types: ClassVar[tuple[str, ...]] = TEXT_LINK_TYPES

    nmea: NmeaProtocol = Field(description=Phrase("the section of the protocol; {} if its defaults are right"))
    status: Sources[NmeaStatus] = ()
    parameters: Annotated[tuple[NmeaMeasured, ...], AfterValidator(not_empty)] = Field(
        description=Phrase("a list of what it measures")
    )

    @property
    def own_status(self) -> NmeaStatus:
        """What the status letters mean."""
        return own_source(self.status) or NmeaStatus()

    @property
    def link_address(self) -> str:
        """In short, for people."""
        return f"NMEA {self.nmea.talker}" if self.nmea.talker else "NMEA"

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(
            Place(
                "field",
                Phrase("field {field} of {sentence}", field=one.field, sentence=one.sentence),
                (one.reference, tuple(one.expects.items())),
            )
            if one.transducer is None
            else Place("transducer", Phrase("transducer {type2} {id}", type2=one.transducer.type, id=one.transducer.id))
            for one in self.parameters
        )

    @classmethod
    def talks_unasked(cls, content: Mapping[str, object]) -> bool:
        protocol = content.get("nmea")
        return not (isinstance(protocol, dict) and protocol.get("asks_as"))

    @field_validator("parameters")
    @classmethod
    def _say_the_state(
        cls, parameters: tuple[NmeaMeasured, ...], siblings: ValidationInfo[Any]
    ) -> tuple[NmeaMeasured, ...]:
        has_letters = own_source(siblings.data.get("status", ())) is not None
        if has_letters and not any(one.known.status_field for one in parameters):
            raise FormError(
                Phrase("are in sentences without a status field"),
                Phrase("remove the letters in status: none ever comes"),
            )
        return parameters

    @field_validator("status")
    @classmethod
    def _be_said(cls, status: tuple[Any, ...], siblings: ValidationInfo[Any]) -> tuple[Any, ...]:
        protocol = siblings.data.get("nmea")
        if protocol is not None and not protocol.state and own_source(status) is not None:
            raise FormError(
                Phrase("says what letters mean, and state is false"), Phrase("remove state: false, or the letters")
            )
        return status
