"""Which files of video were recorded while nobody vouched for the clock, and have no time that counts yet."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.cameras.catalog.gaps import forget_clock_step
from gateway.db import Database


@dataclass(frozen=True, slots=True)
class UnstampedSegment:
    """A segment that was recorded while nobody vouched for the clock. `begin_ms`: what it showed; `mono_ms`: what the
    machine's own counting was then."""

    id: int
    camera: str
    begin_ms: int
    end_ms: int | None
    file: str
    bytes: int | None
    mono_ms: int


class UnstampedSegmentStore:
    """All access to segments that wait for their time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_start(self, boot_id: str, most: int) -> list[UnstampedSegment]:
        """Of that start of the machine, in the order in which they were begun; without those that are being written."""
        rows = self._database.read(
            "SELECT id, camera, begin_ms, end_ms, file, bytes, mono_ms FROM sound_segment WHERE is_stamped = 0"
            " AND boot_id = ? AND state IN ('whole', 'damaged') AND mono_ms IS NOT NULL ORDER BY id LIMIT ?",
            (boot_id, most),
        )
        return self._database.objects("segment", rows, UnstampedSegment)

    def is_written(self, boot_id: str) -> bool:
        """Whether one of that start of the machine is being written, or has been left unfinished."""
        rows = self._database.read(
            "SELECT 1 FROM segment WHERE state = 'writing' AND is_stamped = 0 AND boot_id = ? LIMIT 1", (boot_id,)
        )
        return bool(rows)

    def count_of_other_starts(self, boot_id: str) -> int:
        """How many can never be told their time."""
        rows = self._database.read(
            "SELECT count(*) FROM segment WHERE is_stamped = 0 AND coalesce(boot_id, '') <> ?"
            " AND state IN ('whole', 'damaged')",
            (boot_id,),
        )
        return int(rows[0][0])

    def restamp(self, one: UnstampedSegment, begin_ms: int, file: str) -> None:
        """Its time is known, and its file bears it. That the clock was set meanwhile was no gap of it."""
        by_ms = begin_ms - one.begin_ms
        with self._database.write() as connection:
            connection.execute("DELETE FROM segment WHERE file = ? AND id <> ?", (file, one.id))
            connection.execute(
                "UPDATE segment SET begin_ms = ?, end_ms = end_ms + ?, file = ?, is_stamped = 1 WHERE id = ?",
                (begin_ms, by_ms, file, one.id),
            )
            forget_clock_step(connection, one.camera, one.end_ms)
