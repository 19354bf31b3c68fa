"""`limit`: the site's permit, as two bounds or as a standard with what the permit chooses of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from gateway.config.days import Day
from gateway.config.file.form_error import FormError, raise_all
from gateway.config.section import Number, Section, Words, outside
from gateway.config.standards.shelf import StandardShelf
from gateway.config.suggest import did_you_mean
from gateway.config.units import Duration, within
from gateway.core import limits
from gateway.core.dated_limit import DatedLimit
from gateway.core.instants import milliseconds
from gateway.core.phrase import Phrase, in_a_row
from gateway.core.reading import Parameter
from gateway.core.standard_table import Coefficient, Standard, StandardError, Standards
from gateway.core.standards import limits_by, word_faults

_OFTEN = ("column", "kq", "kf", "kp", "kv", "k")
"""Words of the standards that ship, for whoever names one without a standard."""
MOST_LIMITS = 20
"""Of a parameter, one after the other."""


class LimitSettings(Section):
    """Bounds in the parameter's unit, for the mean over `over`, or for every slot; or a standard, with the words that
    its table has for what the permit chooses: a column, coefficients such as kq and kf. Holds from the day `from` to
    the day `until`, both included."""

    model_config = ConfigDict(extra="allow")

    min: Number | None = None
    max: Number | None = None
    over: Annotated[Duration, AfterValidator(within("10min", "24h"))] | None = None
    standard: Words | None = None
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    _by: Standard | None = PrivateAttr(default=None)

    @field_validator("max")
    @classmethod
    def _lie_above_min(cls, upper: float | None, siblings: ValidationInfo[Any]) -> float | None:
        lower = siblings.data.get("min")
        if lower is not None and upper is not None and not lower < upper:
            raise FormError(
                Phrase("{upper:g} is not above min {lower:g}", upper=upper, lower=lower),
                Phrase("write the lower bound as min, the upper as max"),
            )
        return upper

    @model_validator(mode="after")
    def _bound_something(self, around: ValidationInfo[Any]) -> LimitSettings:
        words = self.__pydantic_extra__ or {}
        if self.standard is None:
            raise_all(_without_standard(word) for word in words)
        if self.min is None and self.max is None and self.standard is None:
            raise FormError(Phrase("bounds nothing"), Phrase("write min, max or both, or a standard with its column"))
        if self.standard is not None and (self.min is not None or self.max is not None):
            raise FormError(Phrase("has bounds and a standard"), Phrase("keep one of the two"))
        if self.standard is not None and self.over is not None:
            raise FormError(
                Phrase("has over and a standard"), Phrase("remove over: the standard knows over what it is meant")
            )
        if self.since is not None and self.until is not None and self.until < self.since:
            raise FormError(
                Phrase("until {until} is before from {since}", until=self.until, since=self.since),
                Phrase("from is the first day, until the last"),
            )
        if self.standard is not None:
            self._by = _standard(self.standard, around)
            raise_all(_word_faults(words, self._by))
        return self

    @property
    def by(self) -> Standard | None:
        """The standard that it names."""
        return self._by

    @property
    def choices(self) -> Mapping[str, str]:
        """What the permit chooses of the standard, by the names of the choices."""
        return {word: str(value) for word, value in self._words.items() if not isinstance(value, (int, float))}

    @property
    def coefficients(self) -> Mapping[str, float]:
        return {word: float(value) for word, value in self._words.items() if isinstance(value, (int, float))}

    @property
    def unusual(self) -> tuple[tuple[Coefficient, float], ...]:
        """Coefficients that lie in the standard's range and are none of those that it lists."""
        known = () if self._by is None else self._by.coefficients
        given = self.coefficients
        return tuple(
            (one, given[one.name])
            for one in known
            if one.name in given and one.values and given[one.name] not in one.values
        )

    def bounds(self, parameter: Parameter) -> tuple[DatedLimit, ...]:
        """What it means for a parameter, by the regulation's symbol: one for each time over which a mean is limited,
        and for each stretch of days.

        Raises:
            FormError: the standard does not say it, or not for these days.
        """
        if self._by is None:
            limit = limits.Limit(self.min, self.max, None if self.over is None else milliseconds(self.over))
            return (DatedLimit(limit, self.since, self.until),)
        try:
            found = limits_by(self._by, parameter, self.choices, self.coefficients)
        except StandardError as error:
            raise FormError(error.wrong, error.right, error.key if error.key in self._words else "") from None
        held = tuple(held for one in found if (held := one.within(self.since, self.until)) is not None)
        if not held:
            raise FormError(
                Phrase("{name} limits {symbol} on none of these days", name=self._by.name, symbol=parameter.symbol),
                _days(found),
            )
        return held

    @property
    def _words(self) -> Mapping[str, Any]:
        return self.__pydantic_extra__ or {}


def _standard(name: str, around: ValidationInfo[Any]) -> Standard:
    known = outside(around)
    shelf: Standards = StandardShelf() if known is None else known.standards
    try:
        return shelf.standard(name)
    except StandardError as error:
        raise FormError(error.wrong, error.right) from None


def _without_standard(word: str) -> FormError:
    if word in _OFTEN:
        right = Phrase('name it, such as standard: "QCVN 40:2011"')
        return FormError(Phrase("stands without a standard"), right, word)
    return FormError(Phrase("is an unknown key"), _known(word, ()), word)


def _word_faults(words: Mapping[str, object], by: Standard) -> Iterator[FormError]:
    choices: dict[str, str] = {}
    coefficients: dict[str, float] = {}
    names = {one.name for one in by.choices}
    for word, value in words.items():
        if word not in by.known and word not in _OFTEN:
            yield FormError(Phrase("is an unknown key"), _known(word, by.known), word)
        elif word in names or (word == "column" and word not in by.known):
            if isinstance(value, str):
                choices[word] = value
            else:
                yield FormError(Phrase("is not text"), Phrase("put it in quotes if it looks like a number"), word)
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            yield FormError(Phrase("is not a number"), Phrase("write it without quotes, with a decimal point"), word)
        else:
            coefficients[word] = float(value)
    for fault in word_faults(by, choices, coefficients):
        yield FormError(fault.wrong, fault.right, fault.key)


def _known(word: str, words: tuple[str, ...]) -> Phrase:
    known = (*words, *(field.alias or name for name, field in LimitSettings.model_fields.items()))
    return did_you_mean(word, known) or Phrase("known here: {known}", known=", ".join(known))


def _days(found: tuple[DatedLimit, ...]) -> Phrase:
    first = min((one.since for one in found if one.since is not None), default=None)
    last = max((one.until for one in found if one.until is not None), default=None)
    parts = [Phrase("from {first}", first=first)] if first is not None else []
    parts += [Phrase("until {last}", last=last)] if last is not None else []
    return Phrase("it does {parts}: write from and until to suit, or remove them", parts=in_a_row(parts, " "))


def _several(value: object) -> object:
    """One, or a list of them, one after the other."""
    if isinstance(value, (list, tuple)):
        if not 1 <= len(value) <= MOST_LIMITS:
            raise FormError(
                Phrase("has {value} entries", value=len(value)),
                Phrase("write one limit, or up to {most_limits} that follow another", most_limits=MOST_LIMITS),
            )
        return value
    return [value]


def _follow_one_another(entries: tuple[LimitSettings, ...]) -> tuple[LimitSettings, ...]:
    for (_, one), (number, other) in combinations(enumerate(entries, 1), 2):
        if one.standard is None and other.standard is None and one.over != other.over:
            continue  # bounds for every slot and for a mean stand side by side
        first = max((day for day in (one.since, other.since) if day is not None), default=None)
        last = min((day for day in (one.until, other.until) if day is not None), default=None)
        if first is None or last is None or first <= last:
            raise FormError(
                Phrase("entry {number} holds on days on which one before it does", number=number),
                Phrase(
                    "limits follow one another: give the former its last day with until, the latter its first with from"
                ),
            )
    return entries


def _one_or_list(entries: tuple[LimitSettings, ...]) -> Any:
    shown = [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in entries]
    return shown[0] if len(shown) == 1 else shown


Limits = Annotated[
    tuple[LimitSettings, ...],
    BeforeValidator(_several),
    AfterValidator(_follow_one_another),
    PlainSerializer(_one_or_list),
]


class Levels(Section):
    """Where the receiver's three alarm levels begin, in percent of the way to the limit."""

    tendency: Number = 80.0
    preparing: Number = 90.0
    exceeded: Number = 100.0

    @model_validator(mode="after")
    def _rise(self) -> Levels:
        _ = self.fractions
        return self

    @property
    def fractions(self) -> limits.LevelFractions:
        try:
            return limits.LevelFractions(self.tendency / 100, self.preparing / 100, self.exceeded / 100)
        except ValueError:
            raise FormError(
                Phrase("do not rise up to 100"), Phrase("write tendency: 80, preparing: 90, exceeded: 100")
            ) from None
