"""How long somebody is logged in."""

from __future__ import annotations

from gateway.core.instants import HOUR_MS, MINUTE_MS
from gateway.core.role import Role
from gateway.db import Database
from gateway.web.accounts.sessions import IDLE_MS, LONGEST_MS, MOST_OF_ONE_ACCOUNT, SEEN_EVERY_MS, Sessions
from gateway.web.accounts.store import AccountStore
from tests.support.journey import MIDNIGHT_MS

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS


def begin(database: Database, sessions: Sessions, accounts: AccountStore, now_ms: int, name: str = "lan") -> str:
    account = accounts.find(name)
    assert account is not None
    with database.write() as connection:
        return sessions.begin(connection, account.id, "192.0.2.7", now_ms)


def test_a_session_that_nobody_uses_ends(database: Database, sessions: Sessions, accounts: AccountStore) -> None:
    token = begin(database, sessions, accounts, NOON_MS)
    assert sessions.find(token, NOON_MS + IDLE_MS - 1) is not None
    assert sessions.find(token, NOON_MS + 2 * IDLE_MS - 2) is not None
    assert sessions.find(token, NOON_MS + 3 * IDLE_MS) is None


def test_a_session_ends_however_much_it_is_used(database: Database, sessions: Sessions, accounts: AccountStore) -> None:
    token = begin(database, sessions, accounts, NOON_MS)
    for now_ms in range(NOON_MS, NOON_MS + LONGEST_MS, 30 * MINUTE_MS):
        assert sessions.find(token, now_ms) is not None
    assert sessions.find(token, NOON_MS + LONGEST_MS) is None


def test_a_clock_that_is_set_ends_sessions_of_which_nobody_knows_the_age(
    database: Database, sessions: Sessions, accounts: AccountStore
) -> None:
    token = begin(database, sessions, accounts, NOON_MS)
    assert sessions.find(token, NOON_MS - 1) is None


def test_the_card_is_not_written_to_at_each_page(
    database: Database, sessions: Sessions, accounts: AccountStore
) -> None:
    token = begin(database, sessions, accounts, NOON_MS)
    before = database.changes
    for later_ms in range(0, SEEN_EVERY_MS, 1000):
        sessions.find(token, NOON_MS + later_ms)
    assert database.changes == before
    sessions.find(token, NOON_MS + SEEN_EVERY_MS)
    assert database.changes > before


def test_of_one_account_only_so_many_last(database: Database, sessions: Sessions, accounts: AccountStore) -> None:
    other = begin(database, sessions, accounts, NOON_MS, "so.tnmt")
    tokens = [begin(database, sessions, accounts, NOON_MS + number) for number in range(MOST_OF_ONE_ACCOUNT + 3)]
    now_ms = NOON_MS + MINUTE_MS
    assert [sessions.find(one, now_ms) is not None for one in tokens] == [False] * 3 + [True] * MOST_OF_ONE_ACCOUNT
    assert sessions.find(other, now_ms) is not None
    assert sessions.lasting(now_ms) == {"lan": MOST_OF_ONE_ACCOUNT, "so.tnmt": 1}


def test_over_ones_are_removed(database: Database, sessions: Sessions, accounts: AccountStore) -> None:
    begin(database, sessions, accounts, NOON_MS)
    begin(database, sessions, accounts, NOON_MS + LONGEST_MS)
    assert database.read("SELECT count(*) FROM session") == [(1,)]


def test_a_role_is_that_of_now(database: Database, sessions: Sessions, accounts: AccountStore) -> None:
    token = begin(database, sessions, accounts, NOON_MS)
    accounts.set_role("lan", Role.VIEWER)
    found = sessions.find(token, NOON_MS)
    assert found is not None
    assert found.role is Role.VIEWER


def test_who_is_removed_is_out_at_once(database: Database, sessions: Sessions, accounts: AccountStore) -> None:
    token = begin(database, sessions, accounts, NOON_MS)
    accounts.remove("lan")
    assert sessions.find(token, NOON_MS) is None
    assert [one.name for one in accounts.all()] == ["so.tnmt"]
    accounts.add("lan", Role.VIEWER, "-", NOON_MS)
    assert sessions.find(token, NOON_MS) is None


def test_logging_out_ends_this_session_alone(database: Database, sessions: Sessions, accounts: AccountStore) -> None:
    first, second = (begin(database, sessions, accounts, NOON_MS) for _ in range(2))
    sessions.end(first)
    sessions.end("no token of ours")
    assert sessions.find(first, NOON_MS) is None
    assert sessions.find(second, NOON_MS) is not None


def test_a_token_that_is_none_is_nobody(sessions: Sessions) -> None:
    for token in ("", "x", "A" * 43, "A" * 44, "../../etc/passwd", "\udcff" * 43, "A" * 1_000_000):
        assert sessions.find(token, NOON_MS) is None
