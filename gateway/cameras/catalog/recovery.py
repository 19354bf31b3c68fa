"""Takes over what is whole from another database of the recorder's, a set-aside one above all: pins first, for what
they hold may go without them, then why there were gaps, what was odd, who looked.

Which video there is, is not taken: that is told by the disk. Never overwrites, may be ended anywhere and done again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import CAMERAS_SCHEMA
from gateway.core.errors import StoreCorrupt
from gateway.core.instants import EARLIEST_MS
from gateway.db import Database
from gateway.db.put_back import number_of, put_back
from gateway.db.rebuilt import PageReading
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import LostRow, SalvagedRow, Values
from gateway.db.set_aside import databases_known

_KEYS = {
    "pin": ("camera", "begin_ms", "made_ms", "occasion", "reason"),
    "gap": ("camera", "begin_ms", "cause"),
    "camera_event": ("camera", "kind", "began_ms"),
    "view": ("source",),
}
"""By what two rows are the same; in the order in which they are taken."""
TABLES = tuple(_KEYS)
_AT_ONCE = 50
_SET_ASIDE = re.compile(r"\.corrupt-\d+", re.ASCII)


@dataclass(slots=True)
class RecoveredVideoNotes:
    """What came of it. Counts are of rows, by table."""

    taken: Counter[str] = field(default_factory=Counter)
    already: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    mended: int = 0
    page_reading: PageReading | None = None
    """Some of it had to be read page by page: what stood on broken pages is not known."""

    @property
    def is_whole(self) -> bool:
        return not (self.lost.total() or self.page_reading)


def is_of_cameras(source: Salvage) -> bool:
    """Whether it is a database of the recorder's."""
    return source.has("segment") and not source.has("record")


def open_salvage(file: Path, folder: Path) -> Salvage:
    """One that is known to be of the recorder's. Raises as `Salvage`."""
    return Salvage(file, folder, schema=CAMERAS_SCHEMA)


def recover_set_aside(database: Database, now_ms: int) -> dict[str, RecoveredVideoNotes]:
    """Of all that were set aside and are not written down yet, by their files' names: before anything is removed by
    what the new database holds, and before they are written down.

    Raises:
        StoreError: our own database takes nothing more.
        OSError: there is no room for a copy.
    """
    folder = database.file.parent
    known = databases_known(database)
    found: dict[str, RecoveredVideoNotes] = {}
    for file in sorted(folder.glob(f"{database.file.name}.corrupt-*")):
        if file.name in known or not _SET_ASIDE.fullmatch(file.name.removeprefix(database.file.name)):
            continue
        try:
            with closing(open_salvage(file, folder)) as source:
                found[file.name] = VideoRecovery(source, database, now_ms).run()
        except StoreCorrupt:
            found[file.name] = RecoveredVideoNotes(page_reading=PageReading(0, 0, {}))
    return found


class VideoRecovery:
    """One other database, taken over into ours."""

    def __init__(
        self,
        source: Salvage,
        database: Database,
        now_ms: int,
        on_progress: Callable[[str, int], None] = lambda _table, _rows: None,
    ) -> None:
        self._source = source
        self._database = database
        self._now_ms = now_ms
        self._on_progress = on_progress
        self.found = RecoveredVideoNotes()
        self._seen_ms: dict[str, int] = {}
        """When the recorder last wrote how it stood with each camera, then."""

    def run(self) -> RecoveredVideoNotes:
        """
        Raises:
            StoreError: our own database takes nothing more; what was taken stays.
        """
        self._all("pin")
        self._take_cameras()
        for table in TABLES[1:]:
            self._all(table)
        self.found.page_reading = self._source.page_reading
        return self.found

    def _all(self, table: str) -> None:
        rows = self._source.rows(table)
        while portion := list(islice(rows, _AT_ONCE)):
            with self._database.write() as connection:
                for row in portion:
                    if isinstance(row, LostRow):
                        self.found.lost[table] += 1
                    else:
                        self._take(connection, table, row)
            self._on_progress(table, len(portion))

    def _take(self, connection: Any, table: str, row: SalvagedRow) -> None:
        values = self._ended(table, row.values)
        self.found.mended += row.was_mended
        key = _KEYS[table]
        if table == "pin" and values.get("source") is not None:
            key = ("source",)
        if number_of(connection, table, {name: values[name] for name in key}) is not None:
            self.found.already[table] += 1
        elif put_back(connection, table, {name: value for name, value in values.items() if name != "id"}) is not None:
            self.found.taken[table] += 1
        else:
            self.found.lost[table] += 1

    def _ended(self, table: str, values: Values) -> Values:
        """What lasted then lasts no more: how long it did is known up to the last report."""
        if table == "gap" and values["end_ms"] is None:
            return {**values, "end_ms": max(values["begin_ms"], self._seen_ms.get(values["camera"], 0))}
        if table == "camera_event" and values["ended_ms"] is None:
            return {**values, "ended_ms": values["last_ms"]}
        return values

    def _take_cameras(self) -> None:
        """Since when each is recorded."""
        states = CameraStateStore(self._database)
        for row in self._source.rows("camera"):
            if isinstance(row, LostRow):
                continue
            name, known_ms, seen_ms = (row.values[one] for one in ("name", "known_from_ms", "seen_ms"))
            self._seen_ms[name] = seen_ms
            if known_ms is not None and EARLIEST_MS <= known_ms <= self._now_ms:
                states.known_since(name, known_ms, self._now_ms)
