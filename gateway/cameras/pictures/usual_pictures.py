"""What each camera's picture is like while nothing is wrong with it: table `usual_picture`.

Written by the recorder, and by whoever asks for a new reference from the command line.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.core.picture_rules import USUAL_OF
from gateway.db import Database

_FLOAT = 4
_SELECT = "SELECT camera, reference, reference_ms, sharpness, wanted_ms FROM sound_usual_picture WHERE camera = ?"


@dataclass(frozen=True, slots=True)
class UsualPicture:
    """`reference`: PNG, as `picture_measures.to_png` makes it. `wanted_ms`: somebody asked for a new one then."""

    camera: str
    reference: bytes | None = None
    reference_ms: int | None = None
    sharpness: tuple[float, ...] = ()
    wanted_ms: int | None = None


class UsualPictureStore:
    """All access to it. What is lost is learned anew, so a damaged row counts as none and is written over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, camera: str) -> UsualPicture:
        """What is known of it; nothing, if nothing is."""
        return self._known(camera, self._database.read(_SELECT, (camera,)))

    def wanted_ms(self, camera: str) -> int | None:
        """When somebody asked for a new reference, if anybody does. Asked at each picture: it reads no blob."""
        rows = self._database.read("SELECT wanted_ms FROM usual_picture WHERE camera = ?", (camera,))
        wanted = rows[0][0] if rows else None
        return wanted if isinstance(wanted, int) else None

    def keep_reference(self, camera: str, reference: bytes, at_ms: int) -> None:
        """It was taken then; nobody asks for one any more."""
        self._change(camera, reference=reference, reference_ms=at_ms, wanted_ms=None)

    def keep_sharpness(self, camera: str, sharpness: Sequence[float]) -> None:
        """How sharp its pictures were, oldest first."""
        self._change(camera, sharpness=tuple(sharpness))

    def want(self, camera: str, at_ms: int) -> None:
        """Somebody asks for a new reference."""
        self._change(camera, wanted_ms=at_ms)

    def _change(self, camera: str, **changes: Any) -> None:
        """In one transaction, for two processes write here."""
        with self._database.write() as connection:
            rows = connection.execute(_SELECT, (camera,)).fetchall()
            usual = replace(self._known(camera, rows), **changes)
            packed = struct.pack(f"<{len(usual.sharpness)}f", *usual.sharpness)
            connection.execute(
                "REPLACE INTO usual_picture (camera, reference, reference_ms, sharpness, wanted_ms)"
                " VALUES (?, ?, ?, ?, ?)",
                (camera, usual.reference, usual.reference_ms, packed, usual.wanted_ms),
            )

    def _known(self, camera: str, rows: Sequence[Sequence[Any]]) -> UsualPicture:
        found = self._database.objects("usual_picture", rows, _usual)
        return found[0] if found else UsualPicture(camera)


def _usual(
    camera: str, reference: bytes | None, reference_ms: int | None, packed: bytes | None, wanted_ms: int | None
) -> UsualPicture:
    if packed is None:
        sharpness: tuple[float, ...] = ()
    else:
        count = len(packed) // _FLOAT
        sharpness = struct.unpack(f"<{count}f", packed[: count * _FLOAT])[-USUAL_OF:]
    return UsualPicture(camera, reference, reference_ms, sharpness, wanted_ms)
