"""The way in: the right password, wrong ones, many of them, and from many sides."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from gateway.core.login_pause import FREE_OF_ADDRESS, FREE_OF_ONE, LONGEST_PAUSE_MS
from gateway.core.role import Role
from gateway.db import Database
from gateway.web.accounts import attempts
from gateway.web.accounts.login import LoginRefused, LoginTry, NewSession, PasswordLogin
from gateway.web.accounts.sessions import BROWSER_KNOWN_MS, Sessions, token_sha256
from gateway.web.accounts.store import AccountStore
from gateway.web.accounts.untold import FailedTries, told, untold_failures
from tests.support.journey import MIDNIGHT_MS

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS
RIGHT = LoginTry("lan", "nước sông Hậu chảy xuôi", "192.0.2.7")
WRONG = replace(RIGHT, password="nước sông Hậu chảy ngược")


def entered(outcome: NewSession | LoginRefused) -> NewSession:
    assert isinstance(outcome, NewSession)
    return outcome


def refused(outcome: NewSession | LoginRefused) -> LoginRefused:
    assert isinstance(outcome, LoginRefused)
    return outcome


def test_the_right_password_begins_a_session(log_in: PasswordLogin, sessions: Sessions, accounts: AccountStore) -> None:
    outcome = entered(log_in.attempt(RIGHT, NOON_MS))
    found = sessions.find(outcome.session, NOON_MS)
    assert found is not None
    assert (found.account, found.role) == ("lan", Role.OPERATOR)
    lan = accounts.find("lan")
    assert lan is not None
    assert lan.login_ms == NOON_MS


def test_a_letter_is_the_same_however_it_was_typed(log_in: PasswordLogin) -> None:
    """macOS types `ướ` as three characters, Windows as one."""
    decomposed = "nu\u031bo\u031b\u0301c so\u0302ng Ha\u0323\u0302u cha\u0309y xuo\u0302i"
    entered(log_in.attempt(replace(RIGHT, name=" LAN ", password=decomposed), NOON_MS))


def test_who_is_wrong_is_not_told_how(log_in: PasswordLogin) -> None:
    nobody = replace(WRONG, name="nobody", address="192.0.2.8")
    assert refused(log_in.attempt(WRONG, NOON_MS)) == refused(log_in.attempt(nobody, NOON_MS)) == LoginRefused()


@pytest.mark.parametrize("name", ["", "Robert'); DROP TABLE account;--", "lan\x00", "\udcff", "x" * 100_000, "Lân"])
def test_a_name_that_is_none_is_wrong_like_any_other(log_in: PasswordLogin, name: str) -> None:
    assert refused(log_in.attempt(replace(WRONG, name=name), NOON_MS)) == LoginRefused()


@pytest.mark.parametrize("name", ["lan", "nobody"])
def test_who_guesses_waits_longer_each_time_whether_there_is_the_account(log_in: PasswordLogin, name: str) -> None:
    now_ms, waits = NOON_MS, []
    for number in range(40):
        guess = replace(WRONG, name=name, address=f"198.51.100.{number}")
        outcome = refused(log_in.attempt(guess, now_ms))
        if outcome.wait_ms:
            waits.append(outcome.wait_ms)
            now_ms += outcome.wait_ms
            assert refused(log_in.attempt(guess, now_ms - 1)).wait_ms == 1
            assert refused(log_in.attempt(guess, now_ms)).wait_ms == 0
    assert waits[:4] == [2_000, 4_000, 8_000, 16_000]
    assert waits[-1] == LONGEST_PAUSE_MS
    assert len(waits) == 40 - FREE_OF_ONE


def test_one_address_that_tries_many_accounts_waits_too(log_in: PasswordLogin) -> None:
    for number in range(FREE_OF_ADDRESS):
        assert refused(log_in.attempt(replace(WRONG, name=f"name{number}"), NOON_MS)).wait_ms == 0
    assert refused(log_in.attempt(RIGHT, NOON_MS)).wait_ms == 2_000
    entered(log_in.attempt(replace(RIGHT, address="192.0.2.99"), NOON_MS))


def test_an_ipv6_customer_is_one_address(log_in: PasswordLogin) -> None:
    for number in range(FREE_OF_ADDRESS):
        log_in.attempt(replace(WRONG, name=f"name{number}", address=f"2001:db8:1:2::{number:x}"), NOON_MS)
    assert refused(log_in.attempt(replace(RIGHT, address="2001:db8:1:2:ffff::1"), NOON_MS)).wait_ms > 0
    entered(log_in.attempt(replace(RIGHT, address="2001:db8:1:3::1"), NOON_MS))


def test_a_pause_is_not_prolonged_by_who_does_not_wait(log_in: PasswordLogin) -> None:
    for number in range(FREE_OF_ONE):
        log_in.attempt(replace(WRONG, address=f"198.51.100.{number}"), NOON_MS)
    for later_ms in range(0, 2_000, 100):
        assert refused(log_in.attempt(WRONG, NOON_MS + later_ms)).wait_ms == 2_000 - later_ms
    entered(log_in.attempt(RIGHT, NOON_MS + 2_000))


def test_an_owner_gets_in_at_once_from_a_browser_that_is_known_while_others_guess(log_in: PasswordLogin) -> None:
    browser = entered(log_in.attempt(RIGHT, NOON_MS)).browser
    now_ms = NOON_MS
    for number in range(30):
        now_ms += refused(log_in.attempt(replace(WRONG, address=f"198.51.100.{number}"), now_ms)).wait_ms
    log_in.attempt(replace(WRONG, address="203.0.113.1"), now_ms)
    assert refused(log_in.attempt(RIGHT, now_ms)).wait_ms > 0
    entered(log_in.attempt(replace(RIGHT, browser=browser), now_ms))


def test_a_known_browser_guesses_no_faster(log_in: PasswordLogin) -> None:
    browser = entered(log_in.attempt(RIGHT, NOON_MS)).browser
    guess = replace(WRONG, browser=browser)
    for _ in range(FREE_OF_ONE):
        assert refused(log_in.attempt(guess, NOON_MS)).wait_ms == 0
    assert refused(log_in.attempt(replace(guess, address="198.51.100.1"), NOON_MS)).wait_ms == 2_000


def test_a_known_browser_is_known_to_its_account_for_half_a_year(log_in: PasswordLogin, accounts: AccountStore) -> None:
    browser = entered(log_in.attempt(RIGHT, NOON_MS)).browser
    for number in range(FREE_OF_ONE):
        for name in ("lan", "so.tnmt"):
            log_in.attempt(replace(WRONG, name=name, address=f"198.51.100.{number}"), NOON_MS)
    assert refused(log_in.attempt(replace(RIGHT, name="so.tnmt", browser=browser), NOON_MS)).wait_ms > 0
    late_ms = NOON_MS + BROWSER_KNOWN_MS
    for number in range(FREE_OF_ONE):
        log_in.attempt(replace(WRONG, address=f"198.51.100.{number}"), late_ms)
    assert refused(log_in.attempt(replace(RIGHT, browser=browser), late_ms)).wait_ms > 0


def test_a_success_of_ones_own_does_not_wash_an_address_clean(log_in: PasswordLogin) -> None:
    for number in range(FREE_OF_ADDRESS - 1):
        log_in.attempt(replace(WRONG, name=f"name{number}"), NOON_MS)
    entered(log_in.attempt(replace(RIGHT, name="so.tnmt"), NOON_MS))
    log_in.attempt(replace(WRONG, name="another"), NOON_MS)
    assert refused(log_in.attempt(replace(WRONG, name="one.more"), NOON_MS)).wait_ms > 0


def test_many_guesses_at_once_are_counted_as_many(log_in: PasswordLogin) -> None:
    """The count is taken before the password is looked at, which takes long."""
    outcomes: list[NewSession | LoginRefused] = []
    guesses = [
        threading.Thread(target=lambda: outcomes.append(log_in.attempt(WRONG, NOON_MS)))  # noqa: B023
        for _ in range(8)
    ]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()
    assert sum(refused(one).wait_ms == 0 for one in outcomes) == FREE_OF_ONE


def test_guesses_are_remembered_across_a_restart_and_forgotten_after_a_day(log_in: PasswordLogin) -> None:
    for number in range(FREE_OF_ONE):
        log_in.attempt(replace(WRONG, address=f"198.51.100.{number}"), NOON_MS)
    assert refused(log_in.attempt(RIGHT, NOON_MS + 1)).wait_ms > 0  # every attempt asks the database anew
    entered(log_in.attempt(RIGHT, NOON_MS + DAY_MS))


def test_a_clock_that_was_set_back_keeps_nobody_out(log_in: PasswordLogin) -> None:
    for number in range(30):
        log_in.attempt(replace(WRONG, address=f"198.51.100.{number}"), NOON_MS + number * HOUR_MS // 2)
    years_back_ms = NOON_MS - 3000 * DAY_MS
    wait_ms = refused(log_in.attempt(RIGHT, years_back_ms)).wait_ms
    assert wait_ms <= LONGEST_PAUSE_MS


def test_made_up_names_do_not_make_us_forget_the_one_that_is_guessed_at(
    log_in: PasswordLogin, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MOST_SUBJECTS", 50)
    monkeypatch.setattr(attempts, "_FORGOTTEN_AT_ONCE", 5)
    for number in range(FREE_OF_ONE):
        log_in.attempt(replace(WRONG, address=f"198.51.100.{number}"), NOON_MS)
    with database.write() as connection:
        for number in range(500):
            attempts.admit(connection, [attempts.account_subject(f"made.up{number}")], NOON_MS + number)
    assert database.read("SELECT count(*) FROM failed_login WHERE kind = 'account'")[0][0] <= 50
    assert refused(log_in.attempt(RIGHT, NOON_MS + 1_000)).wait_ms > 0


def test_a_session_of_before_the_login_is_worth_nothing_after_it(log_in: PasswordLogin, sessions: Sessions) -> None:
    """Whoever planted a token in somebody's browser has no session when they log in (fixation)."""
    planted = entered(log_in.attempt(replace(RIGHT, name="so.tnmt"), NOON_MS)).session
    own = entered(log_in.attempt(replace(RIGHT, session=planted), NOON_MS + 1)).session
    assert own != planted
    assert sessions.find(planted, NOON_MS + 2) is None
    never_ours = "A" * 43
    assert entered(log_in.attempt(replace(RIGHT, session=never_ours), NOON_MS + 3)).session != never_ours
    assert sessions.find(never_ours, NOON_MS + 4) is None


def test_a_password_that_changes_while_it_is_looked_at_lets_nobody_in(
    log_in: PasswordLogin, accounts: AccountStore, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_at(kept: str | None, password: str) -> bool:
        accounts.set_password("lan", "another", NOON_MS)
        return True

    monkeypatch.setattr(log_in._passwords, "is_right", looked_at)
    assert refused(log_in.attempt(RIGHT, NOON_MS)) == LoginRefused()
    assert sessions.lasting(NOON_MS) == {}


def test_another_password_ends_every_session_but_the_new_one(log_in: PasswordLogin, sessions: Sessions) -> None:
    before = [entered(log_in.attempt(RIGHT, NOON_MS + number)).session for number in range(3)]
    other = entered(log_in.attempt(replace(RIGHT, name="so.tnmt"), NOON_MS)).session
    refused(log_in.change_password(WRONG, "sáu con vịt bầu béo", NOON_MS + MINUTE_MS))
    assert sessions.find(before[0], NOON_MS + MINUTE_MS) is not None
    after = entered(log_in.change_password(RIGHT, "sáu con vịt bầu béo", NOON_MS + MINUTE_MS))
    late_ms = NOON_MS + 2 * MINUTE_MS
    assert [sessions.find(one, late_ms) for one in before] == [None, None, None]
    assert sessions.find(after.session, late_ms) is not None
    assert sessions.find(other, late_ms) is not None
    refused(log_in.attempt(RIGHT, late_ms))
    entered(log_in.attempt(replace(RIGHT, password="sáu con vịt bầu béo"), late_ms))


def test_passwords_and_tokens_stand_nowhere(log_in: PasswordLogin, database: Database) -> None:
    secret = replace(WRONG, name="my password by mistake", password="hunter2hunter2")
    log_in.attempt(secret, NOON_MS)
    outcome = entered(log_in.attempt(RIGHT, NOON_MS))
    content = b"".join(file.read_bytes() for file in sorted(database.file.parent.glob("web.db*")))
    for text in (RIGHT.password, secret.password, secret.name, outcome.session, outcome.browser):
        assert text.encode() not in content
        assert text not in repr(outcome) + repr(secret).replace(repr(secret.name), "")
    assert (token_sha256(outcome.session) or "-").encode() in content


def test_failures_are_summed_up_until_they_are_told(log_in: PasswordLogin, database: Database) -> None:
    for later_ms in (0, 10, 20):
        log_in.attempt(WRONG, NOON_MS + later_ms)
    log_in.attempt(replace(WRONG, name="who"), NOON_MS + 30)
    failures = untold_failures(database)
    assert failures == [
        FailedTries("lan", "192.0.2.7", 3, NOON_MS, NOON_MS + 20),
        FailedTries(None, "192.0.2.7", 1, NOON_MS + 30, NOON_MS + 30),
    ]
    log_in.attempt(WRONG, NOON_MS + 40)
    told(database, failures)
    assert untold_failures(database) == [FailedTries("lan", "192.0.2.7", 1, NOON_MS + 20, NOON_MS + 40)]


def test_a_flood_from_everywhere_is_told_in_few_rows(log_in: PasswordLogin, database: Database) -> None:
    from gateway.web.accounts.untold import MOST_ROWS, note_failure

    with database.write() as connection:
        for number in range(1000):
            note_failure(connection, "lan", f"10.0.{number // 250}.{number % 250}", NOON_MS + number)
    found = untold_failures(database)
    assert len(found) == MOST_ROWS + 1
    assert sum(one.times for one in found) == 1000
