"""Whatever is done to the clock, each reading ends up in the slot of its true time or has no time: never in another."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.core.reading import Readings, Sample
from gateway.core.slot import slot_of
from gateway.readings import stamping as stamping_module
from gateway.readings.recorder import Recorder
from gateway.readings.stamping import Stamping
from gateway.readings.store import Block, ReadingStore
from gateway.readings.unstamped import UnstampedStore
from tests.support.clock import FakeClock
from tests.support.examples import examples
from tests.support.journey import MIDNIGHT_MS, PH, SLOT_MS, Journey, measured
from tests.support.trust import FakeTrust

STEPS_MS = (90_000, -90_000, 3_600_000, -3_600_000, 126_144_000_000, -MIDNIGHT_MS, 2_303_000_000_000, 700)


class PowerCut(BaseException):
    """The process ends here."""


class Clocks(RuleBasedStateMachine):
    """A box with its recorder. Each reading's value is its number, by which it is found again."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="stamping-"))
        self.journey = Journey(self.folder)
        self.clock = FakeClock(0, 20.0)
        self.boots = 0
        self.taken: dict[int, int] = {}
        """Number → true time of those that were committed."""
        self.in_memory: dict[int, int] = {}
        self.number = 0

    @initialize(vouched=st.booleans(), step_ms=st.sampled_from((0, *STEPS_MS)))
    def begin(self, vouched: bool, step_ms: int) -> None:
        self.trust = FakeTrust(MIDNIGHT_MS, vouched, boot_id="boot-0")
        self.clock.wall_ms = self.true_ms + step_ms
        self.start()

    @property
    def true_ms(self) -> int:
        return self.trust.zero_ms + round(self.clock.mono_s * 1000)

    def start(self) -> None:
        self.journey.restart()
        store = UnstampedStore(self.journey.database, self.journey.readings, self.trust.boot_id, SLOT_MS)
        self.journey.unstamped = store
        self.recorder: Recorder = self.journey.recorder({"multiprobe": 1000}, trust=self.trust)
        self.stamping = Stamping(store, self.trust, 100_000)
        self.in_memory.clear()

    @rule(count=st.integers(1, 12), every_s=st.sampled_from([0.25, 1.0, 7.0, 61.0]))
    def readings_are_taken(self, count: int, every_s: float) -> None:
        for _ in range(count):
            self.number += 1
            at = self.clock.now()
            readings = Readings.of([measured(float(self.number))])
            self.recorder.accept(Sample("multiprobe", at.wall_ms, at.mono_s, (PH,), readings))
            self.in_memory[self.number] = self.true_ms
            self.clock.advance(every_s)

    @rule()
    def the_clerk_is_called(self) -> None:
        now = self.clock.now()
        before = len(self.recorder._waiting)
        self.recorder.step(now)
        if len(self.recorder._waiting) < before:
            self._committed()
        self.stamping.step(now)

    @rule()
    def a_slot_is_due_and_everything_is_committed(self) -> None:
        self.trust.is_trusted(self.clock.now())
        has_times = self.recorder.flush()
        assert has_times == (self.trust.stamp_ms(0.0) is not None) or not self.in_memory
        self._committed()

    @rule(step_ms=st.sampled_from(STEPS_MS))
    def somebody_sets_the_clock(self, step_ms: int) -> None:
        self.clock.jump_wall(step_ms)

    @rule()
    def the_clock_is_set_right(self) -> None:
        self.clock.wall_ms = self.true_ms

    @rule(vouched=st.booleans())
    def a_witness_speaks_or_falls_silent(self, vouched: bool) -> None:
        self.trust.vouched = vouched

    @rule()
    def the_daemon_is_killed(self) -> None:
        self.start()

    @rule(after=st.integers(0, 3))
    def the_daemon_is_killed_while_it_stamps(self, after: int) -> None:
        left = after
        add_one = ReadingStore.add_one

        def dies(store: ReadingStore, connection: object, block: Block) -> bool:
            nonlocal left
            left -= 1
            if left < 0:
                raise PowerCut
            return add_one(store, connection, block)  # type: ignore[arg-type]  # as it was called

        ReadingStore.add_one = dies  # type: ignore[assignment,method-assign]  # for the moment
        portion, stamping_module.PORTION = stamping_module.PORTION, 2
        try:
            for _ in range(4):
                self.stamping.step(self.clock.now())
        except PowerCut:
            self.start()
        finally:
            ReadingStore.add_one = add_one  # type: ignore[method-assign]  # again
            stamping_module.PORTION = portion

    @rule(off_s=st.sampled_from([5.0, 3600.0]), wall_ms=st.sampled_from([0, MIDNIGHT_MS, 1 << 41]))
    def the_machine_is_started_again(self, off_s: float, wall_ms: int) -> None:
        self.boots += 1
        zero_ms = self.true_ms + round(off_s * 1000)
        self.trust = FakeTrust(zero_ms, vouched=False, boot_id=f"boot-{self.boots}")
        self.clock.mono_s, self.clock.wall_ms = 3.0, wall_ms
        self.start()

    def _committed(self) -> None:
        self.taken |= self.in_memory
        self.in_memory.clear()

    @invariant()
    def none_is_lost_none_is_there_twice_none_has_another_time(self) -> None:
        if not hasattr(self, "trust"):
            return
        rows = [
            (round(row.readings.values[0] or 0), row.at_ms)
            for _, rows in self.journey.readings.blocks(-1, 1 << 62, late=True)
            for row in rows
        ]
        stamped = dict(rows)
        assert len(stamped) == len(rows)
        assert all(self.taken[number] == at_ms for number, at_ms in rows)
        store = self.journey.unstamped
        without_time = store.of_this_start().samples + store.of_earlier_starts().samples
        assert len(stamped) + without_time == len(self.taken)
        for first_ms, last_ms in self.journey.database.read("SELECT first_ms, last_ms FROM reading_block"):
            assert slot_of(first_ms, SLOT_MS) == slot_of(last_ms, SLOT_MS)
        opened = {slot.end_ms for slot in self.journey.records.open_slots(SLOT_MS, 1 << 62)}
        assert opened == {slot_of(at_ms, SLOT_MS).end_ms for at_ms in stamped.values()}

    def teardown(self) -> None:
        if hasattr(self, "trust"):
            self.clock.wall_ms = self.true_ms
            self.trust.vouched = True
            self.recorder.flush()
            self._committed()
            for _ in range(50):
                self.stamping.step(self.clock.now())
            assert self.stamping.is_open(self.clock.now())
            assert self.journey.unstamped.of_this_start().samples == 0
            self.none_is_lost_none_is_there_twice_none_has_another_time()
        self.journey.database.close()
        shutil.rmtree(self.folder)


Clocks.TestCase.settings = settings(
    max_examples=examples(30), stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestClocks = Clocks.TestCase
