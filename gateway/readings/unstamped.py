"""Readings without a time: taken while nobody vouched for the clock, kept by the machine's own counting.

They are told their time when the clock is trusted, as long as the machine was not started anew: each portion becomes
reading blocks in one transaction, so a kill leaves every sample either here or there. What an earlier start of the
machine counted stays as it is: nobody can say when it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.core.reading import Parameter, Reading
from gateway.core.slot import slot_of
from gateway.db import Database
from gateway.readings.packing import Row, pack, unpack
from gateway.readings.store import Block, Layout, ReadingStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UnstampedBlock:
    """Samples of one layout. The rows' `at_ms` are milliseconds since the machine's start."""

    layout: Layout
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Unstamped:
    """What some rows hold together."""

    blocks: int
    samples: int


@dataclass(frozen=True, slots=True)
class StampedPortion:
    """What became of some blocks: instants are UTC ms, `late` counts those whose slot had been closed already."""

    samples: int
    first_ms: int
    last_ms: int
    late: int


class UnstampedStore:
    """All access to readings without a time, of one run of the daemon."""

    def __init__(self, database: Database, readings: ReadingStore, boot_id: str, slot_ms: int) -> None:
        self._database = database
        self._readings = readings
        self._boot_id = boot_id
        self._slot_ms = slot_ms
        self._after_id = 0
        """Those up to here that are still there cannot be read."""
        self._is_stamped = False

    @property
    def is_stamped(self) -> bool:
        """Whether nothing of this start of the machine waits for its time, as far as `stamp` has found out."""
        return self._is_stamped

    def add(self, blocks: Sequence[UnstampedBlock]) -> None:
        """Keep the blocks, durably when this returns."""
        self._is_stamped = False
        try:
            with self._database.write() as connection:
                for block in blocks:
                    instants = [row.at_ms for row in block.rows]
                    first_ms = min(instants)
                    connection.execute(
                        "INSERT INTO unstamped_block (boot_id, layout_id, first_mono_ms, last_mono_ms, samples, packed)"
                        " VALUES (?, ?, ?, ?, ?, ?)",
                        (
                            self._boot_id,
                            self._readings.layout_id(connection, block.layout),
                            first_ms,
                            max(instants),
                            len(block.rows),
                            pack(block.rows, first_ms),
                        ),
                    )
        except BaseException:
            self._readings.forget_layouts()
            raise

    def stamp(self, stamp_ms: Callable[[float], int | None], most: int) -> StampedPortion | None:
        """Give up to `most` of the oldest blocks of this start their times, in one transaction: `stamp_ms` says the
        time of a second since the start. Returns `None` if none is left, or the time is not known after all.

        A block that cannot be read is told and passed over: it stays where it is.
        """
        rows = self._database.read(
            "SELECT block.id, definition, first_mono_ms, packed FROM sound_unstamped_block AS block"
            " JOIN sound_layout AS layout ON layout.id = layout_id WHERE boot_id = ? AND block.id > ?"
            " ORDER BY block.id LIMIT ?",
            (self._boot_id, self._after_id, most),
        )
        if not rows:
            self._is_stamped = True
            return None
        instants: list[int] = []
        stamped: list[Block] = []
        read: list[tuple[int]] = []
        after_id = self._after_id
        for block_id, definition, first_mono_ms, packed in rows:
            try:
                layout = Layout.from_json(definition)
                taken = unpack(packed, first_mono_ms, len(layout.parameters))
            except (ValueError, KeyError, TypeError, IndexError) as damage:
                _log.error("readings without a time are damaged on the card block=%d error=%r", block_id, str(damage))
                after_id = block_id
                continue
            found = [(stamp_ms(row.at_ms / 1000), row) for row in taken]
            timed = [Row(at_ms, row.readings) for at_ms, row in found if at_ms is not None]
            if len(timed) < len(found):
                return None
            instants += [row.at_ms for row in timed]
            stamped += _by_slot(layout, timed, self._slot_ms)
            read.append((block_id,))
        try:
            with self._database.write() as connection:
                late = sum([self._readings.add_one(connection, block) for block in stamped])
                connection.executemany("DELETE FROM unstamped_block WHERE id = ?", read)
        except BaseException:
            self._readings.forget_layouts()
            raise
        self._after_id = after_id  # of what was stamped the numbers are free again
        return StampedPortion(len(instants), min(instants, default=0), max(instants, default=0), late)

    def of_earlier_starts(self) -> Unstamped:
        """What can never be told its time."""
        return self._count("boot_id <> ?")

    def of_this_start(self) -> Unstamped:
        """What waits for its time."""
        return self._count("boot_id = ?")

    def newest(self) -> dict[Parameter, tuple[int, Reading]]:
        """The last reading of each parameter of this start with its millisecond since the start."""
        rows = self._database.read(
            "SELECT max(block.id), definition, first_mono_ms, packed FROM sound_unstamped_block AS block"
            " JOIN sound_layout AS layout ON layout.id = layout_id WHERE boot_id = ? GROUP BY layout_id ORDER BY 1",
            (self._boot_id,),
        )
        found: dict[Parameter, tuple[int, Reading]] = {}
        for _, definition, first_mono_ms, packed in rows:
            try:
                layout = Layout.from_json(definition)
                last = unpack(packed, first_mono_ms, len(layout.parameters))[-1]
            except (ValueError, KeyError, TypeError, IndexError):
                continue
            for parameter, reading in zip(layout.parameters, last.readings, strict=True):
                if parameter not in found or found[parameter][0] <= last.at_ms:
                    found[parameter] = last.at_ms, reading
        return found

    def forget_oldest(self, most_kept: int, most: int) -> int:
        """Delete up to `most` of the oldest blocks beyond the newest `most_kept`. Returns how many went."""
        with self._database.write() as connection:
            return connection.execute(
                "DELETE FROM unstamped_block WHERE id IN (SELECT id FROM unstamped_block WHERE id <="
                " (SELECT id FROM unstamped_block ORDER BY id DESC LIMIT 1 OFFSET ?) ORDER BY id LIMIT ?)",
                (most_kept, most),
            ).rowcount

    def _count(self, which: str) -> Unstamped:
        blocks, samples = self._database.read(
            f"SELECT count(*), coalesce(sum(samples), 0) FROM unstamped_block WHERE {which}",  # noqa: S608  # constants
            (self._boot_id,),
        )[0]
        return Unstamped(blocks, samples)


def _by_slot(layout: Layout, rows: Sequence[Row], slot_ms: int) -> list[Block]:
    """Blocks that lie in one slot each, in the order of the rows."""
    grouped: dict[int, list[Row]] = {}
    for row in rows:
        grouped.setdefault(slot_of(row.at_ms, slot_ms).end_ms, []).append(row)
    return [Block(layout, slot_of(end_ms - 1, slot_ms), tuple(found)) for end_ms, found in grouped.items()]
