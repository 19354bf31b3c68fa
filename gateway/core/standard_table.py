"""A national technical regulation's table, or a permit's: its lines and bounds, what a site's permit chooses of it,
its coefficients, and the days on which all of it holds. `gateway.core.standards` makes limits of it.

The tables are data: those that ship in `core/data/standards/`, an integrator's own beside the configuration. A newer
regulation is a file more, not code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from gateway.core.in_words import InWords
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter

SUFFIX = "/BTNMT"
"""What stands behind a regulation's name where it is quoted in full."""

Chosen = tuple[tuple[str, tuple[str, ...]], ...]
"""For which values of which choices something holds; a choice that is not named: for all of its values."""


class StandardError(ValueError):
    """A standard that does not say what it is asked. What is wrong, and what would be right; `key`: by which of the
    words that were given, if by one."""

    def __init__(self, wrong: Phrase, right: Phrase, key: str = "") -> None:
        super().__init__(Phrase("{wrong}; {right}", wrong=wrong, right=right))
        self.wrong = wrong
        self.right = right
        self.key = key


@dataclass(frozen=True, slots=True)
class ChoiceValue:
    """One of the values of a choice, such as column B, and the days on which it may be taken."""

    name: str
    meaning: InWords | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the permit takes one value of: a column, a class by flow, a kind of source."""

    name: str
    values: tuple[ChoiceValue, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.values)


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A factor that the permit sets, in `[least, most]`; `values` are those that the regulation lists. `is_known`: the
    range is the regulation's; else it is wide enough for any, and keeps out slips such as 90 for 0.9."""

    name: str
    least: float
    most: float
    values: tuple[float, ...] = ()
    meaning: InWords | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class TableOxygen:
    """To how much oxygen, in percent by volume, concentrations are converted before they are compared."""

    percent: float
    chosen: Chosen = ()


@dataclass(frozen=True, slots=True)
class TableSource:
    """What confirms numbers of a table."""

    title: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.title} ({self.url})" if self.url else self.title


@dataclass(frozen=True, slots=True)
class TableCase:
    """Bounds in the line's unit, for what is chosen, on these days."""

    lowest: float | None
    highest: float | None
    chosen: Chosen = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TableLine:
    """What a table says of a parameter, over one averaging time; `None`: of every value. `scaled_by`: the coefficients
    that apply to it. `form`: in what it is counted (`N`, `NO2`)."""

    parameter: Parameter
    cases: tuple[TableCase, ...]
    averaging_ms: int | None = None
    scaled_by: tuple[str, ...] = ()
    form: str = ""
    name: InWords | None = None
    source: TableSource | None = None
    footnote: InWords | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """The standard that follows, for whoever does not keep to the old one, and from which day on."""

    standard: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Standard:
    """A regulation's table, or a permit's. `media`: the kinds of station that it is for; empty: any."""

    name: str
    lines: tuple[TableLine, ...]
    choices: tuple[Choice, ...] = ()
    coefficients: tuple[Coefficient, ...] = ()
    oxygen: tuple[TableOxygen, ...] = ()
    media: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    replaced_by: Replacement | None = None
    title: InWords | None = None
    edition: str = ""
    sources: tuple[TableSource, ...] = ()
    incomplete: InWords | None = None
    """What of the regulation is not here, and why."""

    @property
    def known(self) -> tuple[str, ...]:
        """The words that a limit by this standard may give: choices, then coefficients."""
        return (*(one.name for one in self.choices), *(one.name for one in self.coefficients))

    def oxygen_for(self, chosen: Mapping[str, str]) -> float | None:
        """Percent by volume; `None`: it sets none for this."""
        return next((one.percent for one in self.oxygen if is_for(one.chosen, chosen)), None)


class Standards(Protocol):
    """Where standards are found."""

    def standard(self, name: str) -> Standard:
        """The standard of this name, with or without "/BTNMT" behind it.

        Raises:
            StandardError: there is none.
        """


def is_for(needed: Chosen, chosen: Mapping[str, str]) -> bool:
    """Whether what is needed was chosen."""
    return all(chosen.get(name) in values for name, values in needed)
