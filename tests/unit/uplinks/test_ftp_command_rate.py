"""Servers that take so many commands in a minute."""

from __future__ import annotations

from gateway.core.manner import Manner
from gateway.uplinks.ftp.command_rate import CommandRate
from gateway.uplinks.ftp.replies import Reply
from gateway.uplinks.manners import Manners
from tests.support.clock import FakeClock

TOO_MANY = Reply("421 Too many commands, come back later.")


def test_nobody_waits_for_a_server_that_has_shown_no_limit() -> None:
    clock = FakeClock()
    rate = CommandRate(Manners(clock), clock)
    rate.sent(10_000)
    rate.heard(Reply("421 Too many users"))
    assert rate.wait_s() == 0


def test_a_limit_that_was_met_is_kept_to() -> None:
    clock = FakeClock()
    manners = Manners(clock)
    rate = CommandRate(manners, clock)
    rate.sent(40)
    rate.heard(TOO_MANY)
    assert manners.number(Manner.SLOW_COMMANDS) == 30
    assert 59 < rate.wait_s() <= 60
    clock.advance(61)
    assert rate.wait_s() == 0
    rate.sent(16)
    assert rate.wait_s() == 0
    rate.sent(8)
    assert rate.wait_s() > 0


def test_a_limit_smaller_than_a_file_does_not_stop_delivery() -> None:
    clock = FakeClock()
    rate = CommandRate(Manners(clock), clock)
    rate.sent(2)
    rate.heard(TOO_MANY)
    clock.advance(61)
    assert rate.wait_s() == 0
