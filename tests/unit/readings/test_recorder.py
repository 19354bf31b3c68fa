"""At most ten seconds of readings are in memory, and none is lost because the card was full for a while."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from gateway.core.errors import StoreFull
from gateway.core.reading import Sample
from gateway.readings import recorder as recorder_module
from gateway.readings.recorder import Recorder
from gateway.readings.store import Block, ReadingStore
from tests.support.clock import FakeClock
from tests.support.journey import DAY_MS, MIDNIGHT_MS, SLOT_MS, Journey, measured, sample
from tests.support.small_disk import small_disk

GRACE_MS = 2000


def recorder_of(journey: Journey) -> Recorder:
    return journey.recorder({"multiprobe": 1000, "dustmeter": 10_000}, SLOT_MS, GRACE_MS)


def kept(journey: Journey, from_ms: int = MIDNIGHT_MS - DAY_MS) -> list[int]:
    """Instants in the database, in the order in which they were taken."""
    return [row.at_ms for _, rows in journey.readings.blocks(from_ms, 1 << 62, late=True) for row in rows]


class TestCommits:
    def test_nothing_waits_longer_than_ten_seconds(self, journey: Journey) -> None:
        recorder, clock = recorder_of(journey), FakeClock(MIDNIGHT_MS + 60_000)
        next_s, started_ms = clock.mono_s, clock.wall_ms
        for _ in range(120):
            now = clock.advance(1.0)
            recorder.accept(sample(now.wall_ms, measured(7.0)))
            if now.mono_s >= next_s:
                next_s = recorder.step(now)
            assert now.wall_ms - max(kept(journey), default=started_ms) <= 10_000
        blocks = journey.database.read("SELECT count(*) FROM reading_block")[0][0]
        assert blocks == 12

    def test_a_gateway_that_keeps_crashing_keeps_what_is_two_seconds_old(self, journey: Journey) -> None:
        clock = FakeClock(MIDNIGHT_MS + 60_000)
        for _ in range(3):
            recorder = recorder_of(journey)
            recorder.accept(sample(clock.wall_ms, measured(7.0)))
            assert recorder.step(clock.now()) == pytest.approx(clock.mono_s + 2.0)
            recorder.step(clock.advance(2.0))
        assert kept(journey) == [MIDNIGHT_MS + second * 1000 for second in (60, 62, 64)]

    def test_a_slots_readings_are_committed_when_its_grace_is_over(self, journey: Journey) -> None:
        recorder = recorder_of(journey)
        clock = FakeClock(MIDNIGHT_MS + SLOT_MS - 5000)
        recorder.step(clock.now())
        recorder.step(clock.advance(2.0))  # the first commit, of nothing
        recorder.accept(sample(MIDNIGHT_MS + SLOT_MS - 500, measured(7.0)))
        next_s = recorder.step(clock.advance(1.0))
        assert next_s == pytest.approx(clock.mono_s + 4.0)  # end + grace, although ten seconds are not over
        assert kept(journey) == []
        recorder.step(clock.advance(4.0))
        assert kept(journey) == [MIDNIGHT_MS + SLOT_MS - 500]

    def test_a_commit_never_mixes_two_slots(self, journey: Journey) -> None:
        recorder = recorder_of(journey)
        for second in range(-3, 3):
            recorder.accept(sample(MIDNIGHT_MS + SLOT_MS + second * 1000, measured(7.0)))
        recorder.flush()
        assert journey.database.read("SELECT first_ms, last_ms, samples FROM reading_block ORDER BY 1") == [
            (MIDNIGHT_MS + SLOT_MS - 3000, MIDNIGHT_MS + SLOT_MS - 1000, 3),
            (MIDNIGHT_MS + SLOT_MS, MIDNIGHT_MS + SLOT_MS + 2000, 3),
        ]
        assert [slot.end_ms for slot in journey.records.open_slots(SLOT_MS, 1 << 62)] == [
            MIDNIGHT_MS + SLOT_MS,
            MIDNIGHT_MS + 2 * SLOT_MS,
        ]

    @pytest.mark.parametrize("jump_ms", [3_600_000, -3_600_000, 3 * 365 * DAY_MS, -MIDNIGHT_MS + 5000, 700, -700])
    def test_a_jump_of_the_clock_neither_loses_nor_re_times_a_reading(self, journey: Journey, jump_ms: int) -> None:
        recorder, clock = recorder_of(journey), FakeClock(MIDNIGHT_MS + 100_000)
        taken = []
        for second in range(30):
            if second == 15:
                clock.jump_wall(jump_ms)
            now = clock.advance(1.0)
            recorder.accept(sample(now.wall_ms, measured(7.0)))
            taken.append(now.wall_ms)
            next_s = recorder.step(now)
            assert now.mono_s < next_s <= now.mono_s + 10.0
        recorder.flush()
        assert sorted(kept(journey, -1)) == sorted(taken)

    def test_instruments_are_kept_apart(self, journey: Journey) -> None:
        recorder = recorder_of(journey)
        recorder.accept(sample(MIDNIGHT_MS, measured(7.0), measured(20.0)))
        recorder.accept(sample(MIDNIGHT_MS + 1, measured(8.0), instrument="dustmeter"))
        recorder.flush()
        found = [
            (layout.instrument, layout.period_ms, len(layout.parameters))
            for layout, _ in journey.readings.blocks(0, 1 << 62)
        ]
        assert found == [("multiprobe", 1000, 2), ("dustmeter", 10_000, 1)]


class TestFullDisk:
    def test_readings_wait_in_order_and_are_kept_when_there_is_room(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with small_disk(tmp_path, 1024) as disk, caplog.at_level(logging.INFO, logger="gateway"):
            journey = Journey(disk.folder)
            recorder = recorder_of(journey)
            disk.fill(journey.database)
            accepted = self._accept_until_full(recorder)
            for second in range(5):
                at_ms = accepted[-1] + 1000 * (second + 1)
                recorder.accept(sample(at_ms, measured(7.0)))
                accepted.append(at_ms)
                with pytest.raises(StoreFull):
                    recorder.flush()
            disk.free(journey.database)
            recorder.flush()
            ids = journey.database.read("SELECT first_ms FROM reading_block ORDER BY id")
            assert ids == sorted(ids)
            assert kept(journey) == accepted
            journey.database.close()
        told = [(record.levelname, record.getMessage().split(" error=")[0]) for record in caplog.records]
        assert [level for level, _ in told] == ["CRITICAL", "INFO"]
        assert told[1][1].startswith("readings are kept again samples=")

    def test_what_comes_while_a_commit_fails_stays_behind_what_came_before(self, journey: Journey) -> None:
        class FullStore(ReadingStore):
            """Full, and slow to find out: a poller leaves a sample meanwhile."""

            def add(self, blocks: list[Block], now_ms: int = 0) -> int:
                recorder.accept(sample(MIDNIGHT_MS + 2000, measured(7.2)))
                raise StoreFull("no space left")

        recorder = journey.recorder({"multiprobe": 1000})
        recorder._store = FullStore(journey.database)
        recorder.accept(sample(MIDNIGHT_MS, measured(7.0)))
        recorder.accept(sample(MIDNIGHT_MS + 1000, measured(7.1)))
        with pytest.raises(StoreFull):
            recorder.flush()
        recorder._store = journey.readings
        recorder.flush()
        ((_, rows),) = journey.readings.blocks(0, 1 << 62)
        assert [row.at_ms - MIDNIGHT_MS for row in rows] == [0, 1000, 2000]

    def _accept_until_full(self, recorder: Recorder) -> list[int]:
        accepted: list[int] = []
        for second in range(100_000):
            at_ms = MIDNIGHT_MS + second * 1000
            recorder.accept(sample(at_ms, measured(second / 7), measured(second / 11)))
            accepted.append(at_ms)
            if second % 20 == 19:
                try:
                    recorder.flush()
                except StoreFull:
                    return accepted
        raise AssertionError("the disk never filled")

    def test_memory_is_bounded_and_the_oldest_go_first(
        self, journey: Journey, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(recorder_module, "MOST_WAITING", 50)
        recorder = recorder_of(journey)
        for second in range(80):
            recorder.accept(sample(MIDNIGHT_MS + second * 1000, measured(7.0)))
        recorder.flush()
        assert kept(journey) == [MIDNIGHT_MS + second * 1000 for second in range(30, 80)]
        assert [record.getMessage() for record in caplog.records] == [
            "readings dropped, the card took nothing for too long samples=30"
        ]


def test_a_reading_that_cannot_be_kept_at_all_is_not_forgotten_silently(journey: Journey) -> None:
    """An instrument that nobody configured: a fault of the program, told at every step, until somebody mends it."""
    recorder = recorder_of(journey)
    good = sample(MIDNIGHT_MS, measured(7.0))
    recorder.accept(Sample("stranger", MIDNIGHT_MS, MIDNIGHT_MS / 1000, good.parameters, good.readings))
    with pytest.raises(KeyError):
        recorder.flush()
    with pytest.raises(KeyError):
        recorder.flush()
