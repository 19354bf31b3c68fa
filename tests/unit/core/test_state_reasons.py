"""A status that a rule has raised says which rule; what the device said of itself stays."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from gateway.core.interfaces import Instant
from gateway.core.reading import Readings, Status
from gateway.core.reason import Cause, Reason
from gateway.core.state import StateWindow, StatusSettings, StatusTracker

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MIDNIGHT_MS = 1_767_200_400_000
OWN = Reason(Cause.DEVICE_FAULT, "status holding:100 is 2")
WELL = Readings((7.0, 8.0), (Status.MEASURING,) * 2)
DAYS = frozenset(range(7))


def tracker(hold_s: float = 0, warm_up_s: float = 0, *windows: StateWindow) -> StatusTracker:
    return StatusTracker(StatusSettings(windows, ZONE, hold_s, warm_up_s), 1.0)


def causes(readings: Readings) -> list[str | None]:
    return [None if one is None else one.cause.value for one in readings.reasons or (None,) * len(readings)]


def test_what_is_well_has_no_reasons() -> None:
    assert tracker().judge(WELL, Instant(MIDNIGHT_MS, 100.0)).reasons is None


@pytest.mark.parametrize(
    ("one", "cause", "detail"),
    [
        (tracker(600), "hold", "600 s after a calibration, or a start"),
        (tracker(0, 60), "warm-up", "60 s after it was away, or a start"),
        (tracker(0, 0, StateWindow(0, 20, DAYS, Status.CALIBRATING)), "schedule", "00:00-00:20"),
    ],
)
def test_each_rule_is_named(one: StatusTracker, cause: str, detail: str) -> None:
    judged = one.judge(WELL, Instant(MIDNIGHT_MS, 100.0))
    assert judged.statuses == (Status.CALIBRATING,) * 2
    assert judged.reasons == (Reason(Cause(cause), detail),) * 2


def test_a_fault_of_the_device_stays_the_devices_own_during_a_schedule() -> None:
    said = Readings((7.0, None), (Status.MEASURING, Status.FAULT), (None, OWN))
    judged = tracker(0, 0, StateWindow(0, 20, DAYS, Status.CALIBRATING)).judge(said, Instant(MIDNIGHT_MS, 100.0))
    assert causes(judged) == ["schedule", "device-fault"]
