"""Where we were rejected we log in rarely, and one at a time."""

from __future__ import annotations

from gateway.core.backoff import REJECTED_S
from gateway.outbox.login_breaker import LoginBreaker


def test_everybody_may_log_in_until_one_is_rejected() -> None:
    breaker = LoginBreaker()
    assert breaker.allows(0.0)
    assert breaker.allows(0.0)
    breaker.open(900.0)
    assert not breaker.allows(899.9)


def test_when_the_pause_is_over_one_logs_in_and_the_other_waits_for_what_it_hears() -> None:
    breaker = LoginBreaker()
    breaker.open(900.0)
    assert breaker.allows(900.0)
    assert not breaker.allows(900.0)
    assert not breaker.allows(900.0 + REJECTED_S - 0.1)
    breaker.close()
    assert breaker.allows(901.0)
    assert breaker.allows(901.0)


def test_a_dead_line_is_no_answer() -> None:
    breaker = LoginBreaker()
    breaker.open(900.0)
    assert breaker.allows(900.0)
    breaker.failed(902.0)
    assert breaker.allows(902.0)
    assert not breaker.allows(902.0)


def test_a_dead_line_opens_it_for_nobody_who_was_not_rejected() -> None:
    breaker = LoginBreaker()
    breaker.failed(300.0)
    assert breaker.allows(0.0)
