"""A parameter's limit: by a regulation's table that is for such a station, by the permit's numbers, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from gateway.config.file.location import Location
from gateway.config.interview.content import value_at
from gateway.config.interview.question import AnswerForm, Asking, InitQuestion, Put
from gateway.core.standard_table import Standard

NO_LIMIT, NUMBERS = "none", "numbers"


@dataclass(slots=True)
class Limiting:
    """What is the same for all parameters of a station: the tables, and what its permit was last said to take of them,
    which is proposed for the next one."""

    standards: tuple[Standard, ...]
    last: str = NO_LIMIT
    chosen: dict[tuple[str, str], object] = field(default_factory=dict)

    def ask(self, given: object, at: Location, symbol: str, unit: str) -> Asking[None]:
        """Of the parameter at this place."""
        if value_at(given, (*at, "limit")) is not None:
            return
        fitting = {one.name: one for one in self.standards if any(_is_about(one, symbol, unit))}
        choices = (NO_LIMIT, NUMBERS, *fitting)
        proposed = self.last if self.last in choices else NO_LIMIT
        taken = yield InitQuestion(
            "limit",
            (*at, "limit", "by"),
            AnswerForm.CHOICE,
            proposed,
            choices,
            is_kept=False,
            fields={"symbol": symbol},
            meanings={one.name: one.title for one in fitting.values() if one.title is not None},
        )
        if not isinstance(taken, str) or taken not in choices:
            return
        self.last = taken
        if taken == NUMBERS:
            lowest = yield InitQuestion("limit_min", (*at, "limit", "min"), AnswerForm.NUMBER, optional=True)
            yield InitQuestion("limit_max", (*at, "limit", "max"), AnswerForm.NUMBER, optional=lowest is not None)
        elif taken in fitting:
            yield from self._ask_words(fitting[taken], (*at, "limit"), symbol, unit)

    def _ask_words(self, standard: Standard, at: Location, symbol: str, unit: str) -> Asking[None]:
        """Columns, classes and coefficients, as far as the numbers of this parameter depend on them."""
        yield Put((*at, "standard"), standard.name)
        lines = [line for line in standard.lines if (line.parameter.symbol, line.parameter.unit) == (symbol, unit)]
        cases = [case for line in lines for case in line.cases]
        for choice in standard.choices:
            needed = {
                value for case in cases for name, values in case.chosen if name == choice.name for value in values
            }
            names = tuple(name for name in choice.names if name in needed)
            if not names:
                continue
            before = self.chosen.get((standard.name, choice.name))
            answer = yield InitQuestion(
                "limit_choice",
                (*at, choice.name),
                AnswerForm.CHOICE,
                before if before in names else None,
                names,
                fields={"name": choice.name, "standard": standard.name},
                meanings={one.name: one.meaning for one in choice.values if one.meaning is not None},
            )
            self.chosen[standard.name, choice.name] = answer
            cases = [
                one for one in cases if all(answer in values for name, values in one.chosen if name == choice.name)
            ]
        scaled = {name for line in lines for name in line.scaled_by}
        for factor in (one for one in standard.coefficients if one.name in scaled):
            key = standard.name, factor.name
            default = self.chosen.get(key, 1)
            fields: dict[str, str | int] = {"name": factor.name, "standard": standard.name}
            answer = yield InitQuestion("limit_factor", (*at, factor.name), AnswerForm.NUMBER, default, fields=fields)
            self.chosen[key] = answer


def standards_for(standards: Iterable[Standard], kind: str | None, today: date) -> Iterator[Standard]:
    """Those for such a station that have not ended."""
    for one in standards:
        is_for_it = not one.media or kind is None or kind in one.media
        if is_for_it and (one.until is None or one.until >= today):
            yield one


def _is_about(standard: Standard, symbol: str, unit: str) -> Iterator[bool]:
    return ((line.parameter.symbol, line.parameter.unit) == (symbol, unit) for line in standard.lines)
