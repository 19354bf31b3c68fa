"""The disks that video was written to, in the database: at most one is in use."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.db import Database


@dataclass(frozen=True, slots=True)
class KnownDisk:
    """`is_separate`: it was no part of the disk that `storage.path` lies on."""

    id: int
    identity: str
    path: str
    is_separate: bool
    since_ms: int


class VideoDiskStore:
    """All access to disks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_use(self) -> KnownDisk | None:
        """The one that is to be written to; `None`: none was ever seen."""
        rows = self._database.read(
            "SELECT id, identity, path, is_separate, since_ms FROM sound_video_disk WHERE retired_ms IS NULL"
            " ORDER BY id DESC LIMIT 1"
        )
        found = self._database.objects("video_disk", rows, _known_disk)
        return found[0] if found else None

    def use(
        self,
        identity: str,
        path: str,
        at_ms: int,
        *,
        is_separate: bool,
        accepted_by: str | None = None,
        reason: str | None = None,
    ) -> None:
        """From now on it is this one; every other one is retired. One that was retired is taken again."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE video_disk SET retired_ms = ? WHERE retired_ms IS NULL AND identity <> ?", (at_ms, identity)
            )
            connection.execute(
                "INSERT INTO video_disk (identity, path, is_separate, since_ms, accepted_by, reason)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (identity) DO UPDATE SET path = excluded.path,"
                " is_separate = excluded.is_separate, retired_ms = NULL, accepted_by = coalesce(excluded.accepted_by,"
                " accepted_by), reason = coalesce(excluded.reason, reason)",
                (identity, path, int(is_separate), at_ms, accepted_by, reason),
            )


def _known_disk(number: int, identity: str, path: str, is_separate: int, since_ms: int) -> KnownDisk:
    return KnownDisk(number, identity, path, bool(is_separate), since_ms)
