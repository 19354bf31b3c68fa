"""Whether a database is older than the world: an anchor outside of it says how far it had come, and the marks of an
older one have not come so far.

Pure. The anchor is kept by `gateway.db.anchor`, what follows is done by `gateway.audit.rollback`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.core.instants import DAY_MS, utc_text
from gateway.core.journal_entry import JournalHead
from gateway.core.phrase import Phrase

MOST_ENDS = 4
MOST_LENGTHS = 8


@dataclass(frozen=True, slots=True)
class Marks:
    """The newest row's number of each kind; 0: there is none. They only grow, unless retention empties a table."""

    run_id: int = 0
    record_id: int = 0
    file_id: int = 0
    block_id: int = 0


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far the database had come when this was written.

    `closed`: by the length of slots in milliseconds, the end of the newest closed one; not only the newest, for the
    clock may have been years ahead for a while: of each stretch of slots its last end, the newest stretch last.
    `delivered`: deliveries that had arrived, the newest of each destination. `trusted_ms`: the newest time that anybody
    vouched for; `None`: nobody has.
    """

    marks: Marks = Marks()
    closed: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    delivered: tuple[int, ...] = ()
    trusted_ms: int | None = None
    journal: JournalHead | None = None
    """The newest entry of the journal; `None`: there was none."""


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What the database says to an anchor: its own marks, and what it does not know of what the anchor names."""

    marks: Marks
    unknown_slots: tuple[tuple[int, int], ...] = ()
    """`(length_ms, end_ms)` of slots without a record."""
    undelivered: tuple[int, ...] = ()
    """Deliveries that have not arrived."""
    newest_entry: int = 0
    """Of the journal, its number; 0: it is empty."""


def older_in(anchor: Anchor, state: DatabaseState) -> tuple[str, ...]:
    """In which of its marks the database is older than the anchor, in words; empty: in none."""
    if state.marks == Marks() != anchor.marks:
        return (Phrase("it is new and empty"),)
    found = [
        Phrase("the newest {what} is number {now}, it was {then}", what=what, now=now, then=then)
        for what, now, then in (
            ("run", state.marks.run_id, anchor.marks.run_id),
            ("record", state.marks.record_id, anchor.marks.record_id),
            ("file", state.marks.file_id, anchor.marks.file_id),
            ("block of readings", state.marks.block_id, anchor.marks.block_id),
        )
        if now < then
    ]
    found += [
        Phrase(
            "the slot of {length_s} s that ended {end} was closed and has no record",
            length_s=length_ms // 1000,
            end=_utc(end_ms),
        )
        for length_ms, end_ms in state.unknown_slots
    ]
    if state.undelivered:
        found.append(Phrase("{count} deliveries had arrived that are unknown", count=len(state.undelivered)))
    if anchor.journal is not None and state.newest_entry < anchor.journal.seq:
        alone = "" if found else Phrase(", and nothing else is older, as if it had been cut off by hand")
        found.append(
            Phrase(
                "the journal's newest entry is number {now}, it was {then}{alone}",
                now=state.newest_entry,
                then=anchor.journal.seq,
                alone=alone,
            )
        )
    return tuple(found)


def with_end(ends: tuple[int, ...], end_ms: int) -> tuple[int, ...]:
    """The ends of closed slots with one more.

    One that follows within a day replaces the last, anything else begins another stretch: what was closed before a
    clock ran ahead is still known when it is right again.
    """
    if ends and 0 <= end_ms - ends[-1] <= DAY_MS:
        return (*ends[:-1], end_ms)
    return (*ends, end_ms)[-MOST_ENDS:]


def with_slots(
    closed: Mapping[int, tuple[int, ...]], slots: Iterable[tuple[int, int]]
) -> Mapping[int, tuple[int, ...]]:
    """The same of several slots, `(length_ms, end_ms)`, in the order in which they were closed."""
    found = dict(closed)
    for length_ms, end_ms in slots:
        found[length_ms] = with_end(found.pop(length_ms, ()), end_ms)  # the newest length last
    return dict(list(found.items())[-MOST_LENGTHS:])


def closed_until(ends: Iterable[int], now_ms: int) -> int | None:
    """The end up to which no slot is closed anew: the latest that the clock has reached; `None`: none is."""
    return max((end_ms for end_ms in ends if end_ms <= now_ms), default=None)


def _utc(at_ms: int) -> str:
    try:
        return utc_text(at_ms)
    except OverflowError:
        return f"{at_ms} ms after 1970"
