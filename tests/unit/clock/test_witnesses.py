"""What this machine's own clocks say, at the edge of the C library and of sysfs; what is written down of it."""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.clock.kernel import Timex, adjtimex, read_kernel
from gateway.clock.store import ClockStore, WitnessReport
from gateway.clock.trust_keeper import TrustKeeper
from gateway.clock.witness_watch import WitnessWatch
from gateway.clock.witnesses import Witnesses
from gateway.core.clock_trust import TrustRules, TrustState, unknown
from gateway.core.interfaces import Instant
from gateway.core.witness import WitnessKind, WitnessVerdict
from gateway.db import Database, open_database
from tests.support.clock import FakeClock

RULES = TrustRules(max_offset_ms=1000, grace_ms=2000, assumes=False, give_up_s=1800.0)


@dataclass
class FakeKernel:
    """As `adjtimex` fills the structure."""

    clock: FakeClock
    status: int = 0x2001  # PLL, nanoseconds
    state: int = 0
    off_ms: int = 0
    max_error_us: int = 30_000
    failure: int = 0

    def __call__(self, timex: Any) -> int:
        if self.failure:
            ctypes.set_errno(self.failure)
            return -1
        shown_ms = self.clock.wall_ms + self.off_ms
        timex.seconds, timex.fraction = shown_ms // 1000, shown_ms % 1000 * 1_000_000
        timex.status, timex.maxerror = self.status, self.max_error_us
        return self.state


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def kernel(clock: FakeClock) -> FakeKernel:
    return FakeKernel(clock)


def look(
    clock: FakeClock, kernel: FakeKernel | None, rtc: Path, last_good_ms: int | None = None
) -> list[WitnessReport]:
    witnesses = Witnesses(clock, {}, RULES, kernel, rtc)
    found = witnesses.look(last_good_ms)
    confirming = {one.name for one in found.said}
    assert confirming == {one.name for one in found.reports if one.verdict is WitnessVerdict.OK}
    return found.reports


def test_a_synchronised_kernel_vouches(clock: FakeClock, kernel: FakeKernel, tmp_path: Path) -> None:
    (report,) = look(clock, kernel, tmp_path)
    assert (report.kind, report.verdict, report.offset_ms) == (WitnessKind.KERNEL, WitnessVerdict.OK, 0)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"status": 0x0040}, WitnessVerdict.UNSYNCHRONISED),
        ({"state": 5}, WitnessVerdict.UNSYNCHRONISED),
        ({"off_ms": -3_600_000}, WitnessVerdict.FALSETICKER),
        ({"failure": errno.EPERM}, WitnessVerdict.SILENT),
        ({"failure": errno.ENOSYS}, WitnessVerdict.SILENT),
    ],
)
def test_a_kernel_that_cannot_tell_vouches_for_nothing(
    clock: FakeClock, kernel: FakeKernel, tmp_path: Path, changes: dict[str, int], verdict: WitnessVerdict
) -> None:
    for name, value in changes.items():
        setattr(kernel, name, value)
    (report,) = look(clock, kernel, tmp_path)
    assert report.verdict is verdict
    assert report.detail


def test_without_adjtimex_the_kernel_is_silent(clock: FakeClock, tmp_path: Path) -> None:
    (report,) = look(clock, None, tmp_path)
    assert report.verdict is WitnessVerdict.SILENT


def test_this_machines_kernel_can_be_read_and_shows_the_time() -> None:
    import time

    read = read_kernel(adjtimex())
    assert abs(read.at_ms - time.time() * 1000) < 1000
    assert ctypes.sizeof(Timex) >= 208


def rtc(folder: Path, text: str, name: str = "rtc0") -> Path:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "since_epoch").write_text(text)
    return folder


def test_a_battery_backed_clock_that_agrees_vouches(clock: FakeClock, tmp_path: Path) -> None:
    *_, report = look(clock, None, rtc(tmp_path, f"{clock.wall_ms // 1000}\n"))
    assert (report.kind, report.name, report.verdict) == (WitnessKind.RTC, "rtc0", WitnessVerdict.OK)


@pytest.mark.parametrize(
    ("off_s", "last_good_after_s", "verdict"),
    [
        (7 * 3600, None, WitnessVerdict.FALSETICKER),
        (-40, None, WitnessVerdict.FALSETICKER),
        (0, 3600, WitnessVerdict.UNSYNCHRONISED),
        (-26 * 365 * 86_400, None, WitnessVerdict.UNSYNCHRONISED),
    ],
)
def test_one_that_differs_or_is_behind_the_last_known_good_time_vouches_for_nothing(
    clock: FakeClock, tmp_path: Path, off_s: int, last_good_after_s: int | None, verdict: WitnessVerdict
) -> None:
    last_good_ms = None if last_good_after_s is None else clock.wall_ms + last_good_after_s * 1000
    *_, report = look(clock, None, rtc(tmp_path, f"{clock.wall_ms // 1000 + off_s}\n"), last_good_ms)
    assert report.verdict is verdict
    assert report.detail


@pytest.mark.parametrize("text", ["", "no battery", "\u0665"])
def test_one_with_an_empty_battery_is_silent(clock: FakeClock, tmp_path: Path, text: str) -> None:
    *_, report = look(clock, None, rtc(tmp_path, text))
    assert report.verdict is WitnessVerdict.SILENT


def test_every_battery_backed_clock_is_looked_at(clock: FakeClock, tmp_path: Path) -> None:
    rtc(tmp_path, "0", "rtc0")
    reports = look(clock, None, rtc(tmp_path, str(clock.wall_ms // 1000), "rtc1"))
    assert [one.verdict for one in reports[1:]] == [WitnessVerdict.UNSYNCHRONISED, WitnessVerdict.OK]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path / "gateway.db")) as opened:
        with opened.write() as connection:
            connection.execute("INSERT INTO run (started_ms, version) VALUES (1, '0')")
        yield opened


def watch(
    clock: FakeClock, kernel: FakeKernel, database: Database, rtc_folder: Path
) -> tuple[WitnessWatch, TrustKeeper]:
    store, now = ClockStore(database), clock.now()
    keeper = TrustKeeper(clock, RULES, "boot", unknown(now), None, is_new=True, memory_s=600.0, on_change=lambda: None)
    asked = Witnesses(clock, {}, RULES, kernel, rtc_folder)
    return WitnessWatch(keeper, asked, store, 1, clock, 900.0), keeper


def test_as_long_as_nobody_vouches_it_asks_ever_less_often(
    clock: FakeClock, kernel: FakeKernel, database: Database, tmp_path: Path
) -> None:
    kernel.status = 0x40
    worker, keeper = watch(clock, kernel, database, tmp_path / "rtc")
    asked_at = []
    due_s = worker.step(clock.now())
    while clock.mono_s < 1300:
        clock.advance(due_s - clock.mono_s)
        before = ClockStore(database).witnesses()
        due_s = worker.step(clock.now())
        if ClockStore(database).witnesses() != before:
            asked_at.append(round(clock.mono_s) - 1000)
    assert asked_at[:5] == [4, 12, 28, 60, 124]
    kernel.status = 0
    clock.advance(64)
    worker.step(clock.now())
    assert keeper.is_trusted(clock.now())
    newest = ClockStore(database).newest()
    assert newest is not None
    assert (newest.state, newest.boot_id) == (TrustState.TRUSTED, "boot")


def test_after_a_step_it_asks_at_once_and_at_the_alarms_ring(
    clock: FakeClock, kernel: FakeKernel, database: Database, tmp_path: Path
) -> None:
    worker, keeper = watch(clock, kernel, database, tmp_path / "rtc")
    worker.step(clock.now())
    assert keeper.is_trusted(clock.now())
    store = ClockStore(database)
    looked_ms = store.witnesses()[0].asked_ms
    clock.advance(100)
    worker.step(clock.now())
    assert store.witnesses()[0].asked_ms == looked_ms
    worker.ring()
    worker.step(clock.now())
    assert store.witnesses()[0].asked_ms == clock.wall_ms
    clock.advance(10)
    kernel.status = 0x40
    clock.jump_wall(90_000)
    assert not keeper.is_trusted(clock.now())
    worker.step(clock.now())
    assert store.witnesses()[0].asked_ms == clock.wall_ms
    assert [one.state for one in store.changes(5)] == [
        TrustState.UNTRUSTED,
        TrustState.TRUSTED,
        TrustState.UNTRUSTED,
    ]


def test_the_last_known_good_time_is_the_witnesses_not_our_clocks(database: Database) -> None:
    store = ClockStore(database)
    assert store.last_good_ms() is None
    wrong = WitnessReport(WitnessKind.SERVER, "a", 4_000_000_000_000, WitnessVerdict.OK, None, -2_000_000_000_000)
    store.report([wrong], unknown(Instant(0, 0.0)))
    assert store.last_good_ms() == 2_000_000_000_000
