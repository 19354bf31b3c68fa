"""A standard's table as its file has it, and as everything else sees it.

The form is that of the files in `core/data/standards/`; `docs/add-a-standard.md` shows a permit turned into one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from gateway.config.days import Day
from gateway.config.file.form_error import FormError
from gateway.config.section import Flag, Number, Section, Token, Words
from gateway.config.station import StationKind
from gateway.config.units import parse_duration
from gateway.core.dated_limit import YEAR_MS
from gateway.core.in_words import InWords
from gateway.core.instants import HOUR_MS, milliseconds
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter
from gateway.core.standard_table import (
    SUFFIX,
    Choice,
    ChoiceValue,
    Chosen,
    Coefficient,
    Replacement,
    Standard,
    TableCase,
    TableLine,
    TableOxygen,
    TableSource,
)

_YEAR = "1y"
_PLAUSIBLE = (0.1, 2.0)
"""No coefficient of these regulations comes near either end; 90 for 0.9 lies far outside."""
_FACTORS = (0.001, 1000.0)
_GREATEST = 1e12
"""No concentration, count or activity comes near; times a coefficient it is still a number."""
_LONGEST_MS = 24 * HOUR_MS


def _averaging(value: object) -> timedelta:
    """`1h` … `24h`, or `1y`."""
    if value == _YEAR:
        return timedelta(milliseconds=YEAR_MS)
    length = parse_duration(value)
    if not HOUR_MS <= milliseconds(length) <= _LONGEST_MS:
        raise FormError(
            Phrase("is no time over which a standard averages"), Phrase("write 1h to 24h, or {year}", year=_YEAR)
        )
    return length


def _factor(value: float) -> float:
    least, most = _FACTORS
    if not least <= value <= most:
        raise FormError(
            Phrase("{value:g} is no coefficient", value=value),
            Phrase("write a number of {least:g} to {most:g}", least=least, most=most),
        )
    return value


def _bound(value: float) -> float:
    if abs(value) > _GREATEST:
        raise FormError(
            Phrase("{value:g} is no limit", value=value),
            Phrase("write a number up to {greatest:g}, in a unit to suit", greatest=_GREATEST),
        )
    return value


Averaging = Annotated[timedelta, BeforeValidator(_averaging)]
Factor = Annotated[Number, AfterValidator(_factor)]
Bound = Annotated[Number, AfterValidator(_bound)]


class WordsRow(Section):
    vi: Words = Field(description=Phrase("what it means, in Vietnamese"))
    en: Words = Field(description=Phrase("what it means, in English"))

    @property
    def words(self) -> InWords:
        return InWords(self.vi, self.en)


class DaysRow(Section):
    """From the first to the last day, both included."""

    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _come_in_order(self) -> DaysRow:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise FormError(
                Phrase("until {until} is before from {since}", until=self.until, since=self.since),
                Phrase("from is the first day, until the last"),
            )
        return self


class ChoiceRow(DaysRow):
    vi: Words | None = None
    en: Words | None = None

    @property
    def words(self) -> InWords | None:
        known = self.vi or self.en
        return None if known is None else InWords(self.vi or known, self.en or known)


class CoefficientRow(Section):
    """Where no range is said, one that is wide enough for any."""

    values: tuple[Factor, ...] = ()
    least: Factor | None = None
    most: Factor | None = None
    vi: Words | None = None
    en: Words | None = None

    @model_validator(mode="after")
    def _have_a_range(self) -> CoefficientRow:
        if (self.least is None) != (self.most is None):
            raise FormError(Phrase("has one end of a range"), Phrase("write least and most, or values: [0.9, 1, 1.1]"))
        if self.least is not None and self.most is not None and self.most < self.least:
            raise FormError(
                Phrase("most {most:g} is below least {least:g}", most=self.most, least=self.least),
                Phrase("write the lower one as least"),
            )
        return self

    def coefficient(self, name: str) -> Coefficient:
        known = self.vi or self.en
        meaning = None if known is None else InWords(self.vi or known, self.en or known)
        is_known = bool(self.values) or self.least is not None
        least = min(self.values, default=_PLAUSIBLE[0]) if self.least is None else self.least
        most = max(self.values, default=_PLAUSIBLE[1]) if self.most is None else self.most
        return Coefficient(name, least, most, self.values, meaning, is_known)


class ReplacementRow(Section):
    standard: Words = Field(description=Phrase("the name of the standard that follows"))
    since: Day | None = Field(default=None, alias="from")


class SourceRow(Section):
    """What confirms the numbers: a text that was read on a day, and what of it was."""

    title: Words = Field(description=Phrase("the text that says so"))
    url: Token | None = None
    read: Day | None = None
    covers: Words | None = None

    @property
    def source(self) -> TableSource:
        return TableSource(self.title, self.url or "")


class OfChoices(Section):
    """Has the names of choices beside its own keys: `{column: A, max: 75}`."""

    model_config = ConfigDict(extra="allow")

    @property
    def chosen(self) -> Chosen:
        """Of a table without faults (`gateway.config.standards.table_faults`)."""
        given: Mapping[str, Any] = self.__pydantic_extra__ or {}
        return tuple(
            (name, tuple(value) if isinstance(value, (list, tuple)) else (value,)) for name, value in given.items()
        )


class OxygenRow(OfChoices):
    percent: Annotated[Number, Field(ge=0, lt=20.9)] = Field(
        description=Phrase("the reference oxygen, in percent by volume")
    )

    @property
    def oxygen(self) -> TableOxygen:
        return TableOxygen(self.percent, self.chosen)


class CaseRow(OfChoices, DaysRow):
    model_config = ConfigDict(extra="allow")  # of the two bases, the last would forbid

    min: Bound | None = None
    max: Bound | None = None

    @property
    def case(self) -> TableCase:
        return TableCase(self.min, self.max, self.chosen, self.since, self.until)


class LineRow(DaysRow):
    """One parameter over one averaging time; bounds for whatever is chosen, or case by case."""

    symbol: Token = Field(description=Phrase("the symbol, such as COD"))
    unit: Token = Field(description=Phrase('the unit, such as mg/L; "-" for none'))
    name: WordsRow | None = None
    over: Averaging | None = None
    min: Bound | None = None
    max: Bound | None = None
    cases: tuple[CaseRow, ...] = ()
    scaled: Flag = True
    coefficients: tuple[Token, ...] | None = None
    counted_as: Token | None = Field(default=None, alias="as")
    source: Token | None = None
    footnote: Token | None = None

    @model_validator(mode="after")
    def _bound_something(self) -> LineRow:
        is_bound = self.min is not None or self.max is not None
        if is_bound and self.cases:
            raise FormError(
                Phrase("has bounds and cases"), Phrase("keep one of the two: cases are for what depends on a choice")
            )
        if not is_bound and not self.cases:
            raise FormError(Phrase("bounds nothing"), Phrase("write min, max or both, or cases"))
        if not self.scaled and self.coefficients is not None:
            raise FormError(
                Phrase("has coefficients that do not apply"), Phrase("remove scaled: false, or the coefficients")
            )
        return self

    def line(self, table: StandardTable) -> TableLine:
        known = tuple(table.coefficients)
        scaled_by = self.coefficients if self.coefficients is not None else known if self.scaled else ()
        cases = [one.case for one in self.cases] or [TableCase(self.min, self.max)]
        source = self.source if self.source is not None else next(iter(table.sources), None)
        return TableLine(
            Parameter(self.symbol, self.unit),
            tuple(_within(case, self) for case in cases),
            None if self.over is None else milliseconds(self.over),
            scaled_by,
            self.counted_as or "",
            None if self.name is None else self.name.words,
            None if source is None else table.sources[source].source,
            None if self.footnote is None else table.footnotes[self.footnote].words,
        )


class StandardTable(DaysRow):
    """The whole file."""

    name: Words = Field(description=Phrase("the standard's name, such as QCVN 40:2011, or the permit's number"))
    title: WordsRow | None = None
    edition: Words | None = None
    media: tuple[StationKind, ...] = ()
    replaced_by: ReplacementRow | None = None
    choices: Mapping[Token, Mapping[Token, ChoiceRow | None]] = {}
    coefficients: Mapping[Token, CoefficientRow] = {}
    oxygen: tuple[OxygenRow, ...] = ()
    sources: Mapping[Token, SourceRow] = {}
    footnotes: Mapping[Token, WordsRow] = {}
    incomplete: WordsRow | None = None
    limits: tuple[LineRow, ...] = Field(description=Phrase("the list of its limits"))

    @model_validator(mode="after")
    def _limit_something(self) -> StandardTable:
        if not self.limits and self.incomplete is None:
            raise FormError(Phrase("is empty"), Phrase("add at least one limit"), "limits")
        return self

    @property
    def standard(self) -> Standard:
        """Of a table without faults."""
        return Standard(
            self.name.removesuffix(SUFFIX),
            tuple(one.line(self) for one in self.limits),
            tuple(Choice(name, tuple(_values(values))) for name, values in self.choices.items()),
            tuple(one.coefficient(name) for name, one in self.coefficients.items()),
            tuple(one.oxygen for one in self.oxygen),
            tuple(self.media),
            self.since,
            self.until,
            None if self.replaced_by is None else Replacement(self.replaced_by.standard, self.replaced_by.since),
            None if self.title is None else self.title.words,
            self.edition or "",
            tuple(one.source for one in self.sources.values()),
            None if self.incomplete is None else self.incomplete.words,
        )


def _values(rows: Mapping[str, ChoiceRow | None]) -> Iterator[ChoiceValue]:
    for name, row in rows.items():
        yield ChoiceValue(name) if row is None else ChoiceValue(name, row.words, row.since, row.until)


def _within(case: TableCase, line: LineRow) -> TableCase:
    """The case on the days of its line."""
    since = max((day for day in (case.since, line.since) if day is not None), default=None)
    until = min((day for day in (case.until, line.until) if day is not None), default=None)
    return TableCase(case.lowest, case.highest, case.chosen, since, until)
