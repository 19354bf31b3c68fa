"""`station`: which station this is, in the authority's words."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from gateway.config.file.form_error import FormError
from gateway.config.section import Flag, Section, Words
from gateway.config.timezone import TimezoneName
from gateway.core.phrase import Phrase

_CODE = re.compile(r"[A-Za-z0-9-]{1,32}", re.ASCII)
_TELEPHONE = re.compile(r"\+?[0-9(][0-9 ().-]*", re.ASCII)
_FEWEST_DIGITS = 3
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class StationKind(StrEnum):
    """The medium that the station watches (TT10/2021, appendix 15), or what else stands there."""

    WASTEWATER = "wastewater"
    SURFACE_WATER = "surface_water"
    GROUNDWATER = "groundwater"
    EMISSION = "emission"
    AMBIENT_AIR = "ambient_air"
    COACH_STATION = "coach_station"
    """A coach station (bến xe) measures nothing: its box signs transport orders for the road administration."""


MEASURING_KINDS = tuple(kind for kind in StationKind if kind is not StationKind.COACH_STATION)


class Language(StrEnum):
    """What people at the station read. Logs are English whatever stands here."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


def _check_code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise FormError(
            Phrase("{text!r} cannot stand in a file's name", text=text),
            Phrase(
                "use 1 to 32 letters A-Z a-z, digits or '-': the receiver splits the name at '_', and a "
                "space, a slash or an accent does not survive every server"
            ),
        )
    return text


Code = Annotated[str, AfterValidator(_check_code)]


def _check_telephone(text: str) -> str:
    if not _TELEPHONE.fullmatch(text) or sum(map(str.isdigit, text)) < _FEWEST_DIGITS:
        raise FormError(
            Phrase("{text!r} is no telephone number", text=text),
            Phrase('write digits, with spaces, dots or hyphens: "024 3826 1234"'),
        )
    return text


def _check_email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise FormError(
            Phrase("{text!r} is no e-mail address", text=text), Phrase("write one, such as moitruong@example.vn")
        )
    return text


Telephone = Annotated[Words, AfterValidator(_check_telephone)]
Email = Annotated[Words, AfterValidator(_check_email)]


class Contact(Section):
    """Who answers for the station, or works at it."""

    name: Words = Field(description=Phrase("the person's name"))
    role: Words | None = None
    telephone: Telephone | None = None
    email: Email | None = None


class Station(Section):
    """The station. `province`, `facility`, `code` and the time make the name of every file, joined by `_`; reports and
    letters say `province_name` and `facility_name` instead, where they are given. `address`, `telephone` and `email`
    are the facility's, for the foot of a letter's first page (decree 30/2020/NĐ-CP, appendix I, part 13)."""

    name: Words = Field(description=Phrase("the station's full name, for people"))
    province: Code = Field(description=Phrase("the province's code (TenTinh), such as HN"))
    facility: Code = Field(description=Phrase("the facility's abbreviation (TenCoSo), such as ABCD"))
    code: Code = Field(description=Phrase("the station's code (TenTram), such as NUO001"))
    province_name: Words | None = Field(
        default=None, description=Phrase("the province's or city's full name, for letters")
    )
    facility_name: Words | None = Field(default=None, description=Phrase("the facility's full name, for letters"))
    department: Words | None = Field(default=None, description=Phrase("whom letters are for, in full"))
    address: Words | None = Field(default=None, description=Phrase("the facility's postal address, for letters"))
    telephone: Telephone | None = Field(
        default=None, description=Phrase("the facility's telephone number, for letters")
    )
    email: Email | None = Field(default=None, description=Phrase("the facility's e-mail address, for letters"))
    contacts: tuple[Contact, ...] = ()
    kind: StationKind = Field(description=Phrase("one of {stationkind}", stationkind=", ".join(StationKind)))
    special_monitoring: Flag = False
    timezone: TimezoneName = "Asia/Ho_Chi_Minh"
    language: Language = Language.VIETNAMESE

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
