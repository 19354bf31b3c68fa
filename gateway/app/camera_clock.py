"""What the recorder of cameras thinks of the clock: what the daemon wrote down that it thinks, or what the kernel says
where no daemon does.

The recorder asks nobody for the time: two programs that ask the same servers would be two opinions.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from gateway.clock.kernel import Call, adjtimex, read_kernel
from gateway.clock.store import ClockStore, TrustChange
from gateway.config import Configuration, TrustPolicy
from gateway.core.errors import StoreError
from gateway.core.instants import milliseconds
from gateway.core.interfaces import Clock, Instant, ServerTime
from gateway.core.time_server import EARLIEST_MS
from gateway.core.witness import zero_ms
from gateway.db import open_database
from gateway.runtime.clock import boot_id

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
DRAWN_LIMIT_MS = 60_000
"""A clock that was drawn so far since somebody vouched is not believed any more: `core.clock_trust.DRIFT_LIMIT_MS`."""


_DRAWN_SINCE = 10
"""By so many times what is allowed may the clock have been drawn, in small steps, since the daemon wrote down what it
thinks: it follows that, and writes nothing."""


class FollowedTrust:
    """A worker, and a `ClockTrust` for all threads of this process."""

    name = "clock"
    patience_s = 60.0

    def __init__(
        self,
        clock: Clock,
        boot: str,
        newest: Callable[[], TrustChange | None],
        kernel: Callable[[], bool],
        *,
        max_offset_ms: int,
        assumes: bool,
    ) -> None:
        """`newest`: what the daemon wrote down last, StoreError or OSError if that cannot be read. `kernel`: whether
        the system's synchroniser vouches. `assumes`: the clock is believed until somebody denies it. One that was
        never set, which shows 1970, is not, for nobody can have vouched for that."""
        self.boot_id = boot
        self._clock = clock
        self._newest = newest
        self._kernel = kernel
        self._max_offset_ms = max_offset_ms
        self._assumes = assumes
        self._zero_ms: int | None = None
        """Of the trusted time; `None`: nobody vouches."""
        self._settled_zero_ms = 0
        self._seen: TrustChange | None = None
        self._turn = threading.Lock()

    def is_trusted(self, now: Instant) -> bool:
        with self._turn:
            return self._follow(now)

    def stamp_ms(self, mono_s: float) -> int | None:
        with self._turn:
            if not self._follow(self._clock.now()) or self._zero_ms is None:
                return None
            return self._zero_ms + round(mono_s * 1000)

    def wants_authority_time(self) -> bool:
        return False

    def authority_said(self, destination: str, said: ServerTime) -> None:
        """The daemon hears that."""

    def step(self, now: Instant) -> float:
        """Look again what is thought."""
        zero = self._zero_by_others(now)
        with self._turn:
            if (zero is None) is not (self._zero_ms is None):
                _log.info("the clock is %s for video", "untrusted" if zero is None else "trusted")
            if zero is not None and (self._zero_ms is None or abs(zero - self._zero_ms) >= self._max_offset_ms):
                self._zero_ms = self._settled_zero_ms = zero
            elif zero is None:
                self._zero_ms = None
        return now.mono_s + LOOK_EVERY_S

    def interrupt(self) -> None:
        """Nothing in here waits for the outside world."""

    def close(self) -> None:
        """Holds nothing."""

    def _follow(self, now: Instant) -> bool:
        """Whether the clock is where it was trusted; if it was drawn a little meanwhile, that is followed."""
        if self._zero_ms is None:
            return False
        zero = zero_ms(now)
        if abs(zero - self._zero_ms) >= self._max_offset_ms or abs(zero - self._settled_zero_ms) >= DRAWN_LIMIT_MS:
            _log.warning("the clock was set, video has no time that counts until somebody vouches for it")
            self._zero_ms = None
            return False
        self._zero_ms = zero
        return True

    def _zero_by_others(self, now: Instant) -> int | None:
        try:
            said = self._newest()
        except (StoreError, OSError):
            said = None
        if said is None or said.boot_id != self.boot_id or said.at.mono_s > now.mono_s:
            is_possible = now.wall_ms >= EARLIEST_MS  # a clock that was never set counts from 1970
            return zero_ms(now) if is_possible and (self._assumes or self._kernel()) else None
        if not said.state.is_usable:
            return None
        is_news, self._seen = said != self._seen, said
        if not is_news and self._zero_ms is not None:
            return self._zero_ms  # followed since
        allowed_ms = self._max_offset_ms * (_DRAWN_SINCE if is_news else 1)
        return zero_ms(now) if abs(zero_ms(now) - zero_ms(said.at)) < allowed_ms else None


def trust_by_others(configuration: Configuration, clock: Clock) -> FollowedTrust:
    """As the configuration and this machine have it."""
    return FollowedTrust(
        clock,
        boot_id(),
        newest_of(configuration.storage.path / "gateway.db"),
        kernel_vouches(),
        max_offset_ms=milliseconds(configuration.clock.max_offset),
        assumes=configuration.clock.trust is TrustPolicy.ASSUME,
    )


def newest_of(file: Path) -> Callable[[], TrustChange | None]:
    """What the daemon's database says; `None` where there is none."""

    def newest() -> TrustChange | None:
        try:
            database = open_database(file, read_only=True)
        except FileNotFoundError:
            return None
        try:
            return ClockStore(database).newest()
        finally:
            database.close()

    return newest


def kernel_vouches(call: Call | None = None) -> Callable[[], bool]:
    """Whether the kernel's clock is synchronised, by itself."""
    asked = call or adjtimex()

    def vouches() -> bool:
        try:
            return read_kernel(asked).is_synchronised
        except OSError:
            return False

    return vouches
