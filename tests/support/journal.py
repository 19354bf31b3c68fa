"""A station's journal for tests: entries of every kind, digests signed with its key, and what somebody may do to it."""

from __future__ import annotations

import random
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from gateway.core.journal_check import SIGNATURE, JournalRow
from gateway.core.journal_entry import FIRST_PREV, EntryKind, JournalHead, canonical, entry_hash
from gateway.db import Database
from gateway.journal.chain import append
from gateway.journal.key import JournalKey
from gateway.journal.key_in_force import open_key
from gateway.journal.rows import head, rows

GUIDE = Path(__file__).parents[2] / "docs" / "verify-a-journal.md"
BEGAN_MS = 1_767_200_400_000
_KINDS = (EntryKind.START, EntryKind.SEAL, EntryKind.PORT, EntryKind.QUALITY, EntryKind.OUTAGE)


def write_journal(database: Database, entries: int = 24, digest_every: int = 8) -> JournalKey:
    """That many entries, of which one in so many is a digest. Returns the key."""
    key = open_key(database, database.file.parent, BEGAN_MS)
    assert key is not None
    for number in range(1, entries):
        with database.write() as connection:
            if number % digest_every == 0:
                append(connection, BEGAN_MS + number, EntryKind.DIGEST, signed_digest(database, key, number))
            else:
                what = {"number": number, "text": "Trạm số 1", "value": number / 7, "none": None}
                append(connection, BEGAN_MS + number, _KINDS[number % len(_KINDS)], what, f"user {number % 3}")
    return key


def signed_digest(database: Database, key: JournalKey, day: int) -> dict[str, Any]:
    newest = head(database)
    assert newest is not None
    what = {
        "day": f"2026-01-{day % 28 + 1:02}",
        "root": "ab" * 32,
        "head": {"seq": newest.seq, "hash": newest.hash},
        "key": key.public_hex,
    }
    return {**what, SIGNATURE: key.sign(canonical(what).encode())}


def hashed(kept: list[JournalRow], begin: JournalHead | None = None) -> list[JournalRow]:
    """The same entries numbered and bound anew, as somebody would who has read how it is done."""
    seq, prev = (begin.seq, begin.hash) if begin else (0, FIRST_PREV)
    made = []
    for row in kept:
        seq += 1
        content = JournalRow(seq, row.time_ms, row.kind, row.who, row.what, prev, "").entry()
        prev_of, prev = prev, entry_hash(seq, content.time_ms, content.kind, content.who, content.what, prev)
        made.append(JournalRow(seq, row.time_ms, row.kind, row.who, row.what, prev_of, prev))
    return made


def all_rows(database: Database) -> list[JournalRow]:
    return list(rows(database))


Edit = Callable[[list[JournalRow], random.Random], list[JournalRow]]


def changed(kept: list[JournalRow], chance: random.Random) -> list[JournalRow]:
    """A character of one column is another one."""
    place, column = chance.randrange(len(kept)), chance.choice(("kind", "who", "what", "prev", "hash", "time_ms"))
    value = getattr(kept[place], column)
    if column == "time_ms":
        value += chance.choice((-1, 1)) * chance.randrange(1, 10_000)
    else:
        at = chance.randrange(len(value))
        other = chance.choice([one for one in "0123456789abcdef ,ế" if one != value[at]])
        value = value[:at] + other + value[at + chance.randrange(2) :]
    return _with(kept, place, **{column: value})


def changed_and_hashed(kept: list[JournalRow], chance: random.Random) -> list[JournalRow]:
    """One entry's hash is made to agree with what it says now."""
    place = chance.randrange(len(kept))
    before = JournalHead(kept[place].seq - 1, kept[place].prev)
    [made] = hashed([_with(kept, place, who="somebody else")[place]], before)
    return [*kept[:place], made, *kept[place + 1 :]]


def spread_out(kept: list[JournalRow], chance: random.Random) -> list[JournalRow]:
    """The same JSON with a blank: nothing else but the form of what it tells."""
    place = chance.randrange(len(kept))
    return _with(kept, place, what=kept[place].what.replace(":", ": ", 1))


def removed(kept: list[JournalRow], chance: random.Random) -> list[JournalRow]:
    first = chance.randrange(len(kept) - 1)
    return kept[:first] + kept[first + chance.randrange(1, len(kept) - first) :]


def removed_and_renumbered(kept: list[JournalRow], chance: random.Random) -> list[JournalRow]:
    place = chance.randrange(len(kept) - 1)
    later = [_with(kept, at, seq=kept[at].seq - 1)[at] for at in range(place + 1, len(kept))]
    return kept[:place] + later


def put_in(kept: list[JournalRow], chance: random.Random) -> list[JournalRow]:
    """An entry in the middle, those behind it one number further."""
    place = chance.randrange(1, len(kept))
    before = JournalHead(kept[place - 1].seq, kept[place - 1].hash)
    made = hashed([_with(kept, place, kind="seal", what="{}")[place]], before)
    return kept[:place] + made + [_with(kept, at, seq=kept[at].seq + 1)[at] for at in range(place, len(kept))]


def exchanged(kept: list[JournalRow], chance: random.Random) -> list[JournalRow]:
    """Two entries have one another's number."""
    one, other = chance.sample(range(len(kept)), 2)
    found = list(kept)
    found[one] = _with(kept, other, seq=kept[one].seq)[other]
    found[other] = _with(kept, one, seq=kept[other].seq)[one]
    return found


def truncated(kept: list[JournalRow], chance: random.Random) -> list[JournalRow]:
    return kept[: chance.randrange(len(kept))]


def tail_hashed_anew(kept: list[JournalRow], chance: random.Random) -> list[JournalRow]:
    """An entry is another one, and all behind it are bound anew: within itself the chain is whole."""
    place = chance.randrange(len(kept))
    before = JournalHead(kept[place].seq - 1, kept[place].prev)
    return kept[:place] + hashed(_with(kept, place, who="somebody else")[place:], before)


EDITS: tuple[Edit, ...] = (
    changed,
    changed_and_hashed,
    spread_out,
    removed,
    removed_and_renumbered,
    put_in,
    exchanged,
    truncated,
    tail_hashed_anew,
)


def _with(kept: list[JournalRow], place: int, **columns: Any) -> list[JournalRow]:
    one = kept[place]
    values = {name: getattr(one, name) for name in ("seq", "time_ms", "kind", "who", "what", "prev", "hash")}
    return [*kept[:place], JournalRow(**{**values, **columns}), *kept[place + 1 :]]


def script(folder: Path) -> Path:
    """The script of the guide, in a file."""
    found = re.search(r"^```python\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    file = folder / "verify.py"
    file.write_text(found[1], "utf-8")
    return file


def believes(script: Path, export: Path, key: str) -> bool:
    """Whether the script does, in this process: for many files."""
    argv, sys.argv = sys.argv, [str(script), str(export), key]
    try:
        with redirect_stdout(StringIO()):
            runpy.run_path(str(script))
    except (SystemExit, Exception):  # whatever it stumbles over ends it with an exit code that is not 0
        return False
    finally:
        sys.argv = argv
    return True


def run_script(file: Path, export: Path, key: str) -> subprocess.CompletedProcess[str]:
    """With the standard library alone."""
    return subprocess.run(
        [sys.executable, "-I", "-S", file, export, key], capture_output=True, text=True, check=False, timeout=120
    )
