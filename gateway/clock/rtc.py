"""Battery-backed clocks, as sysfs shows them: UTC in whole seconds."""

from __future__ import annotations

from pathlib import Path

RTC_CLASS = Path("/sys/class/rtc")
RESOLUTION_MS = 1_000


def battery_backed(folder: Path) -> list[Path]:
    """The clocks that the machine has, `rtc0` first."""
    return sorted(folder.glob("rtc[0-9]*")) if folder.is_dir() else []


def read_rtc(device: Path) -> int:
    """UTC in ms, cut off to the second.

    Raises:
        OSError, ValueError: it shows no time (a battery that is empty).
    """
    return int((device / "since_epoch").read_text(encoding="ascii")) * 1000
