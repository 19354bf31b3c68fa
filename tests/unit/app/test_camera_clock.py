"""What the recorder of cameras thinks of the clock follows what the daemon wrote down, and every step of the clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gateway.app.camera_clock import FollowedTrust, kernel_vouches, newest_of
from gateway.clock.store import ClockStore, TrustChange
from gateway.core.clock_trust import TrustState, unknown
from gateway.core.errors import StoreError
from gateway.core.witness import zero_ms
from gateway.db import open_database
from tests.support.clock import FakeClock

BOOT = "boot"


@dataclass
class Daemon:
    """What it wrote down last."""

    said: TrustChange | None = None
    fails: Exception | None = None
    kernel: bool = False

    def newest(self) -> TrustChange | None:
        if self.fails is not None:
            raise self.fails
        return self.said

    def says(self, clock: FakeClock, state: TrustState = TrustState.TRUSTED, boot: str = BOOT) -> None:
        self.said = TrustChange(boot, clock.now(), state, 0, "server", "asked")


@pytest.fixture
def daemon() -> Daemon:
    return Daemon()


def made(clock: FakeClock, daemon: Daemon, *, assumes: bool = False) -> FollowedTrust:
    trust = FollowedTrust(clock, BOOT, daemon.newest, lambda: daemon.kernel, max_offset_ms=1000, assumes=assumes)
    trust.step(clock.now())
    return trust


def test_what_the_daemon_trusts_is_trusted(clock: FakeClock, daemon: Daemon) -> None:
    daemon.says(clock)
    trust = made(clock, daemon)
    assert trust.is_trusted(clock.advance(5))
    assert trust.stamp_ms(clock.mono_s - 2) == clock.wall_ms - 2000


@pytest.mark.parametrize("state", [TrustState.DRIFTING, TrustState.ASSUMED])
def test_what_it_uses_is_used(clock: FakeClock, daemon: Daemon, state: TrustState) -> None:
    daemon.says(clock, state)
    assert made(clock, daemon).is_trusted(clock.now())


def test_what_it_does_not_trust_is_not_even_if_the_kernel_does(clock: FakeClock, daemon: Daemon) -> None:
    daemon.says(clock, TrustState.UNTRUSTED)
    daemon.kernel = True
    trust = made(clock, daemon, assumes=True)
    assert not trust.is_trusted(clock.now())
    assert trust.stamp_ms(clock.mono_s) is None
    daemon.says(clock)
    trust.step(clock.advance(10))
    assert trust.is_trusted(clock.now())


@pytest.mark.parametrize("is_assumed", [False, True])
def test_a_clock_that_was_never_set_is_believed_by_nobody(daemon: Daemon, is_assumed: bool) -> None:
    clock = FakeClock(100_000)
    daemon.kernel = not is_assumed
    trust = made(clock, daemon, assumes=is_assumed)
    assert trust.stamp_ms(clock.mono_s) is None
    clock.wall_ms += 1_800_000_000_000  # as somebody sets it
    trust.step(clock.advance(10))
    assert trust.stamp_ms(clock.mono_s) == clock.wall_ms


@pytest.mark.parametrize("kernel", [False, True])
def test_without_a_daemon_the_kernel_is_asked(clock: FakeClock, daemon: Daemon, kernel: bool) -> None:
    daemon.kernel = kernel
    assert made(clock, daemon).is_trusted(clock.now()) is kernel


def test_what_was_said_before_the_machine_was_started_counts_for_nothing(clock: FakeClock, daemon: Daemon) -> None:
    daemon.says(clock, boot="another")
    assert not made(clock, daemon).is_trusted(clock.now())


@pytest.mark.parametrize("failure", [StoreError("damaged"), OSError("no rights"), FileNotFoundError("none")])
def test_a_database_that_cannot_be_read_is_none(clock: FakeClock, daemon: Daemon, failure: Exception) -> None:
    daemon.fails = failure
    assert not made(clock, daemon).is_trusted(clock.now())
    daemon.kernel = True
    assert made(clock, daemon).is_trusted(clock.now())


@pytest.mark.parametrize("by_ms", [-3_600_000, -1000, 1000, 90_000])
def test_a_step_takes_the_trust_away_at_once_until_the_daemon_speaks(
    clock: FakeClock, daemon: Daemon, by_ms: int
) -> None:
    daemon.says(clock)
    trust = made(clock, daemon)
    clock.jump_wall(by_ms)
    assert trust.stamp_ms(clock.mono_s) is None
    trust.step(clock.advance(10))
    assert not trust.is_trusted(clock.now()), "the daemon has said nothing of it yet"
    daemon.says(clock)
    trust.step(clock.advance(10))
    assert trust.stamp_ms(clock.mono_s) == clock.wall_ms


def test_a_clock_that_is_back_is_trusted_again(clock: FakeClock, daemon: Daemon) -> None:
    daemon.says(clock)
    trust = made(clock, daemon)
    clock.jump_wall(60_000)
    assert not trust.is_trusted(clock.now())
    clock.jump_wall(-60_000)
    trust.step(clock.advance(10))
    assert trust.is_trusted(clock.now())


def test_a_clock_that_is_drawn_is_followed(clock: FakeClock, daemon: Daemon) -> None:
    daemon.says(clock)
    trust = made(clock, daemon)
    for _ in range(40):
        clock.jump_wall(100)
        assert trust.is_trusted(clock.advance(10))
        trust.step(clock.now())
    assert trust.stamp_ms(clock.mono_s) == clock.wall_ms
    assert made(clock, daemon).is_trusted(clock.now()), "nor does a start make another clock of it"


def test_what_is_assumed_is_assumed_again_after_a_step(clock: FakeClock, daemon: Daemon) -> None:
    trust = made(clock, daemon, assumes=True)
    clock.jump_wall(3_600_000)
    assert not trust.is_trusted(clock.now())
    trust.step(clock.advance(10))
    assert trust.stamp_ms(clock.mono_s) == clock.wall_ms


def test_it_reads_what_the_daemon_really_writes(clock: FakeClock, tmp_path: Path) -> None:
    file = tmp_path / "gateway.db"
    assert newest_of(file)() is None
    database = open_database(file)
    try:
        with database.write() as connection:
            connection.execute("INSERT INTO run (id, started_ms, version, boot_id) VALUES (1, 0, '0', 'boot')")
        thought = replace(unknown(clock.now()), state=TrustState.TRUSTED, zero_ms=zero_ms(clock.now()))
        ClockStore(database).keep(1, BOOT, [thought], 1)
        said = newest_of(file)()
    finally:
        database.close()
    assert said is not None
    assert (said.boot_id, said.state, said.at) == (BOOT, TrustState.TRUSTED, clock.now())


def test_a_kernel_that_may_not_be_asked_vouches_for_nothing() -> None:
    assert kernel_vouches(lambda _: -1)() is False
