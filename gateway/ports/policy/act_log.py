"""What was done to the policy, by whom: root's own list, from which the journal is written.

An act stands here before or as soon as it is done, and whoever can write the journal takes over what is not in it yet:
the command that did it, or the daemon at its next look where the database was not to be had.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from gateway.core.interfaces import Clock
from gateway.core.journal_entry import EntryKind, canonical
from gateway.db import Database
from gateway.journal.chain import append
from gateway.ports.policy.state_folder import told
from gateway.runtime.plain_file import open_plain_file

_NEWEST = 1 << 20
"""Bytes of the list that are looked at: some thousand acts."""


class PolicyAct(StrEnum):
    """The values are the list's and the journal's."""

    APPLIED = "applied"
    RENEWED = "renewed"
    """What is confirmed was put in force once more."""
    CONFIRMED = "confirmed"
    REVERTED = "reverted"
    RETURNED = "returned"
    """Nobody confirmed it in time, or the machine was started anew."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NotedAct:
    """`log`: which list it is of: a box that was set up anew counts from one again. `plan`: the SHA-256 of what it was
    about; `None`: nothing is closed. `more`: what else is to be told."""

    log: str
    number: int
    act: PolicyAct
    at_ms: int
    who: str
    plan: str | None
    more: dict[str, Any] = field(default_factory=dict)


class ActLog:
    """The list in `folder`. Only lines that are whole count."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "acts.jsonl"

    def acts(self) -> list[NotedAct]:
        """Oldest first. Never raises: what cannot be read is not there."""
        try:
            handle = open_plain_file(self._file, os.O_RDONLY)
        except OSError:
            return []
        with os.fdopen(handle, "rb") as file:
            try:
                file.seek(max(0, os.fstat(handle).st_size - _NEWEST))
                lines = file.read(_NEWEST).split(b"\n")
            except OSError:
                return []
        found = [_act(line) for line in lines]
        return [one for one in found if one is not None]

    def state(self) -> tuple[int, int] | None:
        """Another one, once something was added; `None`: there is no list."""
        try:
            known = self._file.stat()
        except OSError:
            return None
        return known.st_size, known.st_mtime_ns

    def add(self, act: PolicyAct, at_ms: int, who: str, plan: str | None, **more: Any) -> NotedAct:
        """On the card when this returns.

        Raises:
            GatewayError: it cannot be written.
        """
        known = self.acts()
        log, number = (known[-1].log, known[-1].number + 1) if known else (secrets.token_hex(8), 1)
        noted = NotedAct(log, number, act, at_ms, who, plan, more)
        content = {"log": log, "number": number, "act": act.value, "at_ms": at_ms, "who": who, "plan": plan, **more}
        with told(self._file):
            handle = open_plain_file(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            with os.fdopen(handle, "r+b", buffering=0) as file:
                size = os.fstat(handle).st_size
                is_torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
                line = (b"\n" if is_torn else b"") + canonical(content).encode() + b"\n"
                if file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(handle)
        return noted


def journal_acts(database: Database, acts: Iterable[NotedAct], clock: Clock) -> int:
    """Enter what is not in the journal yet, each once. Returns how many there were.

    Raises:
        StoreError: the journal cannot be written.
    """
    acts = list(acts)
    if not acts:
        return 0
    known = _journaled(database.read("SELECT what FROM journal WHERE kind = ?", (EntryKind.POLICY.value,)))
    if all((one.log, one.number) in known for one in acts):
        return 0
    added = 0
    with database.write() as connection:
        rows = connection.execute("SELECT what FROM journal WHERE kind = ?", (EntryKind.POLICY.value,)).fetchall()
        known = _journaled(rows)
        for one in acts:
            if (one.log, one.number) not in known:
                what = {"act": one.act.value, "at_ms": one.at_ms, "plan": one.plan, **one.more}
                identity = {"log": one.log, "number": one.number}
                append(connection, clock.now().wall_ms, EntryKind.POLICY, {**what, **identity}, one.who)
                added += 1
    return added


def _journaled(rows: Iterable[Any]) -> set[tuple[object, object]]:
    found = set()
    for (text,) in rows:
        try:
            what = json.loads(text)
            found.add((what.get("log"), what.get("number")))
        except (ValueError, AttributeError, TypeError):
            continue  # an entry that is damaged is `verify`'s
    return found


def _act(line: bytes) -> NotedAct | None:
    try:
        content = json.loads(line)
        known = [content.pop(name) for name in ("log", "number", "act", "at_ms", "who", "plan")]
        log, number, act, at_ms, who, plan = known
        return NotedAct(
            str(log), int(number), PolicyAct(act), int(at_ms), str(who), None if plan is None else str(plan), content
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
