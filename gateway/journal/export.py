"""The journal as a file for others: JSON lines, of which the first says where it begins, the last, signed, where it
ends. `docs/verify-a-journal.md` has the script with which a third party verifies it; here is the same for ourselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from gateway.core.errors import GatewayError
from gateway.core.journal_check import SIGNATURE, JournalCheck, JournalFault, JournalRow
from gateway.core.journal_entry import BEFORE_THE_FIRST, JournalHead, canonical, sayable
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.journal.key import JournalKey, is_signed
from gateway.journal.key_in_force import key_in_force
from gateway.journal.rows import head, rows
from gateway.journal.verification import LISTED, VerifiedJournal

FORMAT = "station-gateway-journal-1"
MOST_LINE = 1 << 24
"""Bytes. No entry of ours is as long, and no file may fill the memory."""


@dataclass(frozen=True, slots=True)
class ExportSpan:
    """Which entries, and what the first one follows."""

    begin: JournalHead
    last: int


def whole(database: Database) -> ExportSpan:
    """All entries that there are now.

    Raises:
        GatewayError: there is none.
    """
    newest = head(database)
    if newest is None:
        raise GatewayError(Phrase("the journal is empty: the gateway has never run here (gateway run)"))
    return ExportSpan(BEFORE_THE_FIRST, newest.seq)


def between(database: Database, first: int, last: int) -> ExportSpan:
    """Those of these numbers."""
    row = next(rows(database, first, last))
    return ExportSpan(JournalHead(first - 1, str(row.prev)), last)


def export_lines(database: Database, key: JournalKey, station: str, now_ms: int, wanted: ExportSpan) -> Iterator[str]:
    """The file's lines, without their ends. An entry that is damaged beyond repair is handed on as it stands.

    Raises:
        GatewayError: the key is not the one in force, there or now, or the journal cannot be read.
    """
    if key.public_hex != key_in_force(database):
        raise GatewayError(
            Phrase("another key lies there than the journal names: restart the gateway, it takes account of it")
        )
    if key.public_hex != key_in_force(database, before=wanted.last + 1):
        raise GatewayError(
            Phrase(
                "behind entry {last} the station came to have another key, which cannot vouch for an end there:"
                " write a later --to, or none",
                last=wanted.last,
            )
        )
    begin = wanted.begin
    before = key_in_force(database, before=begin.seq + 1)
    first = {"export": FORMAT, "station": station, "key": before, "seq": begin.seq, "prev": begin.hash}
    yield canonical(first)
    count, newest = 0, begin
    for row in rows(database, begin.seq + 1, wanted.last):
        yield _line(row)
        count, newest = count + 1, JournalHead(row.seq, str(row.hash))
    end: dict[str, Any] = {
        "end": FORMAT,
        "station": station,
        "begin": first,
        "time_ms": now_ms,
        "entries": count,
        "head": {"seq": newest.seq, "hash": newest.hash},
        "key": key.public_hex,
    }
    yield canonical({**end, SIGNATURE: key.sign(canonical(end).encode())})


def _line(row: JournalRow) -> str:
    try:
        what = json.loads(row.what)
    except (ValueError, TypeError, RecursionError):
        what = str(row.what)
    content = {"seq": row.seq, "time_ms": row.time_ms, "kind": row.kind, "who": row.who, "what": what}
    return canonical(sayable({**content, "prev": row.prev, "hash": row.hash}))


def verify_file(file: Path) -> VerifiedJournal:
    """As `verify_export`, of the lines of a file.

    Raises:
        GatewayError: it cannot be read, or is no export of a journal.
    """
    try:
        with file.open("rb") as source:
            return verify_export(map(_text, iter(lambda: source.readline(MOST_LINE + 1), b"")))
    except OSError as error:
        raise GatewayError(Phrase("{file} cannot be read: {strerror}", file=file, strerror=error.strerror)) from None


def _text(line: bytes) -> str:
    """Nothing if it is none: then it is no entry."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return ""


def verify_export(lines: Iterable[str]) -> VerifiedJournal:
    """Whether the file is whole, and as it was exported. `lines`: with or without their ends.

    Raises:
        GatewayError: it is no export of a journal.
    """
    source = iter(lines)
    line = next(source, "").rstrip("\n")
    first = _content(line)
    if first.get("export") != FORMAT or not _is_number(first.get("seq")):
        raise GatewayError(
            Phrase("this is no export of a journal: its first line does not say {format!r}", format=FORMAT)
        )
    if _canonical(first) != line:
        raise GatewayError(Phrase("this is no export of a journal as it was made: its first line is written otherwise"))
    begin = JournalHead(first["seq"], str(first.get("prev")))
    check = JournalCheck(is_signed, begin=begin, key=None if first.get("key") is None else str(first["key"]))
    faults: list[JournalFault] = []
    end: str | None = None
    for line in source:
        if end is not None:
            faults.append(JournalFault(check.head.seq + 1, Phrase("it stands behind the export's end")))
        elif "end" in (content := _content(line)):
            end = line.rstrip("\n")
        else:
            faults += _followed(check, content, line.rstrip("\n"))
        if len(faults) >= LISTED:
            break
    if len(faults) < LISTED:
        faults += _ended(check, first, end)
    newest = check.head if check.entries else None
    return VerifiedJournal(check.entries, newest, tuple(check.keys), tuple(faults[:LISTED]), begin=begin.seq)


def _followed(check: JournalCheck, content: dict[str, Any], line: str) -> list[JournalFault]:
    names = ("time_ms", "kind", "who", "what", "prev", "hash")
    seq = content.get("seq")
    if not _is_number(seq) or content.keys() != {"seq", *names}:
        return [JournalFault(check.head.seq + 1, Phrase("in its place stands a line that is no entry"))]
    if _canonical(content) != line:
        return [
            JournalFault(seq, Phrase("its line is not in the form in which it is written")),
            *_follow(check, seq, content),
        ]
    return _follow(check, seq, content)


def _follow(check: JournalCheck, seq: int, content: dict[str, Any]) -> list[JournalFault]:
    what = _canonical(content["what"])
    row = JournalRow(seq, content["time_ms"], content["kind"], content["who"], what, content["prev"], content["hash"])
    return check.follow(row)


def _ended(check: JournalCheck, first: dict[str, Any], line: str | None) -> list[JournalFault]:
    behind = check.head.seq + 1
    if line is None:
        return [JournalFault(behind, Phrase("the export has no end: it was cut off"))]
    end = _content(line)
    if _canonical(end) != line:
        return [JournalFault(behind, Phrase("the export's end is not in the form in which it is written"))]
    if end.get("head") != {"seq": check.head.seq, "hash": check.head.hash} or end.get("entries") != check.entries:
        return [JournalFault(behind, Phrase("the export's end is that of another journal, or entries are missing"))]
    if end.get("begin") != first:
        return [JournalFault(behind, Phrase("the export's end is that of one that begins otherwise"))]
    if end.get("key") != check.key or not check.has_signed(end):
        return [JournalFault(behind, Phrase("the export's end is not signed with the key in force"))]
    return []


def _is_number(seq: object) -> TypeGuard[int]:
    """Whether a row can have it."""
    return isinstance(seq, int) and not isinstance(seq, bool) and -(1 << 63) <= seq < 1 << 63


def _content(line: str) -> dict[str, Any]:
    """What a line says; nothing if it is no JSON object."""
    try:
        content = json.loads(line) if len(line) <= MOST_LINE else None
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _canonical(content: Any) -> str | None:
    try:
        return canonical(content)
    except (ValueError, RecursionError):
        return None
