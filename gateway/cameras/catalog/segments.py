"""Which files of video there are. A row goes only after its file; a file without a row is found and gets one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.cameras.catalog.gaps import FOLLOWS_MS
from gateway.cameras.catalog.gaps import add as add_gap
from gateway.cameras.packet import StreamShape
from gateway.core.instants import EARLIEST_MS, FAR_FUTURE_MS
from gateway.core.phrase import Phrase
from gateway.core.video import GapCause, Segment, SegmentState, VideoGap
from gateway.db import Database

LONGEST_MS = 86_400_000
"""No segment is longer: those that begin earlier need not be looked at."""
_NAME_LENGTH = len("HHMMSSmmmZ.mkv")
_COLUMNS = "id, camera, begin_ms, end_ms, file, bytes, state, codec, width, height"


class SegmentStore:
    """All access to segments, but for giving them their time: see `UnstampedSegmentStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self,
        camera: str,
        begin_ms: int,
        file: str,
        shape: StreamShape,
        *,
        boot_id: str,
        mono_ms: int,
        is_stamped: bool,
    ) -> int:
        """A file is being written, below the video folder. `mono_ms`: the machine's own counting at its first frame, in
        the boot of that name; `is_stamped`: somebody vouches for `begin_ms`. Returns its number.

        A row of that file is taken over: it was found on the disk meanwhile, or stands for one that is gone.
        """
        made = (camera, begin_ms, file, shape.codec, shape.width, shape.height, boot_id, mono_ms, int(is_stamped))
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO segment (camera, begin_ms, file, state, codec, width, height, boot_id, mono_ms,"
                " is_stamped) VALUES (?, ?, ?, 'writing', ?, ?, ?, ?, ?, ?) ON CONFLICT (file) DO UPDATE SET"
                " begin_ms = excluded.begin_ms, end_ms = NULL, bytes = NULL, state = 'writing',"
                " codec = excluded.codec, width = excluded.width, height = excluded.height,"
                " boot_id = excluded.boot_id, mono_ms = excluded.mono_ms, is_stamped = excluded.is_stamped",
                made,
            )
            number: int = connection.execute("SELECT id FROM segment WHERE file = ?", (file,)).fetchone()[0]
            return number

    def end(self, segment_id: int, end_ms: int, bytes: int) -> None:
        """It is written to its end and closed: whole. One that was looked at meanwhile stays as it was found."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE segment SET end_ms = ?, bytes = ?, state = 'whole' WHERE id = ? AND state = 'writing'",
                (end_ms, bytes, segment_id),
            )

    def finish(self, segment: Segment, was_end_ms: int | None = None) -> None:
        """It was looked at again, and is this. What it had more of until `was_end_ms` is gone, which is noted."""
        with self._database.write() as connection:
            if was_end_ms is not None and segment.end_ms is not None and segment.end_ms + FOLLOWS_MS <= was_end_ms:
                lost = VideoGap(
                    segment.end_ms, was_end_ms, GapCause.FILE_LOST, Phrase("its end is gone: {file}", file=segment.file)
                )
                add_gap(connection, segment.camera, lost)
            connection.execute(
                "UPDATE segment SET end_ms = ?, bytes = ?, state = ?, codec = coalesce(?, codec),"
                " width = coalesce(?, width), height = coalesce(?, height) WHERE id = ?",
                (
                    segment.end_ms,
                    segment.bytes,
                    segment.state.value,
                    segment.codec,
                    segment.width,
                    segment.height,
                    segment.id,
                ),
            )

    def add_found(self, found: Sequence[Segment]) -> int:
        """Files that nobody knew of; what their rows were numbered is of no matter. One whose name says that no clock
        had been set then has no time that counts. Returns how many are new."""
        with self._database.write() as connection:
            return connection.executemany(
                "INSERT OR IGNORE INTO segment (camera, begin_ms, end_ms, file, bytes, state, codec, width, height,"
                " is_stamped) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        one.camera,
                        one.begin_ms,
                        one.end_ms,
                        one.file,
                        one.bytes,
                        one.state.value,
                        one.codec,
                        one.width,
                        one.height,
                        int(one.begin_ms >= EARLIEST_MS),
                    )
                    for one in found
                ],
            ).rowcount

    def lose(self, lost: Sequence[Segment], state: SegmentState, reason: str) -> None:
        """They were recorded, and their files are gone or damaged: from when to when is noted with them."""
        with self._database.write() as connection:
            for one in lost:
                connection.execute(
                    "UPDATE segment SET state = ?, bytes = coalesce(?, bytes) WHERE id = ?",
                    (state.value, one.bytes, one.id),
                )
                if one.end_ms is not None and one.end_ms > one.begin_ms:
                    gap = VideoGap(one.begin_ms, one.end_ms, GapCause.FILE_LOST, f"{reason}: {one.file}")
                    add_gap(connection, one.camera, gap)

    def mark(self, segment_ids: Sequence[int], state: SegmentState) -> None:
        """What became of some."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE segment SET state = ? WHERE id = ?", [(state.value, number) for number in segment_ids]
            )

    def forget(self, segment_ids: Sequence[int]) -> None:
        """Their files are gone from the disk, durably."""
        with self._database.write() as connection:
            connection.executemany("DELETE FROM segment WHERE id = ?", [(number,) for number in segment_ids])

    def between(self, camera: str, from_ms: int, to_ms: int) -> list[Segment]:
        """Whole ones and the one that is being written, as far as any of it is in the span; by their begin."""
        return self._select(
            "WHERE camera = ? AND begin_ms > ? AND begin_ms < ? AND coalesce(end_ms, begin_ms + ?) > ?"
            " AND state IN ('whole', 'writing') ORDER BY begin_ms, id",
            camera,
            from_ms - LONGEST_MS,
            to_ms,
            LONGEST_MS,
            from_ms,
        )

    def in_state(self, state: SegmentState) -> list[Segment]:
        """Oldest first."""
        # SQLite sees by these words only that the others have an index.
        few = "" if state is SegmentState.WHOLE else "state <> 'whole' AND"
        return self._select(f"WHERE {few} state = ? ORDER BY begin_ms, id", state.value)

    def in_folder(self, folder: str) -> list[Segment]:
        """Whatever became of them; `folder` is that of a camera's day, below the video folder."""
        return self._select("WHERE file > ? AND file < ? ORDER BY file", f"{folder}/", f"{folder}0")

    def folders(self) -> set[str]:
        """All folders that a file is known in."""
        rows = self._database.read(
            "SELECT DISTINCT substr(file, 1, length(file) - ?) FROM segment", (_NAME_LENGTH + 1,)
        )
        return {str(folder) for (folder,) in rows}

    def forget_unstamped(self, segments: Sequence[Segment]) -> list[Segment]:
        """Those of them that nobody vouched for: their files are gone, and no gap can be told of a time that is none.
        Returns the others."""
        with self._database.write() as connection:
            return [
                one
                for one in segments
                if not connection.execute("DELETE FROM segment WHERE id = ? AND is_stamped = 0", (one.id,)).rowcount
            ]

    def next_begin_ms(self, segment: Segment) -> int | None:
        """Of the camera's segment after it; `None`: there is none."""
        rows = self._database.read(
            "SELECT min(begin_ms) FROM segment WHERE camera = ? AND begin_ms > ?", (segment.camera, segment.begin_ms)
        )
        return None if rows[0][0] is None else int(rows[0][0])

    def oldest(self, camera: str) -> Segment | None:
        """Of which there is a file, and whose time somebody vouched for."""
        return self._first(
            "WHERE camera = ? AND state IN ('whole', 'writing') AND is_stamped = 1 ORDER BY begin_ms, id LIMIT 1",
            camera,
        )

    def newest(self, camera: str, until_ms: int = FAR_FUTURE_MS) -> Segment | None:
        """Of which there is a file, and whose time somebody vouched for; begun by then: a clock that was set back, or a
        name that somebody gave, leaves some of a time to come."""
        return self._first(
            "WHERE camera = ? AND begin_ms <= ? AND state IN ('whole', 'writing') AND is_stamped = 1"
            " ORDER BY begin_ms DESC, id DESC LIMIT 1",
            camera,
            until_ms,
        )

    def bytes_of(self, camera: str | None = None) -> int:
        """What the files of a camera, or of all of them, take on the disk, but for those that are being written and
        those that are about to be removed."""
        query = (
            "SELECT coalesce(sum(bytes), 0) FROM segment WHERE state IN ('whole', 'damaged')"
            " AND typeof(bytes) = 'integer'"
        )
        if camera is None:
            rows = self._database.read(query)
        else:
            rows = self._database.read(f"{query} AND camera = ?", (camera,))
        return int(rows[0][0])

    def cameras(self) -> list[str]:
        """All of which there ever was a file that is still known, by name."""
        rows = self._database.read(
            # from name to name over the index, not row by row
            "WITH RECURSIVE found (camera) AS (SELECT min(camera) FROM segment UNION ALL"
            " SELECT (SELECT min(camera) FROM segment WHERE camera > found.camera) FROM found WHERE camera IS NOT NULL)"
            " SELECT camera FROM found WHERE camera IS NOT NULL"
        )
        return [name for (name,) in rows]

    def _first(self, rest: str, *parameters: Any) -> Segment | None:
        found = self._select(rest, *parameters)
        return found[0] if found else None

    def _select(self, rest: str, *parameters: Any) -> list[Segment]:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_segment {rest}", parameters)  # noqa: S608  # constants
        return self._database.objects("segment", rows, _segment)


def _segment(
    number: int,
    camera: str,
    begin_ms: int,
    end_ms: int | None,
    file: str,
    bytes: int | None,
    state: str,
    *shape: Any,
) -> Segment:
    return Segment(number, camera, begin_ms, end_ms, file, bytes, SegmentState(state), *shape)
