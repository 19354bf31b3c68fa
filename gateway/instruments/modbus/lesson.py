"""What was learned of a device ⇄ text to keep, and words for people. Pure."""

from __future__ import annotations

import json
from typing import Any

from gateway.config import Table
from gateway.core.phrase import Phrase
from gateway.instruments.modbus.device_learning import Lesson, Longest
from gateway.instruments.register_plan import WIDEST_BITS, Hole, Span


def to_text(lesson: Lesson) -> str:
    longest = {
        kind: [one.count, one.table.value, one.address]
        for kind, one in (("registers", lesson.registers), ("bits", lesson.bits))
        if one is not None
    }
    holes = [[hole.table.value, hole.first, hole.end] for hole in sorted(lesson.holes)]
    alone = [[span.table.value, span.address, span.width] for span in sorted(lesson.alone)]
    return json.dumps(longest | {"holes": holes, "alone": alone})


def from_text(text: str) -> Lesson:
    """Raises ValueError: it is damaged, or was written by another gateway."""
    try:
        known = json.loads(text)
        return Lesson(
            _longest(known.get("registers")),
            _longest(known.get("bits")),
            frozenset(Hole(Table(table), int(first), int(end)) for table, first, end in known["holes"]),
            frozenset(Span(Table(table), int(first), int(width)) for table, first, width in known["alone"]),
        )
    except (LookupError, TypeError, AttributeError, ValueError) as damage:
        raise ValueError(f"no lesson: {text[:80]}") from damage


def words_of(lesson: Lesson) -> tuple[str, ...]:
    """A line for each thing that it cannot do."""
    lines = []
    for longest, what in ((lesson.registers, "registers"), (lesson.bits, "bits")):
        if longest is not None:
            lines.append(Phrase("answers at most {count} {what} at once", count=longest.count, what=what))
    if lesson.holes:
        lines.append(Phrase("does not answer over {map}", map=", ".join(map(_hole, sorted(lesson.holes)))))
    if lesson.alone:
        lines.append(Phrase("{map} asked for alone", map=", ".join(map(_span, sorted(lesson.alone)))))
    return tuple(lines)


def _longest(known: Any) -> Longest | None:
    if known is None:
        return None
    count, table, address = known
    if not 1 <= int(count) <= WIDEST_BITS:
        raise ValueError(f"no length: {count}")
    return Longest(int(count), Table(table), int(address))


def _hole(hole: Hole) -> str:
    last = "" if hole.end - hole.first == 1 else f"-{hole.end - 1}"
    return f"{hole.table}:{hole.first}{last}"


def _span(span: Span) -> str:
    return _hole(Hole(span.table, span.address, span.end))
