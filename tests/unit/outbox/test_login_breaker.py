"""Where we were rejected we log in rarely, and one at a time, whichever destination of the account it was."""

from __future__ import annotations

from gateway.core.backoff import REJECTED_S
from gateway.core.errors import DestinationRejected
from gateway.outbox.login_breaker import LOOK_LATER_S, LOOK_SOON_S, LoginBreaker
from gateway.outbox.login_turns import LET_IN_S, TURN_S, LoginTurns

REFUSED = DestinationRejected("wrong password")


def two() -> tuple[LoginBreaker, LoginBreaker]:
    """Two destinations of one account."""
    turns = LoginTurns()
    return LoginBreaker(None, turns, "so-tnmt"), LoginBreaker(None, turns, "bo-tnmt")


def test_once_one_is_let_in_everybody_may_log_in_until_one_is_rejected() -> None:
    breaker = LoginBreaker()
    assert breaker.allows(0.0)
    breaker.close(1.0)
    assert breaker.allows(1.0)
    assert breaker.allows(1.0)
    breaker.open(900.0, REFUSED, 1.0)
    assert not breaker.allows(899.9)


def test_while_one_logs_in_the_others_wait_for_what_it_hears_but_not_long() -> None:
    one, other = two()
    assert one.allows(0.0)
    assert not one.allows(0.1), "not even its other lane"
    assert not other.allows(0.1)
    assert other.look_again_s(0.1) == 0.1 + LOOK_SOON_S
    assert other.allows(TURN_S)


def test_what_was_let_in_long_ago_says_nothing_about_the_password_now() -> None:
    one, other = two()
    one.close(0.0)
    assert other.allows(LET_IN_S - 0.1)
    assert one.allows(LET_IN_S)
    assert not other.allows(LET_IN_S)


def test_two_destinations_of_one_account_make_one_try() -> None:
    one, other = two()
    assert one.allows(0.0)
    one.open(REJECTED_S, REFUSED, 0.5)
    assert not other.allows(REJECTED_S - 0.1)
    assert other.look_again_s(1.0) == 1.0 + LOOK_LATER_S
    assert one.allows(REJECTED_S)
    assert not other.allows(REJECTED_S)
    assert other.is_open


def test_what_one_was_told_the_other_knows() -> None:
    one, other = two()
    one.open(REJECTED_S, REFUSED, 0.0)
    told = other.rejection_elsewhere()
    assert told is not None
    assert (told.destination, told.words) == ("so-tnmt", "wrong password")
    assert one.rejection_elsewhere() is None
    other.close(REJECTED_S)
    assert other.rejection_elsewhere() is None


def test_a_folder_that_one_may_not_write_holds_up_nobody_else() -> None:
    one, other = two()
    forbidden = DestinationRejected("may not write")
    forbidden.after_login = True
    assert one.allows(0.0)
    one.open(REJECTED_S, forbidden, 0.0)
    assert not one.allows(1.0)
    assert other.allows(1.0)
    assert other.rejection_elsewhere() is None


def test_after_a_restart_none_of_the_account_is_tried_sooner() -> None:
    turns = LoginTurns(600.0)
    one, other = LoginBreaker(600.0, turns, "so-tnmt"), LoginBreaker(None, turns, "bo-tnmt")
    assert not other.allows(599.9)
    assert one.allows(600.0)
    assert not other.allows(600.0)
    one.close(601.0)
    assert other.allows(601.0)


def test_when_the_pause_is_over_one_logs_in_and_the_other_waits_for_what_it_hears() -> None:
    breaker = LoginBreaker()
    breaker.open(900.0, REFUSED, 0.0)
    assert breaker.allows(900.0)
    assert not breaker.allows(900.0)
    assert not breaker.allows(900.0 + REJECTED_S - 0.1)
    breaker.close(901.0)
    assert breaker.allows(901.0)
    assert breaker.allows(901.0)


def test_a_dead_line_is_no_answer() -> None:
    breaker = LoginBreaker()
    breaker.open(900.0, REFUSED, 0.0)
    assert breaker.allows(900.0)
    breaker.failed(902.0)
    assert breaker.allows(902.0)
    assert not breaker.allows(902.0)


def test_a_dead_line_opens_it_for_nobody_who_was_not_rejected() -> None:
    one, other = two()
    assert one.allows(0.0)
    one.failed(300.0)
    assert other.allows(0.1)


def test_a_connection_of_before_the_rejection_that_breaks_lets_nobody_in_sooner() -> None:
    one, other = two()
    other.close(0.0)
    one.open(REJECTED_S, REFUSED, 1.0)
    other.failed(3.0)
    one.failed(3.0)
    other.gave_up()
    assert not one.allows(REJECTED_S - 0.1)
    assert not other.allows(REJECTED_S - 0.1)
