"""What only a whole table can tell: names that nothing bears, cases that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations

from gateway.config.file.location import LocatedProblem, Location
from gateway.config.standards.symbol_faults import symbol_faults
from gateway.config.standards.table import CaseRow, LineRow, OfChoices, StandardTable
from gateway.config.suggest import did_you_mean, listed
from gateway.core.phrase import Phrase

_TAKEN = frozenset({"standard", "min", "max", "over", "from", "until", "percent"})
"""What `limit` itself says in a configuration, and a reference oxygen in a table."""


def table_faults(table: StandardTable) -> Iterator[LocatedProblem]:
    yield from _names_taken(table)
    for index, oxygen in enumerate(table.oxygen):
        yield from _chosen_faults(("oxygen", index), oxygen, table)
    for index, line in enumerate(table.limits):
        at = ("limits", index)
        for position, case in enumerate(line.cases):
            yield from _case_faults((*at, "cases", position), case, table)
        yield from symbol_faults(at, line)
        yield from _reference_faults(at, line, table)
        yield from _cases_that_meet(at, line)


def _names_taken(table: StandardTable) -> Iterator[LocatedProblem]:
    for section, names in (("choices", table.choices), ("coefficients", table.coefficients)):
        for name in names:
            if name in _TAKEN:
                yield (
                    (section, name),
                    Phrase("{name} is a key of its own in limits", name=name),
                    Phrase("give it another name"),
                )
            if section == "coefficients" and name in table.choices:
                yield (section, name), Phrase("is the name of a choice, too"), Phrase("give one of them another name")
    for name, values in table.choices.items():
        if not values:
            yield ("choices", name), Phrase("has no values"), Phrase("add one at least")


def _case_faults(at: Location, case: CaseRow, table: StandardTable) -> Iterator[LocatedProblem]:
    if case.min is None and case.max is None:
        yield at, Phrase("bounds nothing"), Phrase("write min, max or both; a case without a limit is left out")
    if case.min is not None and case.max is not None and not case.min < case.max:
        yield (
            (*at, "max"),
            Phrase("{max:g} is not above min {min:g}", max=case.max, min=case.min),
            Phrase("write the lower bound as min"),
        )
    yield from _chosen_faults(at, case, table)


def _chosen_faults(at: Location, row: OfChoices, table: StandardTable) -> Iterator[LocatedProblem]:
    for name, given in (row.__pydantic_extra__ or {}).items():
        if name not in table.choices:
            known = (*table.choices, *(field.alias or key for key, field in type(row).model_fields.items()))
            right = did_you_mean(name, known) or Phrase("known here: {known}", known=", ".join(known))
            yield (*at, name), Phrase("is an unknown key"), right
            continue
        values = given if isinstance(given, list) else [given]
        for value in values or [None]:
            if not isinstance(value, str):
                yield (
                    (*at, name),
                    Phrase("is not the name of a value"),
                    Phrase("write it as text, in quotes if it looks like a number"),
                )
            elif value not in table.choices[name]:
                known = tuple(table.choices[name])
                right = did_you_mean(value, known) or Phrase("write {known}", known=listed(known, "or"))
                yield (*at, name), Phrase("{value!r} is none of its values", value=value), right


def _reference_faults(at: Location, line: LineRow, table: StandardTable) -> Iterator[LocatedProblem]:
    asked: tuple[tuple[str, str | None, Mapping[str, object]], ...] = (
        ("source", line.source, table.sources),
        ("footnote", line.footnote, table.footnotes),
    )
    for key, name, known in asked:
        if name is not None and name not in known:
            section = f"{key}s"
            yield (
                (*at, key),
                Phrase("{name!r} is not below {section}", name=name, section=section),
                did_you_mean(name, known) or Phrase("add it to {section}", section=section),
            )
    for name in line.coefficients or ():
        if name not in table.coefficients:
            right = did_you_mean(name, table.coefficients) or Phrase("add it to coefficients")
            yield (*at, "coefficients"), Phrase("{name!r} is not below coefficients", name=name), right
    if line.min is not None and line.max is not None and not line.min < line.max:
        yield (
            (*at, "max"),
            Phrase("{max:g} is not above min {min:g}", max=line.max, min=line.min),
            Phrase("write the lower bound as min"),
        )


def _cases_that_meet(at: Location, line: LineRow) -> Iterator[LocatedProblem]:
    for (first, one), (second, other) in combinations(enumerate(line.cases), 2):
        if _can_be_chosen_together(one, other) and _have_a_day_together(one, other):
            yield (
                (*at, "cases", second),
                Phrase("holds for what case {first} holds for, too", first=first + 1),
                Phrase("say for which choices or days each is: from is the first day, until the last"),
            )
            return


def _can_be_chosen_together(one: CaseRow, other: CaseRow) -> bool:
    theirs = dict(other.chosen)
    return all(name not in theirs or set(map(str, values)) & set(map(str, theirs[name])) for name, values in one.chosen)


def _have_a_day_together(one: CaseRow, other: CaseRow) -> bool:
    first = max(one.since or date.min, other.since or date.min)
    return first <= min(one.until or date.max, other.until or date.max)
