"""One entry of the journal, and how it is bound to the one before: pure, so that a third party can do the same.

The hash is SHA-256 over the canonical JSON of the entry without its hash: keys sorted, no spaces, UTF-8 as it is
(`json.dumps(…, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

FIRST_PREV = "0" * 64
"""Stands for the hash of the entry before the first."""
_MOST_DEPTH = 100
_MOST_BITS = 1024
"""Of a number: what is larger is told as a text, for not every program reads it."""
GATEWAY = "gateway"
"""Who: the daemon by itself, not a person."""


class EntryKind(StrEnum):
    """What an entry tells of; the values are the database's, the export's and the command line's."""

    KEY = "key"
    """A signing key was made, or another one is used from here on."""
    START = "start"
    STOP = "stop"
    """The daemon ended, and why; of a sudden end the next start tells."""
    ROLLBACK = "rollback"
    CONFIGURATION = "configuration"
    CONFIGURATION_REFUSED = "configuration_refused"
    """Somebody asked for another one to be taken over, and it was not."""
    VERSION = "version"
    """The gateway's and its packages' versions, where they changed."""
    CALIBRATION = "calibration"
    LIMITS = "limits"
    """The limits in force, where they changed."""
    LIMIT_CHANGE = "limit_change"
    """Limits that changed with a day of their own, such as a table's value from 2026 on."""
    QUALITY = "quality"
    EXCEEDANCE = "exceedance"
    OUTAGE = "outage"
    STANDSTILL = "standstill"
    DELIVERY = "delivery"
    """What people did to deliveries, and files that are not as we would have them at the far end."""
    TOTALS = "totals"
    """A day's deliveries, counted."""
    STORAGE = "storage"
    CLOCK = "clock"
    PORT = "port"
    POLICY = "policy"
    SEAL = "seal"
    BOX = "box"
    """Space, temperature, voltage, memory, wear of the box."""
    INSTRUMENT = "instrument"
    """One that gives nothing, and gives values again."""
    CAMERA = "camera"
    VIEW = "view"
    """Somebody looked at a camera through the relay."""
    LOGIN = "login"
    """At the page."""
    HANDOVER = "handover"
    ACCEPTANCE = "acceptance"
    """An acceptance test of the station: begun, each verdict, finished."""
    RECOVERY = "recovery"
    """What was brought back from another database; entries of this journal that found no place in it any more."""
    SAMPLE = "sample"
    ORDER = "order"
    """A transport order was set aside, or released by a person."""
    DIGEST = "digest"
    """A day's files under one Merkle root, signed."""


@dataclass(frozen=True, slots=True)
class JournalHead:
    """The newest entry of a journal, which stands for all of it."""

    seq: int
    hash: str


BEFORE_THE_FIRST = JournalHead(0, FIRST_PREV)


@dataclass(frozen=True, slots=True)
class Entry:
    """`time_ms`: UTC, by the wall clock when it was written. `prev`, `hash`: 64 hexadecimal digits."""

    seq: int
    time_ms: int
    kind: str
    who: str
    what: Mapping[str, Any]
    prev: str
    hash: str


def canonical(content: object) -> str:
    """The one JSON text of it.

    Raises:
        ValueError: it holds NaN or an infinity.
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sayable(content: object, depth: int = 0) -> Any:
    """The same as JSON and UTF-8 can hold it: what came from outside may be no text, a number may be none.

    An entry is part of the transaction of what it tells: no word in it may make that fail.
    """
    if isinstance(content, str):
        return content.encode(errors="backslashreplace").decode()
    if depth > _MOST_DEPTH:
        return "too deep to be told"
    if isinstance(content, Mapping):
        return {sayable(str(key)): sayable(value, depth + 1) for key, value in content.items()}
    if isinstance(content, list | tuple | set | frozenset):
        return [sayable(one, depth + 1) for one in content]
    if isinstance(content, int) and content.bit_length() > _MOST_BITS:
        return hex(content)
    if content is None or isinstance(content, bool | int) or (isinstance(content, float) and isfinite(content)):
        return content
    return sayable(str(content))


def entry_hash(seq: int, time_ms: int, kind: str, who: str, what: Mapping[str, Any], prev: str) -> str:
    """What binds the entry to all before it."""
    content = {"seq": seq, "time_ms": time_ms, "kind": kind, "who": who, "what": what, "prev": prev}
    return hashlib.sha256(canonical(content).encode()).hexdigest()
