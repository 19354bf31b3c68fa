"""`ak`: an exhaust or stack gas analyser that speaks the AK protocol (Arbeitskreis Abgasmesstechnik, the German car
makers' working group; as in the manuals of the analysers NGA 2000, CAI 700 and Servopro)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator

from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem
from gateway.config.instruments.code_lists import meant, refuse_two_meanings
from gateway.config.instruments.device import Place, PolledDevice
from gateway.config.instruments.reported import Reported
from gateway.config.instruments.status import Sources, own_source
from gateway.config.links.link import TEXT_LINK_TYPES
from gateway.config.section import Flag, Section, Whole, not_empty
from gateway.core.phrase import Phrase

_CHANNEL = re.compile(r"K[0-9]{1,2}", re.ASCII)
_QUERY = re.compile(r"A[A-Z0-9]{3}", re.ASCII)
_STATE_LISTS = ("measuring", "calibrating", "fault")
_STATE = re.compile(r"[A-Z0-9]{1,8}", re.ASCII)


def _check_channel(text: str) -> str:
    if not _CHANNEL.fullmatch(text):
        raise FormError(Phrase("{text!r} is no channel", text=text), Phrase("write K0, or K1, K2 … for one of several"))
    return text


def _check_query(text: str) -> str:
    """Commands that begin with S or E switch and set the device; this program only reads."""
    if not _QUERY.fullmatch(text):
        raise FormError(
            Phrase("{text!r} is no command that reads", text=text),
            Phrase("write four letters beginning with A, such as AKON"),
        )
    return text


def _check_state(text: str) -> str:
    if not _STATE.fullmatch(text):
        raise FormError(Phrase("{text!r} is no state", text=text), Phrase("write it as the device does, such as SMGA"))
    return text


Channel = Annotated[str, AfterValidator(_check_channel)]
Query = Annotated[str, AfterValidator(_check_query)]
States = tuple[Annotated[str, AfterValidator(_check_state)], ...]


class AkProtocol(Section):
    """`state: false` for a device that does not know ASTZ: then the error digit of its answers is all that tells."""

    channel: Channel = "K0"
    state: Flag = True


class AkStatus(Section):
    """What the words of ASTZ mean: named after the command that led to the state. Words in none of the lists, such as
    SREM and SMAN (remote, manual), say nothing. The worst word wins; a device that says no word of `measuring` or
    `calibrating` is not measuring, which is a fault.

    By default, after the command lists of CAI (700 series, chapter AK) and Testo (CU-2, 7.5): SMGA measures gas; zero
    gas (SNGA), span gas (SEGA), automatic calibration (SATK), zero and span adjustment (SNKA, SEKA) and linearisation
    (SLIN) calibrate; standby, pause, purge, reset and leak test give nothing to report.
    """

    measuring: States = ("SMGA",)
    calibrating: States = ("SNGA", "SEGA", "SATK", "SNKA", "SEKA", "SLIN")
    fault: States = ("STBY", "SPAU", "SSPL", "SRES", "SLEC")

    @model_validator(mode="after")
    def _mean_one_thing(self) -> AkStatus:
        refuse_two_meanings(self, _STATE_LISTS)
        return self

    def words_of(self, name: str) -> frozenset[object]:
        """The words that mean `measuring`, `calibrating` or `fault`."""
        return meant(self, name, _STATE_LISTS)


class AkMeasured(Reported):
    """One parameter: a field, counted from 1, of the answer to a command."""

    command: Query = "AKON"
    channel: Channel | None = None
    field: Annotated[Whole, Field(ge=1, le=200)] = Field(
        description=Phrase("which of the answer's values, the first is 1")
    )


class AkDevice(PolledDevice):
    """One device on a serial or tcp link."""

    protocol: ClassVar[str | None] = "ak"
    link_types: ClassVar[tuple[str, ...]] = TEXT_LINK_TYPES

    ak: AkProtocol = Field(description=Phrase("the section of the protocol; {} if its defaults are right"))
    status: Sources[AkStatus] = ()
    parameters: Annotated[tuple[AkMeasured, ...], AfterValidator(not_empty)] = Field(
        description=Phrase("a list of what it measures")
    )

    @property
    def contradictions(self) -> Iterator[LocatedProblem]:
        if not self.ak.state and own_source(self.status) is not None:
            yield (
                ("ak", "state"),
                Phrase("is false: ASTZ is never asked, whose words status explains"),
                Phrase("remove one of the two"),
            )

    @property
    def own_status(self) -> AkStatus:
        """What the words of ASTZ mean."""
        return own_source(self.status) or AkStatus()

    @property
    def link_address(self) -> str:
        """In short, for people."""
        return f"AK {self.ak.channel}"

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(
            Place(
                "field",
                Phrase(
                    "field {field} of {command} {channel}",
                    field=one.field,
                    command=one.command,
                    channel=one.channel or self.ak.channel,
                ),
            )
            for one in self.parameters
        )
