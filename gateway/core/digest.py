"""A day's digest: the files that were made, under one Merkle root, signed with the station's key. Pure, so that a third
party can do the same.

A file's leaf is its name, a line feed, and the 64 hexadecimal digits of its SHA-256. What is signed is the canonical
JSON (`gateway.core.journal_entry`) of the digest without `signature`. A digest is the `what` of a journal's entry of
kind `digest`:

    {"day": "2026-01-05", "part": 1, "station": "NUO001", "first_file": 289, "last_file": 576, "files": 288,
     "root": "…", "head": {"seq": 41, "hash": "…"}, "key": "…", "signature": "…"}

`head` is the entry before it; a day of many files has several parts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gateway.core.journal_entry import canonical
from gateway.core.merkle import leaf_hash

MOST_FILES = 4096
"""In one digest. What is more follows in another part of the same day."""
MOST_MISSED_DAYS = 366
"""Days that are made up for. A gap that is longer is a clock that was wrong."""
SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class DayPart:
    """Which digest: a day of the station's calendar, and which part of it, counted from 1."""

    day: date
    part: int = 1

    @classmethod
    def of(cls, day: str, part: int) -> DayPart:
        """Of the day as it is written: 2026-01-05.

        Raises:
            ValueError: it is no day.
        """
        return cls(date.fromisoformat(day), part)


@dataclass(frozen=True, slots=True)
class DigestedFiles:
    """What the newest digest held: which it was, up to which file's number all are in one, and how many it had."""

    of: DayPart
    last_file: int
    files: int


def file_leaf(name: str, sha256: bytes) -> bytes:
    """The hash that stands for the file in the tree."""
    return leaf_hash(f"{name}\n{sha256.hex()}".encode())


def signed_text(what: Mapping[str, Any]) -> bytes:
    """Of a digest, what its signature is over."""
    return canonical({name: content for name, content in what.items() if name != SIGNATURE}).encode()


def digest_name(province: str, facility: str, station: str, of: DayPart) -> str:
    """The file's name at a destination. It does not end as a data file does, so that no receiver takes it for one."""
    part = "" if of.part == 1 else f"_{of.part}"
    return f"{province}_{facility}_{station}_{of.day:%Y%m%d}{part}.digest.json"


def next_digest(newest: DigestedFiles, whole_day: date, made: Collection[date]) -> DayPart | None:
    """Which digest is due; `None`: none is. `whole_day`: the newest day that is over. `made`: the days from
    `missed_since` on that have one.

    A part that is full is followed by another. Days that were missed are made up for, each once. A digest of a day that
    has not come was made by a clock that was ahead: it counts for nothing but its own day.
    """
    if newest.files >= MOST_FILES:
        return DayPart(newest.of.day, newest.of.part + 1)
    first = missed_since(newest, whole_day)
    days = (first + timedelta(days=n) for n in range((whole_day - first).days + 1))
    return next((DayPart(day) for day in days if day not in made), None)


def missed_since(newest: DigestedFiles, whole_day: date) -> date:
    """The first day that may have been missed."""
    if newest.of.day >= whole_day:
        return whole_day
    return max(newest.of.day + timedelta(days=1), whole_day - timedelta(days=MOST_MISSED_DAYS - 1))
