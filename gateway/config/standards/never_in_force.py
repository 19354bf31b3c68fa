"""What of a table can never take effect: days on which nothing of it holds, notes and words that no limit uses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from gateway.config.file.location import LocatedProblem, Location
from gateway.config.standards.table import DaysRow, LineRow, StandardTable
from gateway.core.phrase import Phrase


def never_in_force(table: StandardTable) -> Iterator[LocatedProblem]:
    """Of a table that is sound but for this."""
    for name, values in table.choices.items():
        for value, row in values.items():
            if row is not None:
                yield from _days_apart(("choices", name, value), row, (Phrase("the table"), table))
    for index, line in enumerate(table.limits):
        yield from _days_apart(("limits", index), line, (Phrase("the table"), table))
        for position, case in enumerate(line.cases):
            at = ("limits", index, "cases", position)
            yield from _days_apart(at, case, (Phrase("the table"), table), (Phrase("the limit"), line))
    yield from _lines_that_meet(table)
    yield from _not_used(table)


def _days_apart(at: Location, row: DaysRow, *around: tuple[str, DaysRow]) -> Iterator[LocatedProblem]:
    if row.since is None and row.until is None:
        return
    for name, outer in around:
        if not _have_a_day_together(row, outer):
            key = "until" if row.until is not None and outer.since is not None and row.until < outer.since else "from"
            wrong = Phrase("holds on no day on which {name} does", name=name)
            yield (
                (*at, key),
                wrong,
                Phrase("{name} holds {outer}: write days within, or remove it", name=name, outer=_shown(outer)),
            )


def _lines_that_meet(table: StandardTable) -> Iterator[LocatedProblem]:
    """Two lines of one parameter over one time: each would be a limit of its own."""
    for (first, one), (second, other) in combinations(enumerate(table.limits), 2):
        if _alike(one, other) and _have_a_day_together(one, other):
            right = Phrase("keep one of the two, with cases; or say by from and until on which days each holds")
            yield (
                ("limits", second),
                Phrase("holds on days on which entry {first} does, of the same", first=first + 1),
                right,
            )


def _alike(one: LineRow, other: LineRow) -> bool:
    return (one.symbol, one.unit, one.over) == (other.symbol, other.unit, other.over)


def _not_used(table: StandardTable) -> Iterator[LocatedProblem]:
    """Whoever says what of the regulation is not here may have what belongs to it."""
    noted = {line.footnote for line in table.limits}
    for name in table.footnotes:
        if name not in noted:
            yield (
                ("footnotes", name),
                Phrase("is no limit's footnote"),
                Phrase("write footnote: {name} at a limit, or remove it", name=name),
            )
    if table.incomplete is not None:
        return
    scaled = {name for line in table.limits for name in _scaled_by(table, line)}
    for name in table.coefficients:
        if name not in scaled:
            yield (
                ("coefficients", name),
                Phrase("applies to no limit"),
                Phrase("remove it, or scaled: false at the limits"),
            )
    rows = [*table.oxygen, *(case for line in table.limits for case in line.cases)]
    asked = {name for row in rows for name, _ in row.chosen}
    for name, values in table.choices.items():
        has_days = any(row is not None and (row.since or row.until) for row in values.values())
        if name not in asked and not has_days:
            yield (
                ("choices", name),
                Phrase("is a choice on which nothing depends"),
                Phrase("write {name}: … in cases, or remove it", name=name),
            )


def _scaled_by(table: StandardTable, line: LineRow) -> tuple[str, ...]:
    if line.coefficients is not None:
        return line.coefficients
    return tuple(table.coefficients) if line.scaled else ()


def _have_a_day_together(one: DaysRow, other: DaysRow) -> bool:
    first = max(one.since or date.min, other.since or date.min)
    return first <= min(one.until or date.max, other.until or date.max)


def _shown(row: DaysRow) -> str:
    parts = [Phrase("from {since}", since=row.since)] if row.since is not None else []
    return " ".join([*parts, *([Phrase("until {until}", until=row.until)] if row.until is not None else [])])
