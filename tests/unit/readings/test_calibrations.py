"""Status 01 by hand: from the instant of the command to the instant of the next, whatever happens in between."""

from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

import pytest

from gateway.core.reading import Reading, Readings, Status
from gateway.readings.calibrations import BY_ITSELF, CalibrationStore, CalibrationWatch
from tests.support.journey import (
    MIDNIGHT_MS,
    SLOT_MS,
    Journey,
    at,
    calibrating,
    faulty,
    measured,
    sample,
)

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOON_MS = MIDNIGHT_MS + 43_200_000
HALF_AN_HOUR_MS = 1_800_000


def kept(journey: Journey, *polls: tuple[int, Reading, Reading]) -> list[Readings]:
    """What is in the database after these polls, each of pH and COD."""
    recorder = journey.recorder({"multiprobe": 5000}, SLOT_MS, 2000, calibrations=CalibrationStore(journey.database))
    for at_ms, *readings in polls:
        recorder.accept(sample(at_ms, *readings))
    recorder.flush()
    return [row.readings for _, rows in journey.readings.blocks(0, 1 << 62) for row in rows]


def test_readings_from_that_instant_on_have_status_01_and_their_values(journey: Journey) -> None:
    CalibrationStore(journey.database).begin(["COD"], None, "standard 100 mg/L", "lan", NOON_MS)
    assert kept(
        journey,
        (NOON_MS - 1, measured(7.0), measured(40.0)),
        (NOON_MS, measured(7.0), measured(100.0)),
        (NOON_MS + 5000, measured(7.0), faulty()),
    ) == [
        (measured(7.0), measured(40.0)),
        (measured(7.0), calibrating(100.0)),
        (measured(7.0), faulty()),  # a fault is worse than a calibration
    ]


def test_it_ends_by_itself_although_nobody_noticed_and_a_restart_came_between(journey: Journey) -> None:
    CalibrationStore(journey.database).begin(["pH"], NOON_MS + HALF_AN_HOUR_MS, "buffer 7", "lan", NOON_MS)
    journey.restart()
    last_ms = NOON_MS + HALF_AN_HOUR_MS
    assert kept(journey, (last_ms - 1, measured(7.0), measured(1.0)), (last_ms, measured(7.0), measured(1.0))) == [
        (calibrating(7.0), measured(1.0)),
        (measured(7.0), measured(1.0)),
    ]
    journey.restart()
    store = CalibrationStore(journey.database)
    CalibrationWatch(store, HANOI).step(at(last_ms + 999_999))
    (over,) = store.newest(10)
    assert (over.ended_ms, over.ended_by) == (last_ms, BY_ITSELF)
    assert store.lasting() == []


def test_it_ends_when_somebody_ends_it_and_tells_who(journey: Journey) -> None:
    store = CalibrationStore(journey.database)
    store.begin(["pH", "COD"], None, "weekly", "lan", NOON_MS)
    assert [one.symbol for one in store.end(["COD", "TSS"], "minh", NOON_MS + 1000)] == ["COD"]
    assert store.end(["COD"], "minh", NOON_MS + 2000) == []
    assert kept(journey, (NOON_MS + 1000, measured(7.0), measured(40.0))) == [(calibrating(7.0), measured(40.0))]
    cod = next(one for one in store.newest(10) if one.symbol == "COD")
    assert (cod.ended_ms, cod.begun_by, cod.ended_by) == (NOON_MS + 1000, "lan", "minh")


def test_begun_again_the_first_one_ends_where_the_second_begins(journey: Journey) -> None:
    store = CalibrationStore(journey.database)
    store.begin(["pH"], NOON_MS + 60_000, "buffer 7", "lan", NOON_MS)
    store.begin(["pH"], None, "buffer 10", "lan", NOON_MS + 30_000)
    assert [(one.reason, one.ended_ms) for one in store.newest(10)] == [
        ("buffer 10", None),
        ("buffer 7", NOON_MS + 30_000),
    ]


def test_begun_again_after_its_time_the_first_one_had_ended_by_itself(journey: Journey) -> None:
    store = CalibrationStore(journey.database)
    store.begin(["pH"], NOON_MS + 60_000, "buffer 7", "lan", NOON_MS)
    store.begin(["pH"], None, "buffer 10", "minh", NOON_MS + 90_000)
    first = store.newest(10)[1]
    assert (first.ended_ms, first.ended_by) == (NOON_MS + 60_000, BY_ITSELF)


def test_begin_and_end_are_told_once(journey: Journey, caplog: pytest.LogCaptureFixture) -> None:
    store = CalibrationStore(journey.database)
    watch = CalibrationWatch(store, HANOI)
    caplog.set_level(logging.INFO)
    store.begin(["pH"], NOON_MS + 1000, "buffer 7", "lan", NOON_MS)
    for second in range(3):
        watch.step(at(NOON_MS + second * 500))
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        (
            "WARNING",
            "parameter=pH state=calibrating by=lan since=2026-01-01T12:00:00+07:00 until=2026-01-01T12:00:01+07:00"
            ' reason="buffer 7"',
        ),
        ("INFO", "parameter=pH state=measuring calibrated_since=2026-01-01T12:00:00+07:00"),
    ]


def test_the_slot_is_calibrating_when_most_of_it_was(journey: Journey) -> None:
    CalibrationStore(journey.database).begin(["pH"], None, "buffer 7", "lan", NOON_MS + 100_000)
    polls = [(NOON_MS + n * 5000, measured(7.0), measured(1.0)) for n in range(60)]
    states = [readings[0].status for readings in kept(journey, *polls)]
    assert states.count(Status.CALIBRATING) == 40


@pytest.mark.parametrize("began_ms", [300_000, NOON_MS + 4 * 365 * 86_400_000])
def test_one_that_was_declared_by_a_wrong_clock_holds_once_the_clock_is_right(
    journey: Journey, began_ms: int, caplog: pytest.LogCaptureFixture
) -> None:
    store = CalibrationStore(journey.database)
    store.begin(["COD"], began_ms + HALF_AN_HOUR_MS, "standard", "lan", began_ms)
    CalibrationWatch(store, HANOI).step(at(NOON_MS))
    (lasting,) = store.lasting()
    assert lasting.holds(NOON_MS)
    assert lasting.holds(NOON_MS + HALF_AN_HOUR_MS - 16_000)
    assert not lasting.holds(NOON_MS + HALF_AN_HOUR_MS)
    assert "declared by a wrong clock" in caplog.messages[0]
    assert kept(journey, (NOON_MS, measured(7.0), measured(1.0))) == [(measured(7.0), calibrating(1.0))]
