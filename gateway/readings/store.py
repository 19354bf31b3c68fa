"""Packed readings in the database: written in one transaction per commit, read back by time."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter, Reading, Sample, Status, TimedReading
from gateway.core.record import Aggregation
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.readings.columns import column_to_json, columns_from_json
from gateway.readings.layouts import keep_layout
from gateway.readings.open_slots import open_slot
from gateway.readings.packing import Row, pack, unpack

_log = logging.getLogger(__name__)

PORTION = 500
"""Blocks fetched at a time: sixty days are read in the memory of an hour."""
BEFORE_PORTION = 50
LONGEST_LOOK_BACK_MS = 7 * DAY_MS
"""For the last reading before a slot. A device that was away for longer is met anew."""


NO_BOUND_MS = -(1 << 60)


@dataclass(frozen=True, slots=True)
class Layout:
    """Whose readings a block holds, how often they are taken, in which order they stand, and how they become one value:
    the slot that they lie in is closed by what was configured when they were taken. `aggregations`: `None`, or nothing
    at all, for what suits the unit."""

    instrument: str
    period_ms: int
    parameters: tuple[Parameter, ...]
    aggregations: tuple[Aggregation | None, ...] = ()

    def __hash__(self) -> int:
        """By what tells almost all apart: layouts are looked up at every commit, and may have a hundred columns."""
        return hash((self.instrument, self.period_ms))

    def aggregation(self, column: int) -> Aggregation | None:
        return self.aggregations[column] if self.aggregations else None

    def column(self, parameter: Parameter, aggregation: Aggregation | None) -> int | None:
        """Where the parameter stands, if its values become one in this way."""
        for column, one in enumerate(self.parameters):
            if one == parameter and self.aggregation(column) == aggregation:
                return column
        return None

    def to_json(self) -> str:
        columns = [column_to_json(one, self.aggregation(column)) for column, one in enumerate(self.parameters)]
        return json.dumps(
            {"instrument": self.instrument, "period_ms": self.period_ms, "parameters": columns}, ensure_ascii=False
        )

    @staticmethod
    def from_json(definition: str) -> Layout:
        """Raises ValueError: it is damaged."""
        content = json.loads(definition)
        try:
            parameters, aggregations = columns_from_json(content["parameters"])
            return Layout(content["instrument"], content["period_ms"], parameters, aggregations)
        except (LookupError, TypeError, AttributeError) as damage:
            raise ValueError(Phrase("a damaged layout: {definition}", definition=definition[:80])) from damage


@dataclass(frozen=True, slots=True)
class Block:
    """Samples of one layout that lie in one slot, oldest commit first."""

    layout: Layout
    slot: Slot
    rows: tuple[Row, ...]


class ReadingStore:
    """All access to raw readings."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._layout_ids: dict[Layout, int] = {}
        self._layouts: dict[int, Layout | None] = {}

    def add(self, blocks: list[Block], now_ms: int = 0) -> int:
        """Keep the blocks and open their slots, durably when this returns. Returns how many blocks came too late for
        their slot: they are kept and flagged, and change no record. The clock shows `now_ms`, or no less than the
        newest reading."""
        try:
            with self._database.write() as connection:
                return sum([self.add_one(connection, block, now_ms) for block in blocks])
        except BaseException:
            self.forget_layouts()
            raise

    def forget_layouts(self) -> None:
        """A transaction was rolled back: what it kept may not be there."""
        self._layout_ids.clear()

    def add_one(self, connection: sqlite3.Connection, block: Block, now_ms: int = 0) -> bool:
        """The same as part of a transaction. Returns whether it came too late; `forget_layouts` if that fails."""
        newest_ms = max(row.at_ms for row in block.rows)
        late = not open_slot(connection, block.slot, max(now_ms, newest_ms))
        self._insert(connection, block, late=late)
        return late

    def _insert(self, connection: sqlite3.Connection, block: Block, *, late: bool) -> None:
        instants = [row.at_ms for row in block.rows]
        first_ms = min(instants)
        connection.execute(
            "INSERT INTO reading_block (layout_id, first_ms, last_ms, samples, late, packed) VALUES (?, ?, ?, ?, ?, ?)",
            (
                self.layout_id(connection, block.layout),
                first_ms,
                max(instants),
                len(block.rows),
                int(late),
                pack(block.rows, first_ms),
            ),
        )

    def layout_id(self, connection: sqlite3.Connection, layout: Layout) -> int:
        """Its number; kept if it is new, as part of a transaction."""
        known = self._layout_ids.get(layout)
        if known is not None:
            return known
        return self._layout_ids.setdefault(layout, keep_layout(connection, layout.to_json()))

    def blocks(self, from_ms: int, to_ms: int, *, late: bool = False) -> Iterator[tuple[Layout, list[Row]]]:
        """Blocks that begin in `[from_ms, to_ms)`, oldest first; those that came late only if asked for.

        A damaged block is told and passed over: its readings are lost and count as missing, the others are not.
        """
        for block_id, layout_id, first_ms, packed in self._packed(from_ms, to_ms, late=late):
            layout = self._layout(layout_id)
            readings = [] if layout is None else _readable(block_id, layout, packed, first_ms)
            if layout is not None and readings:
                yield layout, readings

    def damaged_between(self, from_ms: int, to_ms: int) -> int:
        """How many blocks that begin in `[from_ms, to_ms)` cannot be read any more."""
        span = "WHERE first_ms >= ? AND first_ms < ?"
        kept: int = self._database.read(f"SELECT count(*) FROM reading_block {span}", (from_ms, to_ms))[0][0]  # noqa: S608
        sound: int = self._database.read(f"SELECT count(*) FROM sound_reading_block {span}", (from_ms, to_ms))[0][0]  # noqa: S608
        return kept - sound

    def _layout(self, layout_id: int) -> Layout | None:
        """`None`: it is damaged, and told once."""
        if layout_id not in self._layouts:
            rows = self._database.read("SELECT definition FROM sound_layout WHERE id = ?", (layout_id,))
            try:
                self._layouts[layout_id] = Layout.from_json(rows[0][0]) if rows else None
            except ValueError as damage:
                _log.error("a layout of readings is damaged on the card layout=%d error=%r", layout_id, str(damage))
                self._layouts[layout_id] = None
        return self._layouts[layout_id]

    def _packed(self, from_ms: int, to_ms: int, *, late: bool) -> Iterator[tuple[int, int, int, bytes]]:
        """A portion in memory at a time."""
        after = (from_ms, -1)
        while True:
            rows = self._database.read(
                "SELECT id, layout_id, first_ms, packed FROM sound_reading_block WHERE first_ms >= ?"
                " AND (first_ms, id) > (?, ?) AND first_ms < ? AND late <= ? ORDER BY first_ms, id LIMIT ?",
                (after[0], *after, to_ms, int(late), PORTION),
            )
            yield from rows
            if len(rows) < PORTION:
                return
            after = (rows[-1][2], rows[-1][0])

    def before(
        self,
        instrument: str,
        parameter: Parameter,
        aggregation: Aggregation,
        before_ms: int,
        wanted: int,
        known_ms: int,
    ) -> list[TimedReading]:
        """The newest `wanted` readings of a parameter before the instant that have a value, oldest first, as far as
        they were read in the same way: what was configured otherwise then cannot be compared.

        Those of the last `known_ms` are looked through, and beyond them what is needed to find one, a week back at the
        most. Damaged blocks and those that came late are passed over.
        """
        columns = self._columns(instrument, parameter, aggregation)
        marks = ", ".join("?" * len(columns))
        found: list[TimedReading] = []
        until_ms, block_id = before_ms, -1
        while columns:
            rows = self._database.read(
                "SELECT id, layout_id, first_ms, packed FROM sound_reading_block WHERE first_ms >= ? AND first_ms <= ?"  # noqa: S608  # marks only
                f" AND (first_ms, id) < (?, ?) AND late = 0 AND layout_id IN ({marks})"
                " ORDER BY first_ms DESC, id DESC LIMIT ?",
                (before_ms - LONGEST_LOOK_BACK_MS, until_ms, until_ms, block_id, *columns, BEFORE_PORTION),
            )
            for block_id, layout_id, until_ms, packed in rows:
                layout = self._layout(layout_id)
                if layout is None or (found and until_ms < before_ms - known_ms):
                    continue
                found += [
                    TimedReading(row.at_ms, reading)
                    for row in _readable(block_id, layout, packed, until_ms)
                    if row.at_ms < before_ms and (reading := row.readings[columns[layout_id]]).value is not None
                ]
            if len(found) >= wanted or len(rows) < BEFORE_PORTION or (found and until_ms < before_ms - known_ms):
                break
        return sorted(found, key=lambda one: one.at_ms)[-wanted:]

    def _columns(self, instrument: str, parameter: Parameter, aggregation: Aggregation) -> dict[int, int]:
        """By layout, where the instrument's parameter stands in it."""
        rows = self._database.read("SELECT id FROM layout WHERE definition LIKE '{\"instrument\"%'")
        layouts = [(layout_id, self._layout(layout_id)) for (layout_id,) in rows]
        return {
            layout_id: column
            for layout_id, layout in layouts
            if layout is not None and layout.instrument == instrument
            if (column := layout.column(parameter, aggregation)) is not None
        }

    def measured(self, from_ms: int, to_ms: int) -> set[Parameter]:
        """Every parameter that was polled in `[from_ms, to_ms)`, with or without success."""
        rows = self._database.read(
            "SELECT DISTINCT layout_id FROM reading_block WHERE first_ms >= ? AND first_ms < ?", (from_ms, to_ms)
        )
        layouts = [self._layout(layout_id) for (layout_id,) in rows]
        return {parameter for layout in layouts if layout is not None for parameter in layout.parameters}

    def newest(self, now_ms: int) -> dict[Parameter, tuple[int, Reading]]:
        """The last reading of each parameter with its instant, of those taken in the hour before `now_ms`."""
        rows = self._database.read(
            "SELECT max(first_ms), id, layout_id, packed FROM sound_reading_block"
            " WHERE first_ms BETWEEN ? AND ? GROUP BY layout_id ORDER BY 1",
            (now_ms - HOUR_MS, now_ms),
        )
        found: dict[Parameter, tuple[int, Reading]] = {}
        for first_ms, block_id, layout_id, packed in rows:
            layout = self._layout(layout_id)
            if layout is None:
                continue
            taken = [row for row in _readable(block_id, layout, packed, first_ms) if row.at_ms <= now_ms]
            for last in taken[-1:]:
                for parameter, reading in zip(layout.parameters, last.readings, strict=True):
                    if parameter not in found or found[parameter][0] <= last.at_ms:  # it stands in several layouts
                        found[parameter] = last.at_ms, reading
        return found

    def last_good(self, wanted: Iterable[Parameter], from_ms: int, to_ms: int) -> dict[Parameter, tuple[int, float]]:
        """The last value of status 00 of each parameter with its instant, of those taken in `[from_ms, to_ms]`."""
        missing = set(wanted)
        found: dict[Parameter, tuple[int, float]] = {}
        rows = self._database.read(
            "SELECT id, layout_id, first_ms, packed FROM sound_reading_block WHERE first_ms BETWEEN ? AND ?"
            " ORDER BY first_ms DESC",
            (from_ms, to_ms),
        )
        for block_id, layout_id, first_ms, packed in rows:
            layout = self._layout(layout_id)
            if layout is None or missing.isdisjoint(layout.parameters):
                continue
            for row in reversed(_readable(block_id, layout, packed, first_ms)):
                for parameter, reading in zip(layout.parameters, row.readings, strict=True):
                    if parameter in missing and reading.status is Status.MEASURING and reading.value is not None:
                        found[parameter] = row.at_ms, reading.value
                        missing.discard(parameter)
            if not missing:
                break
        return found

    def oldest_ms(self, after_ms: int = NO_BOUND_MS) -> int | None:
        """When the oldest reading that is kept was taken, of those taken after the instant."""
        oldest: int | None = self._database.read(
            "SELECT min(first_ms) FROM reading_block WHERE first_ms > ?", (after_ms,)
        )[0][0]
        return oldest

    def forget_before(self, before_ms: int, most: int) -> int:
        """Delete up to `most` of the oldest blocks that ended before the instant. Returns how many went."""
        with self._database.write() as connection:
            return connection.execute(
                "DELETE FROM reading_block WHERE id IN (SELECT id FROM reading_block WHERE first_ms < ?1"
                " AND last_ms < ?1 ORDER BY first_ms LIMIT ?2)",
                (before_ms, most),
            ).rowcount


def _readable(block_id: int, layout: Layout, packed: bytes, first_ms: int) -> list[Row]:
    try:
        return unpack(packed, first_ms, len(layout.parameters))
    except ValueError as damage:
        _log.error(
            "readings are damaged on the card block=%d instrument=%s error=%r", block_id, layout.instrument, str(damage)
        )
        return []


def layout_of(sample: Sample, period_ms: int, aggregations: Mapping[Parameter, Aggregation]) -> Layout:
    found = tuple(aggregations.get(parameter) for parameter in sample.parameters)
    return Layout(sample.instrument, period_ms, sample.parameters, found if any(found) else ())
