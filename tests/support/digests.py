"""A station whose days are digested, for tests that ask what became of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.audit.daily_digest import SETTLED_MS, DailyDigest, DigestRules
from gateway.core.interfaces import Instant
from gateway.core.journal_entry import entry_hash
from gateway.journal.key_in_force import open_key
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DESTINATION = "so-tnmt"


class DigestStation:
    """A database, a key, and the stage on it."""

    def __init__(self, folder: Path, *, recipients: Sequence[str] = ()) -> None:
        self.journey = Journey(folder)
        key = open_key(self.journey.database, folder, MIDNIGHT_MS + HOUR_MS)
        assert key is not None
        self.key = key
        self.rules = DigestRules("HN", "ABCD", "NUO001", ZONE, [(DESTINATION, SLOT_MS)], recipients)
        self.notified = 0
        self.begin()

    def begin(self) -> None:
        self.stage = DailyDigest(self.journey.database, self.key, self.rules, self._notify)

    def _notify(self) -> None:
        self.notified += 1

    def at(self, wall_ms: int) -> None:
        """Call the stage until it rests."""
        self.stage._next_s = float("-inf")
        for _ in range(1000):
            if self.stage.step(Instant(wall_ms, 1000.0)) > 1000.0:
                return
        raise AssertionError("it never rests")

    def day_over(self, days: int) -> None:
        """It is a quarter past midnight, so many days after the first began."""
        self.at(MIDNIGHT_MS + days * DAY_MS + SETTLED_MS)

    def file(self, day: int, slot: int = 1) -> int:
        """A file of that day (counted from 0), made when its slot had ended."""
        return self.journey.send(MIDNIGHT_MS + day * DAY_MS + slot * SLOT_MS, [DESTINATION])

    def digests(self) -> list[dict[str, object]]:
        rows = self.journey.database.read("SELECT what FROM journal WHERE kind = 'digest' ORDER BY seq")
        return [json.loads(what) for (what,) in rows]

    def days(self) -> list[tuple[object, object]]:
        return [(one["day"], one["files"]) for one in self.digests()]

    def chain_is_whole(self) -> bool:
        rows = self.journey.database.read("SELECT seq, time_ms, kind, who, what, prev, hash FROM journal ORDER BY seq")
        ours = all(entry_hash(*row[:4], json.loads(row[4]), row[5]) == row[6] for row in rows)
        return ours and all(before[6] == after[5] for before, after in pairwise(rows))
