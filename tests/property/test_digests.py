"""Whatever clocks, restarts and missed days do: each file is in one digest in the end, and no day has two of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.audit import daily_digest
from gateway.audit.digested_files import check_digested_files
from gateway.core import digest
from gateway.core.digest import file_leaf
from gateway.core.instants import local_time
from gateway.db.verify import verify
from gateway.files.proofs import proofs_after
from gateway.journal.digests import DigestStore, KeptDigest
from tests.support.digests import DigestStation
from tests.support.examples import examples
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS

FEW = 3
"""Files in one digest at the most, so that days have parts."""
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class DigestMachine(RuleBasedStateMachine):
    """A station whose clock anybody may set."""

    @initialize()
    def begin(self) -> None:
        self.most = digest.MOST_FILES
        for module in (digest, daily_digest):
            module.MOST_FILES = FEW  # type: ignore[misc]
        self.folder = TemporaryDirectory()
        self.station = DigestStation(Path(self.folder.name))
        self.wall_ms = self.latest_ms = MIDNIGHT_MS + HOUR_MS
        self.ends_ms: set[int] = set()

    @rule(count=st.integers(1, 5))
    def files_are_made(self, count: int) -> None:
        for _ in range(count):
            self.wall_ms += SLOT_MS
            end_ms = self.wall_ms // SLOT_MS * SLOT_MS
            if end_ms not in self.ends_ms:
                self.ends_ms.add(end_ms)
                self.station.journey.send(end_ms, ["one"])

    @rule(hours=st.integers(1, 80))
    def time_passes(self, hours: int) -> None:
        self.wall_ms += hours * HOUR_MS

    @rule(hours=st.integers(-24 * 40, 24 * 40))
    def the_clock_is_set(self, hours: int) -> None:
        self.wall_ms += hours * HOUR_MS

    @rule()
    def the_stage_is_called(self) -> None:
        self.station.at(self.wall_ms)

    @rule()
    def it_is_started_anew(self) -> None:
        self.station.journey.restart()
        self.station.begin()

    @invariant()
    def no_file_is_in_two_digests(self) -> None:
        self.latest_ms = max(self.latest_ms, self.wall_ms)
        leaves = Counter(leaf for one in self._digests() for leaf in one.leaves or ())
        assert not leaves or max(leaves.values()) == 1

    @invariant()
    def no_day_has_a_part_twice_or_one_to_come(self) -> None:
        parts = Counter(one.of for one in self._digests())
        assert not parts or max(parts.values()) == 1
        assert all(one.of.day < local_time(self.latest_ms, ZONE).date() for one in self._digests())

    def teardown(self) -> None:
        self.station.at(self.latest_ms + 2 * DAY_MS)
        leaves = Counter(leaf for one in self._digests() for leaf in one.leaves or ())
        database = self.station.journey.database
        assert leaves == Counter(file_leaf(one.name, one.sha256) for one in proofs_after(database, 0, 10_000))
        assert check_digested_files(database).faults == ()
        assert self.station.chain_is_whole()
        assert verify(database) == []
        database.close()
        self.folder.cleanup()
        for module in (digest, daily_digest):
            module.MOST_FILES = self.most  # type: ignore[misc]

    def _digests(self) -> list[KeptDigest]:
        return list(DigestStore(self.station.journey.database).with_leaves())


TestDigests = DigestMachine.TestCase
TestDigests.settings = settings(
    max_examples=examples(10), stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
