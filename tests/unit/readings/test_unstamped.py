"""While nobody vouches for the clock readings have no time; none is lost for that, and none gets a wrong one."""

from __future__ import annotations

import logging

import pytest

from gateway.core.reading import Parameter, Reading, Readings, Sample
from gateway.readings.recorder import Recorder
from gateway.readings.stamping import PORTION, Stamping
from gateway.readings.unstamped import UnstampedStore
from tests.support.clock import FakeClock
from tests.support.journey import MIDNIGHT_MS, PH, SLOT_MS, Journey, measured
from tests.support.trust import BOOT, FakeTrust

BEFORE_1971_MS = 5 * 60 * 1000
YEARS_MS = 4 * 365 * 86_400_000


class Box:
    """A machine that has just been started, its recorder and its stamping. True time runs with the monotonic clock."""

    def __init__(self, journey: Journey, *, vouched: bool = False, wall_ms: int = BEFORE_1971_MS) -> None:
        self.journey = journey
        self.clock = FakeClock(wall_ms, 20.0)
        self.trust = FakeTrust(MIDNIGHT_MS - 20_000, vouched)
        self.restart()

    def restart(self) -> None:
        """The daemon, not the machine."""
        self.journey.restart()
        self.recorder: Recorder = self.journey.recorder({"multiprobe": 1000}, trust=self.trust)
        self.stamping = Stamping(self.journey.unstamped, self.trust, 1000)

    @property
    def true_ms(self) -> int:
        return self.trust.zero_ms + round(self.clock.mono_s * 1000)

    def measure(self, value: float = 7.0) -> int:
        """Returns the true time of the reading."""
        at = self.clock.now()
        self.recorder.accept(Sample("multiprobe", at.wall_ms, at.mono_s, (PH,), Readings.of([measured(value)])))
        return self.true_ms

    def live(self, seconds: int) -> list[int]:
        taken = []
        for _ in range(seconds):
            taken.append(self.measure())
            self.clock.advance(1.0)
            self.step()
        return taken

    def step(self) -> None:
        self.recorder.step(self.clock.now())
        self.stamping.step(self.clock.now())

    def set_right(self) -> None:
        self.clock.wall_ms = self.true_ms
        self.trust.vouched = True
        for _ in range(20):
            self.step()

    def stamped(self) -> list[int]:
        return [row.at_ms for _, rows in self.journey.readings.blocks(-1, 1 << 62, late=True) for row in rows]

    def open_ends(self) -> list[int]:
        return [slot.end_ms for slot in self.journey.records.open_slots(SLOT_MS, 1 << 62)]


def test_a_first_boot_in_1970_keeps_its_readings_and_opens_no_slot(journey: Journey) -> None:
    box = Box(journey)
    box.live(30)
    box.recorder.flush()
    assert box.stamped() == []
    assert box.open_ends() == []
    assert journey.unstamped.of_this_start().samples == 30
    assert not box.stamping.is_open(box.clock.now())


def test_they_get_their_true_times_when_the_clock_is_trusted(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    box = Box(journey)
    taken = box.live(400)
    with caplog.at_level(logging.INFO, logger="gateway"):
        box.set_right()
    taken += box.live(5)
    box.recorder.flush()
    assert box.stamped() == taken
    assert box.open_ends() == [MIDNIGHT_MS + SLOT_MS, MIDNIGHT_MS + 2 * SLOT_MS]
    assert journey.unstamped.of_this_start().blocks == 0
    assert box.stamping.is_open(box.clock.now())
    (told,) = caplog.messages
    assert "samples=400 from=2025-12-31T17:00:00Z until=2025-12-31T17:06:39Z" in told


def test_a_block_that_lies_across_a_slots_edge_is_cut_there(journey: Journey) -> None:
    box = Box(journey)
    box.clock.advance(295.0)
    for _ in range(10):
        box.measure()
        box.clock.advance(1.0)
    assert not box.recorder.flush()
    box.set_right()
    ends = journey.database.read("SELECT first_ms, last_ms, samples FROM reading_block ORDER BY id")
    edge_ms = MIDNIGHT_MS + SLOT_MS
    assert ends == [(edge_ms - 5000, edge_ms - 1000, 5), (edge_ms, edge_ms + 4000, 5)]


@pytest.mark.parametrize("by_ms", [90_000, 3_600_000, -3_600_000, YEARS_MS, -MIDNIGHT_MS])
def test_a_step_of_the_clock_for_half_a_minute_costs_no_reading_and_re_times_none(journey: Journey, by_ms: int) -> None:
    box = Box(journey, vouched=True, wall_ms=MIDNIGHT_MS)
    taken = box.live(20)
    box.clock.jump_wall(by_ms)
    taken += box.live(30)
    assert not box.stamping.is_open(box.clock.now())
    box.clock.jump_wall(-by_ms)
    taken += box.live(30)
    box.recorder.flush()
    assert box.stamped() == taken
    assert box.open_ends() == [MIDNIGHT_MS + SLOT_MS]


def test_a_reading_that_waits_in_memory_while_the_clock_is_set_keeps_its_time(journey: Journey) -> None:
    box = Box(journey, vouched=True, wall_ms=MIDNIGHT_MS)
    box.step()
    at_ms = box.measure()
    box.clock.jump_wall(90_000)  # and nobody has noticed yet
    box.recorder.flush()
    assert box.stamped() == [at_ms]


def test_a_restart_of_the_daemon_forgets_none_of_them(journey: Journey) -> None:
    box = Box(journey)
    taken = box.live(30)
    box.recorder.flush()
    box.restart()
    taken += box.live(30)
    box.recorder.flush()
    box.set_right()
    assert box.stamped() == taken


def test_those_of_an_earlier_start_of_the_machine_stay_are_told_once_and_hold_up_nothing(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    box = Box(journey)
    box.live(30)
    box.recorder.flush()
    journey.restart()
    box.trust.boot_id = "another"
    journey.unstamped = UnstampedStore(journey.database, journey.readings, "another", SLOT_MS)
    box.recorder = journey.recorder({"multiprobe": 1000}, trust=box.trust)
    box.stamping = Stamping(journey.unstamped, box.trust, 1000)
    box.set_right()
    taken = box.live(10)
    box.recorder.flush()
    assert box.stamped() == taken
    assert journey.unstamped.of_earlier_starts().samples == 30
    assert box.stamping.is_open(box.clock.now())
    told = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(told) == 1
    assert "earlier start" in told[0]
    assert "samples=30" in told[0]


def test_readings_of_a_slot_that_was_closed_meanwhile_are_kept_and_flagged(journey: Journey) -> None:
    box = Box(journey)
    box.live(5)
    box.recorder.flush()
    journey.database.read("SELECT 1")
    with journey.database.write() as connection:
        connection.execute("INSERT INTO layout (id, definition) VALUES (99, '{}')")
        connection.execute(
            "INSERT INTO record (length_ms, end_ms, layout_id, closed_ms, packed) VALUES (?, ?, 99, 0, x'00')",
            (SLOT_MS, MIDNIGHT_MS + SLOT_MS),
        )
    box.set_right()
    assert journey.database.read("SELECT DISTINCT late FROM reading_block") == [(1,)]
    assert box.open_ends() == []


def test_one_that_is_damaged_holds_up_no_other(journey: Journey) -> None:
    box = Box(journey)
    box.live(25)
    box.recorder.flush()
    first = journey.database.read("SELECT min(id) FROM unstamped_block")[0][0]
    with journey.database.write() as connection:
        connection.execute("UPDATE unstamped_block SET packed = x'00', checksum = NULL WHERE id = ?", (first,))
    box.set_right()
    assert box.stamping.is_open(box.clock.now())
    assert 0 < len(box.stamped()) < 25
    assert journey.unstamped.of_this_start().blocks == 1
    before = len(box.stamped())
    box.trust.vouched = False  # and what comes after it is not passed over with it
    box.live(5)
    box.recorder.flush()
    box.set_right()
    assert len(box.stamped()) == before + 5


def test_a_month_of_them_is_stamped_in_portions(journey: Journey) -> None:
    box = Box(journey)
    for _ in range(3 * PORTION + 1):
        box.measure()
        box.recorder.flush()
        box.clock.advance(10.0)
    box.clock.wall_ms = box.true_ms
    box.trust.vouched = True
    steps = 0
    while not box.stamping.is_open(box.clock.now()):
        assert box.stamping.step(box.clock.now()) <= box.clock.mono_s
        steps += 1
        assert steps <= 5
    assert len(box.stamped()) == 3 * PORTION + 1


def test_more_than_anybody_can_look_at_are_not_kept(journey: Journey, caplog: pytest.LogCaptureFixture) -> None:
    box = Box(journey)
    for _ in range(30):
        box.measure()
        box.recorder.flush()
        box.clock.advance(10.0)
    stamping = Stamping(journey.unstamped, box.trust, 12)
    with caplog.at_level(logging.INFO, logger="gateway"):
        stamping.step(box.clock.now())
    assert journey.unstamped.of_this_start().blocks == 12
    assert journey.database.read("SELECT min(first_mono_ms) FROM unstamped_block")[0][0] == 200_000
    assert any("let go" in message for message in caplog.messages)


def test_the_newest_are_there_for_whoever_looks(journey: Journey) -> None:
    box = Box(journey)
    box.live(3)
    box.measure(8.5)
    box.recorder.flush()
    found: dict[Parameter, tuple[int, Reading]] = journey.unstamped.newest()
    assert found == {PH: (23_000, measured(8.5))}
    assert UnstampedStore(journey.database, journey.readings, BOOT + "x", SLOT_MS).newest() == {}
