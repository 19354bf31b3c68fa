"""Why a parameter is not 00, since when, how often, and what it last measured: known after a restart, cheap to keep."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from gateway.core.errors import StoreFull
from gateway.core.reading import Readings, Sample, Status
from gateway.core.reason import Cause, Reason
from gateway.core.slot import Slot
from gateway.readings.parameter_board import ParameterBoard
from gateway.readings.parameter_state import ParameterState, parameter_states
from gateway.readings.reason_counts import ReasonCounts
from tests.support.journey import COD, DAY_MS, MIDNIGHT_MS, PH, SLOT_MS, Journey, at, measured, sample

SILENT = Reason(Cause.SILENT, "unit 9 did not answer within 1 s")
GARBLED = Reason(Cause.GARBLED, "not an answer: 00 01")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BEGIN_MS = MIDNIGHT_MS + 36_000_000


def silent(at_ms: int, reason: Reason = SILENT) -> Sample:
    readings = Readings((None, None), (Status.FAULT,) * 2, (reason, reason))
    return Sample("multiprobe", at_ms, at_ms / 1000, (PH, COD), readings)


def well(at_ms: int, value: float = 7.2) -> Sample:
    return sample(at_ms, measured(value), measured(71.3))


class Station:
    """A recorder and its board, flushed after each sample."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.restart()

    def restart(self) -> None:
        self.board = ParameterBoard(self.journey.database, self.journey.readings, SLOT_MS, ZONE)
        self.recorder = self.journey.recorder({"multiprobe": 1000}, parameter_board=self.board)

    def live(self, *samples: Sample) -> None:
        for one in samples:
            self.recorder.accept(one)
            self.recorder.flush()
            self.board.step(at(one.at_ms, one.mono_s))

    def state(self, symbol: str = "COD") -> ParameterState:
        return {one.parameter.symbol: one for one in parameter_states(self.journey.database)}[symbol]


def writes(journey: Journey) -> int:
    return int(journey.database.read("SELECT total_changes()")[0][0])


def test_a_silent_unit_on_a_live_link_says_so_with_its_last_good_value(journey: Journey) -> None:
    station = Station(journey)
    station.live(well(BEGIN_MS), silent(BEGIN_MS + 1000))
    state = station.state()
    assert (state.reason, state.status, state.lasts, state.times) == (SILENT, Status.FAULT, True, 1)
    assert (state.since_ms, state.off_since_ms) == (BEGIN_MS + 1000, BEGIN_MS + 1000)
    assert (state.good, state.good_ms) == (71.3, BEGIN_MS)


def test_what_is_well_writes_nothing(journey: Journey) -> None:
    station = Station(journey)
    station.live(*(well(BEGIN_MS + n * 1000) for n in range(20)))
    assert parameter_states(journey.database) == []


def test_how_often_and_since_when_survive_a_restart(journey: Journey) -> None:
    station = Station(journey)
    station.live(well(BEGIN_MS), *(silent(BEGIN_MS + n * 1000) for n in range(1, 11)))
    station.recorder.finish()
    journey.restart()
    station.restart()
    station.live(*(silent(BEGIN_MS + n * 1000) for n in range(11, 16)))
    station.recorder.finish()
    state = station.state()
    assert (state.times, state.today, state.since_ms, state.good_ms) == (15, 15, BEGIN_MS + 1000, BEGIN_MS)


def test_another_cause_begins_anew_but_not_the_fault(journey: Journey) -> None:
    station = Station(journey)
    station.live(well(BEGIN_MS), silent(BEGIN_MS + 1000), silent(BEGIN_MS + 2000), silent(BEGIN_MS + 3000, GARBLED))
    station.recorder.finish()
    state = station.state()
    assert (state.reason, state.times, state.since_ms) == (GARBLED, 1, BEGIN_MS + 3000)
    assert (state.off_since_ms, state.good) == (BEGIN_MS + 1000, 71.3)


def test_a_parameter_that_is_00_again_keeps_how_often_it_was_not_today(journey: Journey) -> None:
    station = Station(journey)
    station.live(silent(BEGIN_MS), well(BEGIN_MS + 1000), silent(BEGIN_MS + 2000), well(BEGIN_MS + 3000))
    station.recorder.finish()
    state = station.state()
    assert not state.lasts
    assert (state.ended_ms, state.today) == (BEGIN_MS + 3000, 2)
    station.live(silent(BEGIN_MS + DAY_MS))
    station.recorder.finish()
    assert station.state().today == 1


def test_a_parameter_that_flaps_all_day_does_not_write_each_second(journey: Journey) -> None:
    station = Station(journey)
    written = 0
    for n in range(600):
        now_ms = BEGIN_MS + n * 1000
        station.board.observe([(silent if n % 2 else well)(now_ms)], [now_ms])
        before = writes(journey)
        station.board.step(at(now_ms, now_ms / 1000))
        written += writes(journey) > before
    assert 5 <= written <= 5 + 10 + 1


def test_what_lasts_is_written_every_five_minutes_at_most(journey: Journey) -> None:
    station = Station(journey)
    written = 0
    for n in range(3600):
        now_ms = BEGIN_MS + n * 1000
        station.board.observe([silent(now_ms)], [now_ms])
        before = writes(journey)
        station.board.step(at(now_ms, now_ms / 1000))
        written += writes(journey) > before
    assert 12 <= written <= 13


def test_a_full_card_loses_no_reason(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    station = Station(journey)
    station.board.observe([silent(BEGIN_MS)], [BEGIN_MS])
    with monkeypatch.context() as patch:
        patch.setattr(journey.database, "write", lambda: (_ for _ in ()).throw(StoreFull("disk full")))
        with pytest.raises(StoreFull):
            station.board.step(at(BEGIN_MS, BEGIN_MS / 1000))
    station.board.step(at(BEGIN_MS + 1000, BEGIN_MS / 1000 + 1))
    assert station.state().reason == SILENT


class TestSlots:
    slot = Slot(BEGIN_MS + SLOT_MS, SLOT_MS)

    def test_the_commonest_cause_tells_why_the_slot_is_02(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(silent(BEGIN_MS), silent(BEGIN_MS + 1000, GARBLED), silent(BEGIN_MS + 2000))
        assert station.board.why(self.slot, "pH", Status.FAULT) == SILENT
        assert station.board.why(self.slot, "pH", Status.CALIBRATING) is None

    def test_what_has_lasted_since_before_the_slot_is_known_after_a_restart(self, journey: Journey) -> None:
        station = Station(journey)
        station.live(silent(BEGIN_MS - 60_000))
        station.restart()
        assert station.board.why(self.slot, "pH", Status.FAULT) == SILENT
        assert station.board.why(Slot(BEGIN_MS, SLOT_MS), "pH", Status.FAULT) is None

    def test_slots_that_nobody_closes_are_forgotten(self) -> None:
        counts = ReasonCounts()
        ends = [BEGIN_MS + n * SLOT_MS for n in range(300)]
        for end_ms in ends:
            counts.add(end_ms, "pH", Status.FAULT, SILENT)
        assert [end_ms for end_ms in ends if counts.commonest(end_ms, "pH", Status.FAULT)] == ends[-100:]
        assert counts.commonest(ends[-1], "pH", Status.CALIBRATING) is None


def test_what_was_refused_is_in_the_log_once(journey: Journey, caplog: pytest.LogCaptureFixture) -> None:
    refused = Reason(Cause.REFUSED_TEXT, "'1.234,5\\x1b\"' is no number")
    station = Station(journey)
    station.live(well(BEGIN_MS), *(silent(BEGIN_MS + 1000 * n, refused) for n in range(1, 100)))
    (line,) = [record.getMessage() for record in caplog.records if "COD" in record.getMessage()]
    assert (
        line
        == "parameter=COD instrument=multiprobe status=02 cause=refused-text detail=\"'1.234,5\\x1b'' is no number\""
    )
    station.live(well(BEGIN_MS + 200_000), silent(BEGIN_MS + 201_000))
    station.live(well(BEGIN_MS + 300_000), silent(BEGIN_MS + 301_000, refused))
    assert len([record for record in caplog.records if "COD" in record.getMessage()]) == 2
