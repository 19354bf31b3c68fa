"""Whether the register of seals is what the journal tells, and the photos are those that were kept: whoever writes into
the register by hand is found out by the chain that he cannot write."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.core.journal_entry import EntryKind
from gateway.core.phrase import Phrase
from gateway.core.ports import SealAct, SealEntry
from gateway.db import Database
from gateway.ports.seal_photos import PhotoState, SealPhotos
from gateway.ports.seal_register import SealRegister


def seal_faults(database: Database, storage: Path) -> list[str]:
    """What does not agree, in words; nothing: all does."""
    register = SealRegister(database).entries()
    return [*_disagreements(register, list(_told(database))), *_photo_faults(register, SealPhotos(storage))]


def agrees_with_journal(database: Database) -> bool:
    """Without a look at the photos."""
    return not list(_disagreements(SealRegister(database).entries(), list(_told(database))))


def _disagreements(register: list[SealEntry], told: list[SealEntry]) -> Iterator[str]:
    kept, known = Counter(register), Counter(told)
    for entry in (kept - known).elements():
        yield Phrase("the register of seals has {words}, of which the journal tells nothing", words=_words(entry))
    for entry in (known - kept).elements():
        yield Phrase(
            "the journal tells of {words}, which the register of seals has not, or otherwise", words=_words(entry)
        )


def _photo_faults(register: list[SealEntry], photos: SealPhotos) -> Iterator[str]:
    for entry in register:
        state = PhotoState.THERE if entry.photo is None else photos.look(entry.photo).state
        if state is not PhotoState.THERE:
            yield Phrase("the photo of {words} is {state}", words=_words(entry), state=state)


def _words(entry: SealEntry) -> str:
    return Phrase(
        "{number} {act} on {port} by {who}", number=entry.number, act=entry.act, port=entry.port, who=entry.who
    )


def _told(database: Database) -> Iterator[SealEntry]:
    """What the journal tells of seals: in entries of its own, and in what was handed on from a database set aside."""
    kinds = (EntryKind.SEAL.value, EntryKind.RECOVERY.value)
    rows = database.read(
        "SELECT kind, time_ms, what FROM sound_journal WHERE kind IN (?, ?) ORDER BY kind, seq",  # by journal_by_kind
        kinds,
    )
    for kind, time_ms, what in rows:
        content = _parsed(what)
        if kind == EntryKind.SEAL:
            yield from _entry(time_ms, content)
            continue
        for one in content.get("entries") or ():
            if isinstance(one, dict) and one.get("kind") == EntryKind.SEAL:
                yield from _entry(one.get("time_ms"), one.get("what"))


def _parsed(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _entry(time_ms: Any, what: Any) -> Iterator[SealEntry]:
    """None of what somebody wrote into an entry in another form: then the register has what it does not tell."""
    try:
        act, port, number = SealAct(what["act"]), what["port"], what["number"]
        yield SealEntry(time_ms, act, port, number, what["done_by"], what["reason"], what["photo"])
    except (KeyError, TypeError, ValueError):
        return
