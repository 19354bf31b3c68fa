"""`box`: from when on the box itself is worth a look."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.box_rules import BoxLimits
from tests.unit.config.wording import STATION, faults, load_text


def test_every_limit_has_a_default(tmp_path: Path) -> None:
    assert load_text(STATION, tmp_path).box.limits == BoxLimits(500_000_000, 30.0, 20_000_000_000, 80.0, 5.0, 3, 80.0)


def test_limits_are_what_is_written(tmp_path: Path) -> None:
    box = "box: {free: 2GB, days_left: 90d, database: 5GB, temperature: 70, memory: 10, restarts: 5, wear: 60.5}\n"
    limits = load_text(STATION + box, tmp_path).box.limits
    assert limits == BoxLimits(2_000_000_000, 90.0, 5_000_000_000, 70.0, 10.0, 5, 60.5)


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ("temperature: 500", "write 30 to 120, in °C"),
        ("memory: 0", "write 1 to 50, in percent"),
        ("restarts: 1", "write 2 to 100, in restarts"),
        ("wear: 120", "write 10 to 100, in percent"),
        ("days_left: 30", "30 has no unit"),
        ("free: 500", "500 has no unit"),
    ],
)
def test_what_no_box_can_be_asked_for_is_a_fault(tmp_path: Path, box: str, said: str) -> None:
    (fault,) = faults(STATION + f"box: {{{box}}}\n", tmp_path)
    assert said in fault
