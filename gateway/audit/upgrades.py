"""What became of upgrades of the package, as the program that watches them left it (`gateway.upgrade`, root's): read,
and entered in the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.core.journal_entry import EntryKind
from gateway.db import Database
from gateway.journal.chain import append

FOLDER = Path("/var/lib/station-gateway-upgrade")
STATE, OUTCOME, FAILED, KEPT = "state.json", "outcome.json", "failed.json", "previous"
"""As `gateway.upgrade.state` has them, which nothing imports."""
_TOLD = ("before", "after", "reason", "problem", "begun_ms", "ended_ms", "databases")
_AMONG = 200
"""Entries of its kind among which it is looked for."""


@dataclass(frozen=True, slots=True)
class UpgradesSeen:
    """`phase` (`installing`, `watching`, `returning`), `before`, `after`: of the upgrade under way; empty: none is.
    `failed`: versions that were left again here, and why. `outcome`: of the newest upgrade."""

    phase: str = ""
    before: str = ""
    after: str = ""
    failed: tuple[tuple[str, str], ...] = ()
    outcome: Mapping[str, Any] | None = None


def look_at_upgrades(folder: Path = FOLDER) -> UpgradesSeen:
    """Never raises: what cannot be read is not known."""
    state, outcome, failed = (_read(folder / name) for name in (STATE, OUTCOME, FAILED))
    phase, before, after = (str((state or {}).get(name, "")) for name in ("phase", "before", "after"))
    left = tuple((str(version), str(why)) for version, why in (failed or {}).items())
    return UpgradesSeen(phase, before, after, left, outcome)


def enter_outcome(database: Database, outcome: Mapping[str, Any], now_ms: int) -> bool:
    """In the journal, once. Whether it was not there yet."""
    act = outcome.get("result")
    what = {"act": act, **{name: outcome[name] for name in _TOLD if outcome.get(name) is not None}}
    with database.write() as connection:
        rows = connection.execute(
            "SELECT what FROM journal WHERE kind = ? ORDER BY seq DESC LIMIT ?", (EntryKind.VERSION.value, _AMONG)
        )
        if any(_is_of(text, act, outcome.get("begun_ms")) for (text,) in rows):
            return False
        append(connection, now_ms, EntryKind.VERSION, what)
    return True


def _is_of(text: object, act: object, begun_ms: object) -> bool:
    try:
        entered = json.loads(text if isinstance(text, str | bytes) else "null")
    except ValueError:
        return False
    return isinstance(entered, dict) and (entered.get("act"), entered.get("begun_ms")) == (act, begun_ms)


def _read(file: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
