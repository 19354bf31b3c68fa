"""A report before it has a format: sections of tables and pictures, of cells that know what they are.

The same report becomes text, a page, CSV, a workbook or JSON (`gateway.reports.formats`); nothing here knows a
language, a font or a file. Keys are stable: programs read them, and the catalogue of texts has a word for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from gateway.config import StationKind
from gateway.core.dated_limit import LimitOrigin, LimitSpan
from gateway.core.permit_limit import PermitLimit
from gateway.reports.period import ReportPeriod


@dataclass(frozen=True, slots=True)
class TimeCell:
    """An instant, shown on the station's wall clock."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class DurationCell:
    """A length of time. `in_hours`: never in days, as the time over which a limit's mean is taken (24 h, not 1 day)."""

    milliseconds: int
    in_hours: bool = False


@dataclass(frozen=True, slots=True)
class SettingCell:
    """A length of time as somebody wrote it: 5 min, 90 d, 0.5 s. It was not measured, and is compared with nothing."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class RatioCell:
    """A part of a whole, 0 to 1."""

    ratio: float


@dataclass(frozen=True, slots=True)
class ValueCell:
    """A value of a parameter, to be shown with so many digits after the point."""

    value: float
    decimals: int

    @classmethod
    def exact(cls, value: float, decimals: int) -> ValueCell:
        """With all its digits, and so many at least: a permit's limit is never rounded."""
        exponent = Decimal(repr(value)).normalize().as_tuple().exponent
        return cls(value, max(decimals, -exponent if isinstance(exponent, int) else 0))


@dataclass(frozen=True, slots=True)
class OngoingCell:
    """In the place of an end that has not come; programs get none."""


@dataclass(frozen=True, slots=True)
class TermCell:
    """A word that the catalogue has under `term.<code>`, or `term.<group>_<code>`; programs get the code."""

    code: str
    group: str = ""
    is_alarming: bool = False
    colour: str | None = None
    """As `#00e400`, where the word has one by decree."""

    @property
    def key(self) -> str:
        return f"term.{self.group}_{self.code}" if self.group else f"term.{self.code}"


@dataclass(frozen=True, slots=True)
class NameCell:
    """What people know by another name than programs: a destination by its official one."""

    name: str
    shown: str


@dataclass(frozen=True, slots=True)
class BilingualCell:
    """Words that a table of the package has in both languages, as what a symbol is called; programs get the English."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class FactorsCell:
    """The coefficients of a limit by name, with all digits: Kq = 0.9; Kf = 1.1. One that was left out says so."""

    origin: LimitOrigin


Cell = (
    str
    | int
    | date
    | NameCell
    | TimeCell
    | DurationCell
    | SettingCell
    | RatioCell
    | ValueCell
    | PermitLimit
    | TermCell
    | OngoingCell
    | BilingualCell
    | FactorsCell
    | None
)
"""`None`: there is nothing to be told, which is not zero."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column. `key` is for programs, and for the catalogue (`column.<key>`) unless it has a title."""

    key: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows have a cell for each column."""

    columns: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A parameter through time: per step the least, the mean and the greatest valid value, `None` without any; and what
    the permit allows of it."""

    title: str
    unit: str
    from_ms: int
    step_ms: int
    steps: tuple[tuple[float, float, float] | None, ...]
    limits: tuple[LimitSpan, ...] = ()
    """Those that were in force at some time of it."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What was there when: a row for each day, a field for each slot or hour of the day.

    `fields` are indices into `kinds`, whose words the catalogue has under `kind.<kind>`; `None` lies outside the
    report's time. `colours` are for kinds whose colours a decree fixes; others have those of the page's style. A title
    that begins with `picture.` stands in the catalogue.
    """

    title: str
    kinds: tuple[str, ...]
    rows: tuple[tuple[date, tuple[int | None, ...]], ...]
    colours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG picture that was kept: on a page and in a document; text, tables and programs have its hash in a row."""

    caption: tuple[Cell, ...]
    content: bytes


Picture = Chart | Calendar | Photo


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of a report. Its title stands in the catalogue under `section.<key>`, and what is to be known in order to
    read it under `section.<key>_note`, if there is anything."""

    key: str
    table: ReportTable | None = None
    pictures: Sequence[Picture] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose report it is, and when it was made."""

    station_name: str
    station_code: str
    facility: str
    province: str
    station_kind: StationKind
    period: ReportPeriod
    made_ms: int
    facility_name: str | None = None
    province_name: str | None = None
    department: str | None = None
    """To whom letters go."""
    address: str | None = None
    telephone: str | None = None
    email: str | None = None
    """The facility's, as are the two before."""

    @property
    def facility_shown(self) -> str:
        """Its name, or its abbreviation if that is all that is known."""
        return self.facility_name or self.facility

    @property
    def province_shown(self) -> str:
        return self.province_name or self.province


class ReportKind(StrEnum):
    COMPLETENESS = "completeness"
    OUTAGES = "outages"
    EXCEEDANCES = "exceedances"
    QUALITY = "quality"
    DAILY = "daily"
    MONTHLY = "monthly"
    CALIBRATIONS = "calibrations"
    CAMERAS = "cameras"
    ORDERS = "orders"
    SEALS = "seals"
    STATION = "station"


class ActKind(StrEnum):
    """What is no report that can be asked for alone: it is made with what it tells of."""

    HANDOVER = "handover"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True, slots=True)
class Signing:
    """Makes an act of a report: state and motto above it, what opens and closes it, and who signs side by side. All are
    keys of the catalogue (`act.<key>`); `fields` stand in their placeholders."""

    opening: tuple[str, ...]
    closing: tuple[str, ...]
    signatories: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """`kind` names it in the catalogue (`report.<kind>`); `facts` are what its reader wants to know first
    (`fact.<key>`). `signing`: it is printed to be signed, on pages and in documents."""

    kind: ReportKind | ActKind
    heading: Heading
    facts: tuple[tuple[str, Cell], ...]
    sections: tuple[ReportSection, ...]
    signing: Signing | None = None


def heads(*keys: str) -> tuple[Head, ...]:
    """Heads that the catalogue has words for."""
    return tuple(map(Head, keys))
