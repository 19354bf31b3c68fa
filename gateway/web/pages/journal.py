"""Journal: what happened at the station, newest first, in words and as it is written; whether the newest of it follows
entry by entry, and the newest digest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.audit.inspections import WHOLE, InspectionStore
from gateway.core.instants import EARLIEST_MS, FAR_FUTURE_MS
from gateway.core.journal_check import JournalRow
from gateway.core.journal_entry import EntryKind, canonical
from gateway.core.role import Role
from gateway.core.span import first_ms, last_ms
from gateway.db.anchor import AnchorFile
from gateway.journal.rows import JournalQuery, newest_rows
from gateway.journal.verification import verify_newest
from gateway.reports.digests import newest_digest
from gateway.web.page_words import day_in_words
from gateway.web.room import BadRequest, Page, Room, StationLook

ENTRIES = 50
FOLLOWED = 300
"""So many of the newest are followed for every look; all of them every night, and by `gateway journal verify`."""
_LONG_WORDS, _LONG_WORD = 240, 50
"""Letters of a field, and of one word of it; a file's name is shorter."""
_MOST_WORDS = 400
"""Letters of one field; the whole of it is in the entry as it is written."""
_KINDS = ("noted", "violation")
"""Among which terms a kind may be."""
_ACTS = ("act", "state", "action")
"""What an entry says of what was done stands under one of these."""


@dataclass(frozen=True, slots=True)
class ToldField:
    """`name` in words, or as it is written where there are none. `moment_ms`: it is an instant."""

    name: str
    words: str
    moment_ms: int | None = None

    @property
    def is_long(self) -> bool:
        """A digest, a signature, or more than two lines: folded with what is written."""
        return len(self.words) > _LONG_WORDS or any(len(one) > _LONG_WORD for one in self.words.split())


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """An entry for people; `written` is all of it. `is_readable`: whether it is what an entry can be."""

    seq: int
    time_ms: int | None
    kind: str
    act: str
    who: str
    fields: tuple[ToldField, ...]
    written: str
    is_readable: bool = True


def journal(look: StationLook) -> Page:
    query = _query(look)
    found = newest_rows(look.database, query, ENTRIES + 1)
    shown = found[:ENTRIES]
    anchor = AnchorFile(look.configuration.storage.path).read().anchor
    return Page(
        "journal.html",
        {
            "asked": {name: look.query.get(name, "") for name in ("from", "to", "kind")},
            "before": query.before,
            "kinds": [(one.value, look.wording.texts(f"page.journal.kind.{one.value}")) for one in EntryKind],
            "entries": [_told(look, row) for row in shown],
            "older": shown[-1].seq if len(found) > ENTRIES else None,
            "verified": verify_newest(look.database, None if anchor is None else anchor.journal, FOLLOWED),
            "inspection": InspectionStore(look.database).states().get(WHOLE),
            "digest": newest_digest(look.database),
        },
    )


def _query(look: StationLook) -> JournalQuery:
    """What is asked for in the address.

    Raises:
        BadRequest: it makes no sense.
    """
    zone, texts = look.configuration.station.zone, look.wording.texts
    first, last, kind = (look.query.get(name, "").strip() for name in ("from", "to", "kind"))
    before, seq = look.query.get("before", ""), look.query.get("seq", "")
    if kind and kind not in list(EntryKind):
        raise BadRequest(texts("page.journal.no_kind", kind=kind))
    try:
        from_ms = first_ms(first, zone) if first else None
        until_ms = last_ms(last, zone) if last else None
    except ValueError:
        raise BadRequest(texts("page.journal.no_time", time=f"{first} {last}".strip())) from None
    if not all(number == "" or _is_number(number) for number in (before, seq)):
        raise BadRequest(texts("page.journal.no_number", number=before or seq))
    below = int(seq) + 1 if seq else int(before) if before else None
    return JournalQuery(from_ms, until_ms, kind or None, below)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15


def _told(look: StationLook, row: JournalRow) -> ToldEntry:
    texts = look.wording.texts
    kind = str(row.kind)
    key = f"page.journal.kind.{kind}"
    name = texts(key) if texts.has(key) else kind
    try:
        entry = row.entry()
    except (ValueError, TypeError, RecursionError):
        return ToldEntry(row.seq, _instant(row.time_ms), name, "", str(row.who), (), str(row.what), is_readable=False)
    what = entry.what
    acts = [str(what[one]) for one in _ACTS if one in what]
    act = _words(look, f"page.journal.act.{acts[0]}", acts[0]) if acts else ""
    return ToldEntry(
        row.seq,
        _instant(entry.time_ms),
        name,
        act,
        "" if entry.who == "gateway" else entry.who,
        tuple(_fields(look, what)),
        json.dumps(what, ensure_ascii=False, indent=1, sort_keys=True),
    )


def _fields(look: StationLook, what: Mapping[str, Any]) -> Iterator[ToldField]:
    """What it tells, one by one; what is empty and what is said already are left out."""
    for name, content in what.items():
        if content in (None, "", [], {}) or name in _ACTS:
            continue
        words = _words(look, f"page.journal.field.{name}", name)
        if (
            name.endswith("_ms")
            and isinstance(content, int)
            and _instant(content) is not None
            and content > EARLIEST_MS
        ):
            yield ToldField(words, "", content)
        else:
            shown = _kind(look, content) if name == "kind" else _content(look, content)
            yield ToldField(words, shown if len(shown) <= _MOST_WORDS else f"{shown[:_MOST_WORDS]} …")


def _kind(look: StationLook, kind: Any) -> str:
    """Of a finding or a violation, in words."""
    texts = look.wording.texts
    return next((texts(key) for group in _KINDS if texts.has(key := f"term.{group}_{kind}")), str(kind))


def _content(look: StationLook, content: Any) -> str:
    match content:
        case bool():
            return look.wording.texts("term.yes" if content else "term.no")
        case str():
            return _words(look, f"term.cause_{content}", day_in_words(content, look.wording))
        case int() | float():
            return str(content)
        case list() if all(isinstance(one, str | int) for one in content):
            return ", ".join(map(str, content))
        case list() if all(isinstance(one, dict) for one in content):
            return "; ".join(_content(look, one) for one in content)
        case dict():
            fields = _fields(look, dict(sorted(content.items(), key=lambda one: one[0] != "name")))
            return ", ".join(f"{one.name}: {one.words or _moment(look, one.moment_ms)}" for one in fields)
    return canonical(content)


def _moment(look: StationLook, at_ms: int | None) -> str:
    return "" if at_ms is None else look.wording.moment(look.local(at_ms), has_seconds=True)


def _words(look: StationLook, key: str, otherwise: str) -> str:
    texts = look.wording.texts
    return texts(key) if texts.has(key) else otherwise


def _instant(at_ms: object) -> int | None:
    return at_ms if isinstance(at_ms, int) and 0 <= at_ms < FAR_FUTURE_MS else None


ROOM = Room("journal", "/journal", journal, role=Role.AUTHORITY)
