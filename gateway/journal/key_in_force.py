"""Which key the journal is signed with from now on: found or made when the daemon starts, and every other one than
before is an entry, so that a key that was lost, changed or replaced is never taken over in silence."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

from gateway.core.journal_entry import EntryKind
from gateway.core.phrase import Phrase
from gateway.db import Database, set_aside
from gateway.db.damage import SetAsideKind
from gateway.journal.chain import append
from gateway.journal.key import NAME, JournalKey, KeyUnusable, make_key, read_key

_log = logging.getLogger(__name__)

_END = (1 << 63) - 1
_ADVICE = (
    "tell whoever verifies this station's journal its new key (gateway journal show --kind key), then close the matter"
)


def open_key(database: Database, folder: Path, now_ms: int) -> JournalKey | None:
    """The key in `folder`, made if there is none. Where it is not the one of the newest KEY entry, another such entry
    names both, and a person is told unless it is the first of all.

    `None`: the card takes no key now; nothing is signed until a start finds one or makes one.
    """
    file = folder / NAME
    known = key_in_force(database)
    try:
        key, reason = read_key(file), Phrase("another key lies there") if known else Phrase("no entry names it")
    except FileNotFoundError:
        key, reason = None, Phrase("its file was lost") if known else Phrase("the first start")
    except KeyUnusable as error:
        _log.error("the journal's key is unusable and is set aside what=%r", str(error))
        key, reason = None, Phrase("its file was unusable: {error}", error=error)
    try:
        if key is None:
            _set_aside(file)
            key = make_key(file)
    except OSError as error:
        _log.error("the journal's key cannot be kept, nothing is signed until the next start error=%r", str(error))
        return None
    _close_to_others(file)
    if key.public_hex != known:
        _note(database, key.public_hex, known, reason, now_ms)
    return key


def key_in_force(database: Database, before: int = _END) -> str | None:
    """The public half that the newest KEY entry names, of those before a number; `None`: no entry does."""
    rows = database.read(
        "SELECT what ->> '$.public' FROM sound_journal WHERE kind = ? AND seq < ? ORDER BY seq DESC LIMIT 1",
        (EntryKind.KEY.value, before),
    )
    return None if not rows or rows[0][0] is None else str(rows[0][0])


def _note(database: Database, public_hex: str, known: str | None, reason: str, now_ms: int) -> None:
    what = {"public": public_hex, "before": known, "reason": reason}
    matter = Phrase(
        "signed with {public_hex}… from now on, not with {known}… any more: {reason}",
        public_hex=public_hex[:16],
        known=(known or "")[:16],
        reason=reason,
    )
    with database.write() as connection:
        entry = append(connection, now_ms, EntryKind.KEY, what)
        if known is not None:
            set_aside.keep(connection, SetAsideKind.JOURNAL, f"key {public_hex[:16]}", matter, now_ms)
    if known is None:
        _log.info("the journal's key public=%s entry=%d", public_hex, entry.seq)
    else:
        _log.critical("the journal is %s; %s entry=%d", matter, _ADVICE, entry.seq)


def _close_to_others(file: Path) -> None:
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            _log.error("others could read the journal's key, its rights are put right file=%s", file)
            file.chmod(0o600)
    except OSError as error:
        _log.error("others may read the journal's key file=%s error=%r", file, str(error))


def _set_aside(file: Path) -> None:
    """Whatever bears the name keeps its content under another: a person may find the key in it.

    Raises:
        OSError: it cannot be renamed.
    """
    number = 1
    while os.path.lexists(kept := file.with_name(f"{file.name}.unusable-{number}")):
        number += 1
    try:
        file.rename(kept)
    except FileNotFoundError:
        return
    _log.error("what bore the name of the journal's key was set aside kept=%s", kept)
