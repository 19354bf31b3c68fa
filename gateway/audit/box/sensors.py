"""What the kernel tells of the board: its heat, its supply, its memory, the wear of its cards."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.core.box_rules import CardWear
from gateway.ports.inventory.kernel_files import names_told, read_bytes, read_number, read_text

_ZONES = "sys/class/thermal"
_CHIPS = "sys/class/hwmon"
_FIRMWARE = "sys/devices/platform/soc/soc:firmware/get_throttled"
"""Of a Raspberry Pi, where its driver for `hwmon` is not loaded."""
_UNDER_VOLTAGE = 1
_PLAUSIBLE = (-40_000, 150_000)
"""In thousandths of a °C; a sensor that is off says zero, or far below."""
_CARD = re.compile(r"mmcblk[0-9]+", re.ASCII)
_LIFE_TIME = range(1, 12)
"""1: up to a tenth of its life is used, 10: all of it, 11: more (JEDEC 84-B51, DEVICE_LIFE_TIME_EST)."""
_NORMAL, _FAILING = (1,), (2, 3)
"""PRE_EOL_INFO: warning, when 80 % of the spare blocks are used up, and urgent."""
_LINE = re.compile(rb"^(?:Node [0-9]+ )?(\w+(?:\(\w+\))?):\s+([0-9]+) kB$", re.MULTILINE)
_NODES = "sys/devices/system/node"
_MOST_BYTES = 1 << 16


def hottest(root: Path) -> tuple[float, str] | None:
    """In °C, and the sensor's name; `None`: there is none."""
    found = []
    for zone in names_told(root / _ZONES):
        degrees = read_number(root / _ZONES / zone / "temp") if zone.startswith("thermal_zone") else None
        if degrees is not None and _PLAUSIBLE[0] <= degrees <= _PLAUSIBLE[1] and degrees != 0:
            found.append((degrees / 1000, read_text(root / _ZONES / zone / "type") or zone))
    return max(found, default=None)


def is_under_voltage(root: Path) -> bool | None:
    """`None`: this board does not tell."""
    for chip in names_told(root / _CHIPS):
        if read_text(root / _CHIPS / chip / "name") == "rpi_volt":
            alarm = read_number(root / _CHIPS / chip / "in0_lcrit_alarm")
            return None if alarm is None else alarm != 0
    throttled = read_number(root / _FIRMWARE, 16)
    return None if throttled is None else bool(throttled & _UNDER_VOLTAGE)


def memory(root: Path) -> tuple[int, int] | None:
    """All of it and what is available, in bytes; `None`: nobody can tell. Where a sandbox hides `proc/meminfo`, what is
    available is reckoned by the memory's nodes, much as the kernel does it."""
    table = _table(read_bytes(root / "proc/meminfo", _MOST_BYTES))
    if "MemTotal" in table and "MemAvailable" in table:
        return table["MemTotal"], table["MemAvailable"]
    nodes = [name for name in names_told(root / _NODES) if re.fullmatch(r"node[0-9]+", name)]
    tables = [_table(read_bytes(root / _NODES / node / "meminfo", _MOST_BYTES)) for node in nodes]
    if not tables or any("MemTotal" not in one or "MemFree" not in one for one in tables):
        return None
    parts = ("MemFree", "Active(file)", "Inactive(file)", "SReclaimable")
    return sum(one["MemTotal"] for one in tables), sum(one.get(part, 0) for one in tables for part in parts)


def cards(root: Path) -> tuple[CardWear, ...]:
    """Those that are soldered on, or tell as these do; of a plain card nothing is told."""
    found = []
    for name in names_told(root / "sys/block"):
        if _CARD.fullmatch(name):
            used = [int(word, 16) for word in _words(root / "sys/block" / name / "device/life_time")]
            used = [tenths for tenths in used if tenths in _LIFE_TIME]
            end = next((int(word, 16) for word in _words(root / "sys/block" / name / "device/pre_eol_info")), 0)
            is_failing = True if end in _FAILING else False if end in _NORMAL else None
            if used or is_failing is not None:
                found.append(CardWear(name, 10 * max(used) if used else None, is_failing))
    return tuple(found)


def _words(file: Path) -> list[str]:
    return [word for word in (read_text(file) or "").split() if re.fullmatch(r"0x[0-9a-fA-F]{1,8}", word)]


def _table(content: bytes | None) -> dict[str, int]:
    return {name.decode("ascii"): int(kb) * 1024 for name, kb in _LINE.findall(content or b"")}
