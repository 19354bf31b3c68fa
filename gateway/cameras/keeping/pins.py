"""Video that is kept beyond its time, in the database: by hand, or because something happened at the station.

A pin is never deleted: who released it, and when, stands in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.core.video import Pin, PinOccasion
from gateway.db import Database
from gateway.db.damage import SetAsideKind
from gateway.db.set_aside import open_ones

BY_ITSELF = "gateway"
"""Who releases a pin that gives way for want of room."""
_COLUMNS = "id, camera, begin_ms, end_ms, occasion, reason, made_ms, made_by, released_ms, released_by"


class PinStore:
    """All access to pins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        camera: str | None,
        begin_ms: int,
        end_ms: int,
        reason: str,
        *,
        made_ms: int,
        made_by: str,
        source: str | None = None,
    ) -> int:
        """By hand; `camera` is `None` for all of them. `source`: the request that it was made for, once. Returns its
        number.

        Raises:
            StoreError: it was not kept.
        """
        with self._database.write() as connection:
            made = (
                connection.execute(
                    "INSERT INTO pin (camera, begin_ms, end_ms, occasion, reason, source, made_ms, made_by)"
                    " VALUES (?, ?, ?, 'hand', ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
                    (camera, begin_ms, end_ms, reason, source, made_ms, made_by),
                ).fetchall()
                or connection.execute("SELECT id FROM pin WHERE source = ?", (source,)).fetchall()
            )
            return int(made[0][0])

    def add_occasions(self, pins: Sequence[tuple[str, Pin]]) -> int:
        """By themselves, each with its source. One of the same source stands already: it becomes longer, never
        shorter, and stays released if it is. Returns how many are new."""
        new = 0
        with self._database.write() as connection:
            for source, pin in pins:
                values = (pin.camera, pin.begin_ms, pin.end_ms, pin.occasion.value, pin.reason, source, pin.made_ms)
                new += connection.execute(
                    "INSERT INTO pin (camera, begin_ms, end_ms, occasion, reason, source, made_ms)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    values,
                ).rowcount
                connection.execute("UPDATE pin SET end_ms = ?1 WHERE source = ?2 AND end_ms < ?1", (pin.end_ms, source))
        return new

    def release(self, pin_ids: Sequence[int], *, at_ms: int, by: str) -> int:
        """What they held goes when its time is over. Returns how many were released that held until now."""
        with self._database.write() as connection:
            return sum(
                connection.execute(
                    "UPDATE pin SET released_ms = ?, released_by = ? WHERE id = ? AND released_ms IS NULL",
                    (at_ms, by, number),
                ).rowcount
                for number in pin_ids
            )

    def holding(self, from_ms: int, to_ms: int, camera: str | None = None) -> list[Pin]:
        """Those that hold any of the span, of a camera or of whichever; oldest first."""
        return self._select(
            "WHERE released_ms IS NULL AND begin_ms < ?2 AND end_ms > ?1 AND (?3 IS NULL OR camera IS NULL"
            " OR camera = ?3) ORDER BY begin_ms, id",
            from_ms,
            to_ms,
            camera,
        )

    def all(self) -> list[Pin]:
        """The released ones, too; oldest first."""
        return self._select("ORDER BY begin_ms, id")

    def find(self, pin_id: int) -> Pin | None:
        found = self._select("WHERE id = ?", pin_id)
        return found[0] if found else None

    def are_unsure(self) -> bool:
        """Whether pins may be lost, and no person has seen to it: a database with pins in it was set aside, or one that
        is here does not hold any more what was written."""
        ((damaged, told),) = self._database.read(
            "SELECT (SELECT count(*) FROM pin) - (SELECT count(*) FROM sound_pin), (SELECT count(DISTINCT subject)"
            " FROM sound_set_aside WHERE kind = 'row' AND subject GLOB 'pin *' AND mended = 0)"
        )
        return damaged > told or any(
            one.kind is SetAsideKind.DATABASE or (one.subject.startswith("pin ") and not one.mended)
            for one in open_ones(self._database)
        )

    def _select(self, rest: str, *parameters: Any) -> list[Pin]:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_pin {rest}", parameters)  # noqa: S608  # constants
        return self._database.objects("pin", rows, _pin)


def _pin(number: int, camera: str | None, begin_ms: int, end_ms: int, occasion: str, *rest: Any) -> Pin:
    return Pin(number, camera, begin_ms, end_ms, PinOccasion(occasion), *rest)
