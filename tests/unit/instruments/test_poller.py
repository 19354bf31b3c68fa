"""Who is asked when, and what is recorded, over simulated hours."""

from __future__ import annotations

import logging
from collections import Counter
from itertools import pairwise

import pytest

from gateway.core.errors import InstrumentGarbled, InstrumentRefused, InstrumentSilent
from gateway.core.reading import NO_ANSWER
from tests.unit.instruments.station import GOOD, Device, Notes, Station

HOUR_S = 3600.0
HOUR_MS = 3_600_000
SLOT_MS = 300_000
SILENT = InstrumentSilent("unit 1 did not answer within 1 s")


def gaps(device: Device) -> list[float]:
    return [after.mono_s - before.mono_s for before, after in pairwise(device.asked)]


def per_period(notes: Notes, device: Device) -> Counter[int]:
    period_ms = round(device.period_s * 1000)
    return Counter(sample.at_ms // period_ms for sample in notes.of(device))


class TestPeriod:
    def test_every_slot_holds_exactly_as_many_readings_as_expected(self) -> None:
        station = Station()
        devices = [station.device(f"d{period_s}", period_s=period_s) for period_s in (0.5, 1.0, 2.5, 5.0, 60.0)]
        station.start().live(HOUR_S)
        for device in devices:
            slots = Counter(sample.at_ms // SLOT_MS for sample in station.notes.of(device))
            assert set(slots.values()) == {round(SLOT_MS / 1000 / device.period_s)}

    def test_readings_keep_away_from_the_edges_of_a_slot(self) -> None:
        station = Station()
        device = station.device(period_s=5.0)
        station.start().live(HOUR_S)
        first, *others = station.notes.of(device)
        assert all(2500 <= sample.at_ms % 5000 <= 2525 for sample in others)
        assert first.at_ms == 1_767_200_400_020  # the first is not waited for

    @pytest.mark.parametrize("wall_ms_per_s", [999.5, 1000.5])
    def test_a_drifting_clock_neither_doubles_nor_drops_a_reading(self, wall_ms_per_s: float) -> None:
        station = Station(wall_ms_per_s=wall_ms_per_s)
        device = station.device()
        station.start().live(HOUR_S)
        periods = per_period(station.notes, device)
        assert set(periods.values()) == {1}
        assert len(periods) == max(periods) - min(periods) + 1

    @pytest.mark.parametrize("to_ms", [+HOUR_MS, -HOUR_MS, -1_767_200_400_000, +400, -400, +700, +1])
    def test_a_jump_of_the_wall_clock_causes_neither_burst_nor_standstill(self, to_ms: int) -> None:
        station = Station()
        device = station.device(period_s=5.0)
        station.start().live(61.0)
        station.clock.jump_wall(to_ms)
        station.live(HOUR_S)
        assert all(gap <= 7.6 for gap in gaps(device))
        assert sum(gap < 4.9 for gap in gaps(device)[1:]) <= 1
        assert all(gap == pytest.approx(5.0, abs=0.01) for gap in gaps(device)[-600:])

    def test_a_jump_while_the_instrument_answers_is_no_different(self) -> None:
        station = Station()
        device = station.device(period_s=5.0)
        device.while_asked = lambda: station.clock.jump_wall(-1_700_000)
        station.start().live(HOUR_S)
        assert all(2.5 <= gap <= 7.6 for gap in gaps(device))

    def test_a_poll_longer_than_its_period_is_followed_by_no_burst(self) -> None:
        station = Station()
        device = station.device(takes_s=3.3)
        station.start().live(HOUR_S)
        assert all(gap >= 3.3 + 0.5 for gap in gaps(device))
        assert set(per_period(station.notes, device).values()) == {1}

    def test_after_a_suspended_hour_nothing_is_made_up_for(self) -> None:
        station = Station()
        device = station.device()
        station.start().live(10.2)
        before = len(device.asked)
        station.clock.advance(HOUR_S)
        station.live(10.0)
        assert len(device.asked) - before in (10, 11)


class TestFairness:
    def test_slow_neighbours_do_not_starve_anyone(self) -> None:
        """Four instruments that take 0.3 s each cannot all be asked each second; all fare alike."""
        station = Station()
        devices = [station.device(f"d{number}", takes_s=0.3) for number in range(4)]
        station.start().live(HOUR_S)
        counts = [len(device.asked) for device in devices]
        assert min(counts) > 0.9 * max(counts)
        assert sum(counts) > 0.75 * HOUR_S / 0.3

    def test_a_dead_instrument_costs_its_neighbours_one_time_out_a_minute(self) -> None:
        station = Station()
        live = [station.device(f"d{number}") for number in range(9)]
        dead = station.device("dead", takes_s=1.0)
        dead.failure = SILENT
        station.start().live(HOUR_S)
        asked_dead = len(dead.asked)
        assert asked_dead == pytest.approx(5 + (HOUR_S - 50) / 61, abs=2)
        for device in live:
            assert len(device.asked) >= HOUR_S - 2 * asked_dead
        assert {sample.readings for sample in station.notes.of(live[0])} == {(GOOD, GOOD)}


class TestNoAnswer:
    @pytest.mark.parametrize(
        ("failure", "state"),
        [(SILENT, "silent"), (InstrumentGarbled("noise"), "garbled"), (InstrumentRefused("exception 4", 4), "refused")],
    )
    def test_it_is_recorded_at_once_and_named(self, failure: Exception, state: str) -> None:
        station = Station()
        device = station.device(takes_s=0.7)
        device.failure = failure
        station.start().poller.step(station.clock.now())
        (sample,) = station.notes.samples
        assert sample.readings == (NO_ANSWER, NO_ANSWER)
        assert sample.at_ms == station.clock.wall_ms
        assert station.notes.states["instrument", "multiprobe"] == state
        assert station.notes.errors == [str(failure)]

    def test_the_instrument_is_left_alone_longer_and_longer(self) -> None:
        """From the second lost poll on: the first may be an accident."""
        station = Station()
        device = station.device(takes_s=1.0)
        device.failure = SILENT
        station.start().live(400.0)
        pauses = [round(gap - device.takes_s, 3) for gap in gaps(device)]
        assert pauses[0] < 2.0 * device.period_s
        for pause, wanted in zip(pauses[1:], [1, 2, 5, 10, 30, 60, 60], strict=False):
            assert wanted <= pause < wanted + 1.5

    def test_each_period_of_a_pause_has_its_reading_of_status_02(self) -> None:
        station = Station()
        device = station.device(takes_s=0.4)
        device.failure = SILENT
        station.start().live(HOUR_S)
        periods = per_period(station.notes, device)
        assert set(periods.values()) == {1}
        assert len(periods) == pytest.approx(HOUR_S, abs=len(device.asked) + 2)
        assert {sample.readings for sample in station.notes.samples} == {(NO_ANSWER, NO_ANSWER)}

    def test_only_the_first_failure_and_the_recovery_are_told(self, caplog: pytest.LogCaptureFixture) -> None:
        station = Station()
        device = station.device()
        device.failure = SILENT
        station.start()
        with caplog.at_level(logging.INFO):
            station.live(100.0)
            device.failure = None
            station.live(100.0)
        lines = [(record.levelname, record.getMessage().split(" outage_s=")[0]) for record in caplog.records]
        assert lines == [
            ("INFO", "link=plc state=up"),
            ("WARNING", f'instrument=multiprobe state=silent failures=1 error="{SILENT}"'),
            ("INFO", "instrument=multiprobe state=answering"),
        ]
        lasted_s = float(caplog.records[-1].getMessage().split("outage_s=")[1])
        assert 100.0 <= lasted_s <= 161.0


class TestLinkDown:
    def test_ten_instruments_cost_one_attempt_per_step(self) -> None:
        station = Station()
        devices = [station.device(f"d{number}") for number in range(10)]
        station.wire.is_up = False
        station.start().live(HOUR_S)
        assert len(station.wire.attempts) == pytest.approx(5 + (HOUR_S - 50) / 61, abs=2)
        assert not any(device.asked for device in devices)
        for device in devices:
            assert len(station.notes.of(device)) >= HOUR_S - 2 * len(station.wire.attempts) - 2
        assert station.notes.states["link", "plc"] == "down"
        assert station.notes.states["instrument", "d0"] == "silent"

    def test_when_it_is_back_all_are_asked_at_once(self, caplog: pytest.LogCaptureFixture) -> None:
        station = Station()
        devices = [station.device(f"d{number}") for number in range(10)]
        station.wire.is_up = False
        with caplog.at_level(logging.INFO):
            station.start().live(60.0)
            station.wire.is_up = True
            station.live(70.0)
        assert all(len(device.asked) > 5 for device in devices)
        assert station.notes.states["link", "plc"] == "up"
        assert station.notes.states["instrument", "d9"] == "answering"
        assert sum(record.levelname == "WARNING" for record in caplog.records) == 1


class TestProgress:
    def test_a_poll_under_way_is_visible_until_its_sample_is_accepted(self) -> None:
        station = Station()
        device = station.device()
        seen: list[float | None] = []
        device.while_asked = lambda: seen.append(station.poller.oldest_unfinished_s())
        began_s = station.clock.mono_s
        station.start().poller.step(station.clock.now())
        assert seen == [began_s]
        assert station.poller.oldest_unfinished_s() is None

    def test_an_unforeseen_failure_leaves_no_poll_unfinished_and_no_hot_loop(self) -> None:
        station = Station()
        device = station.device()
        device.failure = ZeroDivisionError()
        station.start()
        with pytest.raises(ZeroDivisionError):
            station.poller.step(station.clock.now())
        assert station.poller.oldest_unfinished_s() is None
        assert station.poller.step(station.clock.now()) > station.clock.mono_s

    def test_stopping_is_not_the_instruments_fault(self) -> None:
        station = Station()
        device = station.device()
        device.failure = InstrumentSilent("the gateway is stopping")
        device.while_asked = lambda: station.poller.interrupt()
        station.start().poller.step(station.clock.now())
        assert station.wire.is_interrupted
        assert station.notes.samples == []
        assert ("instrument", "multiprobe") not in station.notes.states
        station.poller.close()
        assert station.wire.is_closed
