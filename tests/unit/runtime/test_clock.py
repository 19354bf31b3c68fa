"""The machine's clocks, and which start of the machine it is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gateway.runtime import clock as room
from gateway.runtime.clock import SystemClock, boot_id


def test_a_service_that_does_not_see_proc_is_told_by_its_unit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shown = tmp_path / "boot_id"
    shown.write_text("5f3c1a52-0000-4000-8000-000000000001\n")
    monkeypatch.setattr(room, "_BOOT_ID", shown)
    monkeypatch.setenv("GATEWAY_BOOT_ID", "5f3c1a52000040008000000000000001")
    seen = boot_id()
    shown.unlink()
    assert boot_id() == seen
    monkeypatch.delenv("GATEWAY_BOOT_ID")
    assert boot_id() != boot_id(), "whoever does not know must not take an earlier start for this one"


def test_a_process_that_is_stopped_between_its_two_looks_sees_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    mono_s = iter([100.0, 145.0, 145.001, 145.002])
    wall_ns = iter([1_000_000_000_000, 1_045_001_000_000])
    monkeypatch.setattr(time, "clock_gettime", lambda _which: next(mono_s))
    monkeypatch.setattr(time, "time_ns", lambda: next(wall_ns))
    now = SystemClock().now()
    assert now.wall_ms - round(now.mono_s * 1000) == 900_000 - 1
