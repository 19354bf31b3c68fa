"""The configurations that ran, one after the other, and what changed from each to the next, which the journal tells."""

from __future__ import annotations

import json
import logging
import os
import pwd
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from gateway.config.profiles.in_force import ProfileInForce
from gateway.config.source import ConfigurationSource
from gateway.config.standards.in_force import TableInForce
from gateway.core.difference import Difference, differences
from gateway.core.journal_entry import GATEWAY, EntryKind, canonical
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.journal.chain import append

_log = logging.getLogger(__name__)

_PROFILES = "profiles in force"
MOST_CHANGES = 100
"""Of one configuration; of more their number is told."""


def in_force(database: Database) -> tuple[str, str] | None:
    """SHA-256 of the newest one's file, and what it said, as JSON; `None`: none is known."""
    rows = database.read("SELECT sha256, content FROM sound_configuration_in_force ORDER BY id DESC LIMIT 1")
    return rows[0] if rows else None


def newest_in_force(database: Database) -> tuple[str, int] | None:
    """SHA-256 of the newest one's file, and since when (UTC ms); `None`: none is known."""
    rows = database.read("SELECT sha256, since_ms FROM sound_configuration_in_force ORDER BY id DESC LIMIT 1")
    return rows[0] if rows else None


def runs_since_ms(database: Database, sha256: str) -> int | None:
    """Since when the configuration of that file has been the one that runs, UTC; `None`: it is not the newest, or its
    time was read from a clock that was behind, for the one before it is younger by that."""
    rows = database.read("SELECT sha256, since_ms FROM sound_configuration_in_force ORDER BY id DESC LIMIT 2")
    if not rows or rows[0][0] != sha256:
        return None
    since_ms: int = rows[0][1]
    return since_ms if all(before_ms <= since_ms for _, before_ms in rows[1:]) else None


def section_then(database: Database, name: str, at_ms: int) -> dict[str, Any] | None:
    """What stood in a section of the configuration that ran at the instant; `None`: that is not known."""
    rows = database.read(
        "SELECT content FROM sound_configuration_in_force WHERE since_ms <= ? ORDER BY id DESC LIMIT 1", (at_ms,)
    )
    content = _parsed(rows[0][0]) if rows else None
    section = content.get(name, {}) if isinstance(content, dict) else None
    return section if isinstance(section, dict) else None


def profiles_in_force(database: Database) -> dict[str, tuple[int, str]]:
    """Version and digest by name of each that the newest one's instruments took; empty where nobody knows."""
    newest = in_force(database)
    content = _parsed(newest[1]) if newest else None
    found = content.get(_PROFILES) if isinstance(content, dict) else None
    try:
        return {str(name): (int(one["version"]), str(one["sha256"])) for name, one in (found or {}).items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def adopt(
    database: Database,
    source: ConfigurationSource,
    taken: Iterable[ProfileInForce | TableInForce],
    file: Path,
    now_ms: int,
    *,
    who: str = GATEWAY,
    secrets: Sequence[str] = (),
    beside: Callable[[sqlite3.Connection], None] | None = None,
) -> bool:
    """This one runs from now on. Tells whether it is another one than before: another file, others of those that it
    takes something from, profiles and the integrator's tables of limits, or other `secrets`, by their places. `who`
    asked for it; `beside` is done in the same transaction, if there is news."""
    content = canonical({**json.loads(source.content), **_in_force(tuple(taken))})
    before = in_force(database)
    is_same = before == (source.sha256, content)
    if is_same and not secrets:
        return False
    changes = [] if before is None else list(islice(differences(_parsed(before[1]), json.loads(content)), 10_000))
    what = {
        "sha256": source.sha256,
        "before": None if before is None else before[0],
        "changes": [_told(one) for one in changes[:MOST_CHANGES]],
        "changes_untold": max(0, len(changes) - MOST_CHANGES),
        **_whose(file),
        **({"secrets": [Phrase("secret of {place} changed", place=place) for place in secrets]} if secrets else {}),
    }
    with database.write() as connection:
        if not is_same:
            connection.execute(
                "INSERT INTO configuration_in_force (since_ms, sha256, content) VALUES (?, ?, ?)",
                (now_ms, source.sha256, content),
            )
        append(connection, now_ms, EntryKind.CONFIGURATION, what, who)
        if beside is not None:
            beside(connection)
    _log.info(
        "configuration is another one than before sha256=%s before=%s changes=%d secrets=%d by=%s",
        source.sha256,
        what["before"] or "none",
        len(changes),
        len(secrets),
        who,
    )
    return True


def _in_force(taken: Iterable[ProfileInForce | TableInForce]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in taken:
        if isinstance(one, ProfileInForce):
            found.setdefault(_PROFILES, {})[one.name] = {"version": one.version, "sha256": one.digest}
        else:
            found.setdefault("tables in force", {})[one.name] = {"file": one.file, "sha256": one.digest}
    return found


def _told(one: Difference) -> dict[str, Any]:
    return {"path": one.path, "before": one.before, "after": one.after}


def _parsed(content: str) -> Any:
    try:
        return json.loads(content)
    except ValueError:  # whole by its checksum, so an older gateway's
        return None


def _whose(file: Path) -> dict[str, Any]:
    """Whose the file is and when it was last written: nearest to who changed it that a file can tell."""
    try:
        status = os.stat(file)  # noqa: PTH116 - a link to it is followed, as whoever reads it does
    except OSError:
        return {"file": str(file), "owner": None, "written_ms": None}
    try:
        owner = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        owner = f"user {status.st_uid}"
    return {"file": str(file), "owner": owner, "written_ms": status.st_mtime_ns // 1_000_000}
