"""A closed slot that is not 00 says why, by what most of its readings said, or that they were never taken."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from gateway.core.reading import Readings, Sample, Status
from gateway.core.reason import Cause, Reason
from gateway.core.record import Expectation
from gateway.core.slot import Slot
from gateway.readings.parameter_board import ParameterBoard
from gateway.records.closer import Closer, ClosingRules
from gateway.records.slot_reasons import SlotReasonStore
from tests.support.journey import COD, MIDNIGHT_MS, PH, SLOT_MS, Journey, at, measured, sample
from tests.support.trust import CountedFrom1970

PERIOD_MS = 5000
SILENT = Reason(Cause.SILENT, "unit 9 did not answer within 1 s")
DECLARED = Reason(Cause.DECLARED, "by an: buffer 7.00")
FIRST = Slot(MIDNIGHT_MS + SLOT_MS, SLOT_MS)


class Station:
    def __init__(self, journey: Journey, started_ms: int = MIDNIGHT_MS) -> None:
        self.journey = journey
        self.board = ParameterBoard(journey.database, journey.readings, SLOT_MS, ZoneInfo("Asia/Ho_Chi_Minh"))
        self.recorder = journey.recorder({"multiprobe": PERIOD_MS}, parameter_board=self.board)
        self.closer = Closer(
            journey.readings,
            journey.records,
            ClosingRules(SLOT_MS, 2000, 75.0),
            [Expectation(PH, PERIOD_MS), Expectation(COD, PERIOD_MS)],
            started_ms / 1000,
            [],
            self.recorder.flush,
            CountedFrom1970(),
            parameter_board=self.board,
        )

    def live(self, slot: Slot, bad_from: int, bad_to: int, reason: Reason, status: Status = Status.FAULT) -> None:
        """Polls of one slot by their number: pH is not 00 from one to the other, COD is well."""
        for number in range(60):
            at_ms = slot.start_ms + number * PERIOD_MS + 2500
            if bad_from <= number < bad_to:
                value = None if status is Status.FAULT else 7.0
                readings = Readings((value, 71.3), (status, Status.MEASURING), (reason, None))
                self.recorder.accept(Sample("multiprobe", at_ms, at_ms / 1000, (PH, COD), readings))
            else:
                self.recorder.accept(sample(at_ms, measured(7.2), measured(71.3)))

    def close(self, slot: Slot) -> dict[str, tuple[Status, Reason]]:
        self.recorder.flush()
        self.closer.step(at(slot.end_ms + 2000, slot.end_ms / 1000 + 2))
        found = SlotReasonStore(self.journey.database).touching(slot.end_ms - 1, slot.end_ms)
        return {one.symbol: (one.status, one.reason) for one in found}


def test_a_slot_that_is_02_says_why_and_its_neighbour_says_nothing(journey: Journey) -> None:
    station = Station(journey)
    station.live(FIRST, 10, 60, SILENT)
    assert station.close(FIRST) == {"pH": (Status.FAULT, SILENT)}


def test_a_few_silent_polls_leave_the_slot_00_and_without_a_reason(journey: Journey) -> None:
    station = Station(journey)
    station.live(FIRST, 10, 15, SILENT)
    assert station.close(FIRST) == {}


def test_a_declared_calibration_is_the_reason_of_its_slots(journey: Journey) -> None:
    station = Station(journey)
    station.live(FIRST, 0, 60, DECLARED, Status.CALIBRATING)
    assert station.close(FIRST) == {"pH": (Status.CALIBRATING, DECLARED)}


def test_a_slot_in_which_the_gateway_was_off_does_not_blame_the_instrument(journey: Journey) -> None:
    station = Station(journey)
    for number in range(20):
        at_ms = FIRST.start_ms + number * PERIOD_MS + 2500
        station.recorder.accept(sample(at_ms, measured(7.2), measured(71.3)))
    lacking = Reason(Cause.NOT_READ, "40 of 60 readings were not taken")
    assert station.close(FIRST) == {"pH": (Status.FAULT, lacking), "COD": (Status.FAULT, lacking)}


def test_a_crash_in_the_middle_of_a_long_silence_does_not_lose_its_reason(journey: Journey) -> None:
    station = Station(journey)
    station.live(FIRST, 0, 60, SILENT)
    station.recorder.finish()
    assert station.close(FIRST) == {"pH": (Status.FAULT, SILENT)}
    second = FIRST.following()
    station.live(second, 0, 60, SILENT)
    station.recorder.flush()
    journey.restart()
    again = Station(journey, second.end_ms)
    assert again.close(second) == {"pH": (Status.FAULT, SILENT)}


def test_closing_twice_after_a_crash_before_the_commit_keeps_one_reason(journey: Journey) -> None:
    station = Station(journey)
    station.live(FIRST, 0, 60, SILENT)
    station.close(FIRST)
    station.close(FIRST)
    assert [one.slots for one in SlotReasonStore(journey.database).touching(0, 1 << 60)] == [1]
