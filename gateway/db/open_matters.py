"""What a person has to know of until it is closed, of one database: what it has of it, what only lies beside it, and
what this look met."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.phrase import Phrase
from gateway.db.connection import Database
from gateway.db.damage import SetAsideKind
from gateway.db.set_aside import databases_known, open_ones

CAMERAS_PREFIX = "c"
"""Begins the number of what is about the cameras' database."""


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """`id`: by which it is closed, a number, or `c` and a number if it is about the cameras' database; `None`: nothing
    was written down, for it was met by this look or the new database was lost, too. `file`: where a database lies that
    was set aside."""

    id: int | str | None
    kind: SetAsideKind
    subject: str
    since_ms: int
    reason: str
    mended: bool
    file: str | None = None


def open_matters(database: Database, now_ms: int, prefix: str = "") -> tuple[OpenMatter, ...]:
    """All of one database, oldest first. Call it last: it also tells what was left out of what was read before."""
    folder = database.file.parent
    found = [
        OpenMatter(
            f"{prefix}{one.id}" if prefix else one.id,
            one.kind,
            one.subject,
            one.found_ms,
            one.reason,
            one.mended,
            str(folder / one.subject) if one.kind is SetAsideKind.DATABASE else None,
        )
        for one in open_ones(database)
    ]
    known = databases_known(database)
    for file in sorted(folder.glob(f"{database.file.name}.corrupt-*")):
        if file.suffix.rpartition("-")[2].isdecimal() and file.name not in known:
            since_ms = file.stat().st_mtime_ns // 1_000_000
            reason = Phrase("a database that was set aside lies here, and nothing is known of it")
            found.append(OpenMatter(None, SetAsideKind.DATABASE, file.name, since_ms, reason, False, str(file)))
    told = {one.subject for one in found}
    found += [
        OpenMatter(None, one.kind, one.subject, now_ms, one.reason, one.mended)
        for one in database.damage.left_out()
        if one.subject not in told
    ]
    return tuple(found)
