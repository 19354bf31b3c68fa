"""The trust in the clock as threads ask for it, and what of it is told and written down."""

from __future__ import annotations

import logging
import threading

import pytest

from gateway.clock.trust_keeper import TrustKeeper
from gateway.core.clock_trust import TrustRules, TrustState, unknown
from gateway.core.interfaces import Instant, ServerTime
from gateway.core.witness import WitnessKind, WitnessWord, zero_ms
from tests.support.clock import FakeClock

RULES = TrustRules(max_offset_ms=1000, grace_ms=2000, assumes=False, give_up_s=1800.0)


class Kept:
    """A keeper on a clock in the test's hand."""

    def __init__(self, rules: TrustRules = RULES) -> None:
        self.clock = FakeClock()
        self.changes = 0
        self.true_zero_ms = zero_ms(self.clock.now())
        now = self.clock.now()
        self.keeper = TrustKeeper(
            self.clock, rules, "boot", unknown(now), None, is_new=True, memory_s=600.0, on_change=self._changed
        )

    def _changed(self) -> None:
        self.changes += 1

    def vouch(self, off_ms: float = 0) -> None:
        word = WitnessWord(WitnessKind.SERVER, "a", self.true_zero_ms + off_ms, 10.0, self.clock.mono_s)
        self.keeper.hear([word], self.clock.now())

    def is_trusted(self) -> bool:
        return self.keeper.is_trusted(self.clock.now())


def test_a_time_is_given_only_by_a_trusted_clock() -> None:
    kept = Kept()
    assert not kept.is_trusted()
    assert kept.keeper.stamp_ms(5.0) is None
    kept.vouch()
    assert kept.is_trusted()
    assert kept.keeper.stamp_ms(5.0) == kept.true_zero_ms + 5000
    kept.clock.jump_wall(90_000)
    assert kept.keeper.stamp_ms(5.0) == kept.true_zero_ms + 5000, "not by a look at a clock that may have stepped"
    assert not kept.is_trusted()
    assert kept.keeper.stamp_ms(5.0) is None


def test_a_look_from_before_a_step_does_not_bring_the_trust_back() -> None:
    """Workers look at the clock, and ask later."""
    kept = Kept()
    kept.vouch()
    earlier = kept.clock.now()
    kept.clock.advance(1)
    kept.clock.jump_wall(-3_600_000)
    assert not kept.is_trusted()
    assert not kept.keeper.is_trusted(earlier)
    assert not kept.is_trusted()


def test_a_clock_that_is_drawn_slowly_is_followed() -> None:
    kept = Kept()
    kept.vouch()
    for _ in range(20):
        kept.clock.advance(1)
        kept.clock.jump_wall(40)
        assert kept.is_trusted()
    assert kept.keeper.stamp_ms(kept.clock.mono_s) == kept.clock.wall_ms


def test_each_change_is_told_once_and_waits_to_be_written_down(caplog: pytest.LogCaptureFixture) -> None:
    kept = Kept()
    with caplog.at_level(logging.INFO):
        kept.vouch()
        kept.vouch(5)
        kept.clock.advance(10)
        kept.clock.jump_wall(90_000)
        for _ in range(5):
            kept.clock.advance(1)
            kept.is_trusted()
    told = [record for record in caplog.records if "the clock is" in record.message]
    assert [record.levelno for record in told] == [logging.INFO, logging.WARNING, logging.WARNING][: len(told)]
    assert "from=trusted to=untrusted" in told[1].message
    assert "witness='1 of 1 time servers (a)'" in told[1].message
    states = [one.state for one in kept.keeper.take_changes()]
    assert states[:3] == [TrustState.UNTRUSTED, TrustState.TRUSTED, TrustState.UNTRUSTED]
    assert kept.keeper.take_changes() == []
    assert kept.changes == len(states) - 1
    assert kept.keeper.take_step()
    assert not kept.keeper.take_step()


def test_an_authoritys_time_is_wanted_only_while_nobody_else_speaks() -> None:
    kept = Kept()
    assert kept.keeper.wants_authority_time()
    kept.vouch(3_600_000)
    assert not kept.keeper.wants_authority_time(), "the servers have said that the clock is wrong"
    other = Kept()
    before = other.clock.now()
    shown_ms = other.clock.wall_ms // 1000 * 1000
    other.keeper.authority_said("so", ServerTime(shown_ms, 1000, before, other.clock.advance(0.3)))
    assert other.is_trusted()
    assert not other.keeper.wants_authority_time()


def test_an_authoritys_time_that_came_while_the_clock_was_set_is_not_used() -> None:
    kept = Kept()
    before = kept.clock.now()
    kept.clock.advance(1)
    after = kept.clock.jump_wall(90_000)
    kept.keeper.authority_said("so", ServerTime(before.wall_ms, 1000, before, after))
    assert not kept.is_trusted()


def test_a_word_counts_for_its_time_only() -> None:
    kept = Kept()
    kept.vouch()
    kept.clock.advance(500)
    assert len(kept.keeper.heard(WitnessKind.SERVER)) == 1
    kept.clock.advance(200)
    assert kept.keeper.heard(WitnessKind.SERVER) == []
    assert kept.is_trusted(), "for a day"


def test_threads_that_look_across_a_step_agree_in_the_end() -> None:
    kept = Kept()
    kept.vouch()
    looks = [
        Instant(kept.clock.wall_ms + n + (90_000 if n > 50 else 0), kept.clock.mono_s + n / 1000) for n in range(100)
    ]

    def ask(part: int) -> None:
        for look in looks[part::4]:
            kept.keeper.is_trusted(look)

    threads = [threading.Thread(target=ask, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not kept.keeper.is_trusted(looks[-1])
