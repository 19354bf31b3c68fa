"""Whether a journal is as it was written: each entry follows the one before, is what its hash says, and digests are
signed with the station's key. Pure, and in the memory of one entry.

What it cannot know is whether an entry was true when it was written, and whether there are more behind the last one:
that is told by a witness from outside of the journal (`gateway.db.anchor`, a digest at an authority, an export's end).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.core.journal_entry import BEFORE_THE_FIRST, Entry, EntryKind, JournalHead, canonical, entry_hash
from gateway.core.phrase import Phrase

IsSigned = Callable[[str, bytes, str], bool]
"""Whether the key of these hexadecimal digits has signed the bytes, with a signature in hexadecimal digits."""
SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class JournalRow:
    """An entry as it is kept or was handed on: nothing of it is relied on yet. `what`: a text."""

    seq: int
    time_ms: Any
    kind: Any
    who: Any
    what: Any
    prev: Any
    hash: Any

    def entry(self) -> Entry:
        """What it says.

        Raises:
            ValueError: nothing that an entry could be, or not in its one form.
        """
        texts = (self.kind, self.who, self.what, self.prev, self.hash)
        if not all(isinstance(one, str) for one in texts) or not isinstance(self.time_ms, int):
            raise ValueError(Phrase("it holds what no entry can"))
        what = json.loads(self.what)
        if not isinstance(what, dict) or canonical(what) != self.what:
            raise ValueError(Phrase("what it tells is not in the form in which it is written"))
        return Entry(self.seq, self.time_ms, self.kind, self.who, what, self.prev, self.hash)


@dataclass(frozen=True, slots=True)
class JournalFault:
    """An entry that does not follow, and why, in words. `is_damaged`: its row in the database is."""

    seq: int
    reason: str
    is_damaged: bool = False

    @property
    def words(self) -> Phrase:
        damaged = Phrase(" (its row is damaged on the card)") if self.is_damaged else ""
        return Phrase("entry {seq}: {reason}{damaged}", seq=self.seq, reason=self.reason, damaged=damaged)

    def __str__(self) -> str:
        return str(self.words)


class JournalCheck:
    """Follows a journal, entry by entry. After one that does not follow it goes on from there: what is told of the
    next one is about that one alone."""

    def __init__(
        self,
        is_signed: IsSigned,
        witness: JournalHead | None = None,
        begin: JournalHead = BEFORE_THE_FIRST,
        key: str | None = None,
    ) -> None:
        """`witness`: an entry that is known from elsewhere. `begin`: what the first entry follows. `key`: the public
        key in force there; `None`: the first KEY entry names it."""
        self.head = begin
        self.key = key
        self.keys = [] if key is None else [key]
        """All that were in force, the newest last."""
        self.entries = 0
        self._is_signed = is_signed
        self._witness = witness

    def follow(self, row: JournalRow) -> list[JournalFault]:
        """The next one. Returns what is wrong with it; nothing if it follows."""
        reasons = [*self._place(row), *self._content(row)]
        if self._witness is not None and row.seq == self._witness.seq and row.hash != self._witness.hash:
            reasons.append(Phrase("it is not the one that was written: the anchor beside the database knows another"))
        self.head = JournalHead(row.seq, row.hash)
        self.entries += 1
        return [JournalFault(row.seq, reason) for reason in reasons]

    def end(self) -> list[JournalFault]:
        """After the last one: whether entries are missing behind it."""
        if self._witness is None or self._witness.seq <= self.head.seq:
            return []
        return [
            JournalFault(
                self.head.seq + 1,
                Phrase(
                    "it is missing, and all behind it: the anchor beside the database knows entry {seq}",
                    seq=self._witness.seq,
                ),
            )
        ]

    def _place(self, row: JournalRow) -> list[str]:
        expected = self.head.seq + 1
        if row.seq < 1:
            return [Phrase("no entry has a number below 1")]
        if row.seq < expected:
            return [Phrase("it stands behind entry {seq}", seq=self.head.seq)]
        if row.seq > expected:
            missing = (
                Phrase("entry {expected} is", expected=expected)
                if row.seq == expected + 1
                else Phrase("entries {expected} to {seq} are", expected=expected, seq=row.seq - 1)
            )
            return [Phrase("{missing} missing before it", missing=missing)]
        if row.prev != self.head.hash:
            before = (
                Phrase("entry {seq}", seq=self.head.seq) if self.head.seq else Phrase("nothing, as the first one would")
            )
            return [Phrase("it does not follow {before}: its prev is another hash", before=before)]
        return []

    def _content(self, row: JournalRow) -> list[str]:
        try:
            entry = row.entry()
            own = entry_hash(entry.seq, entry.time_ms, entry.kind, entry.who, entry.what, entry.prev)
        except (ValueError, RecursionError) as fault:
            return [Phrase("it cannot be read: {fault}", fault=fault)]
        if own != entry.hash:
            return [Phrase("it is not as it was written: its hash is not that of what it says")]
        if entry.kind == EntryKind.KEY.value:
            self._take_key(entry.what.get("public"))
        return self._signature(entry.what) if entry.kind == EntryKind.DIGEST.value else []

    def _take_key(self, public: object) -> None:
        self.key = str(public)
        if self.key not in self.keys:
            self.keys.append(self.key)

    def _signature(self, what: Mapping[str, Any]) -> list[str]:
        if what.get("key") != self.key:
            return [Phrase("it is signed with a key that was not in force")]
        if what.get("head") != {"seq": self.head.seq, "hash": self.head.hash}:
            return [Phrase("it was signed behind another entry than the one before it")]
        return [] if self.has_signed(what) else [Phrase("its signature does not hold")]

    def has_signed(self, what: Mapping[str, Any]) -> bool:
        """Whether the key that it names signed all the rest of it; no where that is nothing that can be written."""
        try:
            rest = canonical({name: content for name, content in what.items() if name != SIGNATURE}).encode()
        except (ValueError, RecursionError):
            return False
        return self._is_signed(str(what.get("key")), rest, str(what.get(SIGNATURE)))
