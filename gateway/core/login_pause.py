"""How long whoever guesses passwords has to wait: pure, for one subject (an account, an address, a browser).

Some failures are free, for people mistype; then each one doubles the pause, up to five minutes. It never ends in a
lock: whoever has the right password waits five minutes at the most, and 288 guesses a day do not find twelve
characters. Whatever is refused while a pause lasts counts for nothing, so that nobody prolongs another one's pause.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.core.instants import DAY_MS

FIRST_PAUSE_MS = 2_000
LONGEST_PAUSE_MS = 300_000
FORGOTTEN_AFTER_MS = DAY_MS
"""Without another failure."""
FREE_OF_ONE = 5
"""Failures of one account or browser without a pause."""
FREE_OF_ADDRESS = 10
"""An office is many people behind one address."""


@dataclass(frozen=True, slots=True)
class FailedLogins:
    """What is known of one subject: how many failures since the last that was forgotten, and when the newest was."""

    failures: int = 0
    last_ms: int = 0


def wait_ms(known: FailedLogins, free: int, now_ms: int) -> int:
    """How long from now until the next try is looked at; 0: at once.

    A clock that was set back keeps nobody waiting for longer than the pause itself.
    """
    counted = _remembered(known, now_ms)
    if counted < free:
        return 0
    pause_ms = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << min(counted - free, 16))
    return max(0, min(known.last_ms, now_ms) + pause_ms - now_ms)


def after_failure(known: FailedLogins, now_ms: int) -> FailedLogins:
    return FailedLogins(_remembered(known, now_ms) + 1, now_ms)


def _remembered(known: FailedLogins, now_ms: int) -> int:
    return 0 if now_ms - known.last_ms >= FORGOTTEN_AFTER_MS else known.failures
