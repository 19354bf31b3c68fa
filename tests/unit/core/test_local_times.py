"""A clock that is wrong by whole hours, and a server that shows its own zone's time, look alike."""

from __future__ import annotations

import pytest

from gateway.core.clock_trust import Trust, TrustRules, TrustState, reviewed, unknown
from gateway.core.interfaces import Instant
from gateway.core.time_server import EARLIEST_MS
from gateway.core.witness import WitnessKind, WitnessWord
from tests.support.journey import DAY_MS, HOUR_MS

BOOTED_MS = EARLIEST_MS + DAY_MS
RULES = TrustRules(max_offset_ms=1000, grace_ms=2000, assumes=False, give_up_s=1800.0)


def at(mono_s: float, off_ms: int = 0) -> Instant:
    return Instant(BOOTED_MS + round(mono_s * 1000) + off_ms, mono_s)


def server(mono_s: float, off_ms: int = 0, *, may_be_local: bool) -> WitnessWord:
    return WitnessWord(WitnessKind.AUTHORITY, "so-tnmt", BOOTED_MS + off_ms, 600.0, mono_s, may_be_local)


def look(trust: Trust, said: WitnessWord, now: Instant) -> Trust:
    return reviewed(trust, [said], now, RULES, None)


@pytest.mark.parametrize("hours", [7, -1])
def test_a_clock_that_keeps_local_time_is_not_trusted_against_a_server_that_shows_utc(hours: int) -> None:
    now = at(10.0, hours * HOUR_MS)
    trust = look(unknown(at(0.0, hours * HOUR_MS)), server(9.0, may_be_local=False), now)
    assert trust.state is TrustState.UNTRUSTED
    for mono_s in (1900.0, 4000.0):  # and nobody assumes it after a while
        trust = look(trust, server(mono_s - 1, may_be_local=False), at(mono_s, hours * HOUR_MS))
        assert trust.state is TrustState.UNTRUSTED


def test_a_server_that_may_show_local_time_denies_nothing_by_whole_hours() -> None:
    said = server(9.0, 7 * HOUR_MS, may_be_local=True)
    assert look(unknown(at(0.0)), said, at(10.0)).witness is None
    assert look(unknown(at(0.0)), said, at(1801.0)).state is TrustState.ASSUMED


def test_one_that_agreed_before_the_clock_was_set_by_an_hour_is_believed_after_it() -> None:
    trusted = look(unknown(at(0.0)), server(9.0, may_be_local=True), at(10.0))
    assert trusted.state is TrustState.TRUSTED
    ahead = look(trusted, server(9.0, may_be_local=True), at(20.0, HOUR_MS))
    assert ahead.state is TrustState.UNTRUSTED
    still = look(ahead, server(2000.0, may_be_local=True), at(2001.0, HOUR_MS))
    assert still.state is TrustState.UNTRUSTED
    back = look(still, server(2002.0, may_be_local=True), at(2003.0))
    assert back.state is TrustState.TRUSTED
