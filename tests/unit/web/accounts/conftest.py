"""A page's database, and ways in that do not cost 19 MiB each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.core.role import Role
from gateway.db import Database, verify
from gateway.web.accounts.database import open_web_database, web_file
from gateway.web.accounts.login import PasswordLogin
from gateway.web.accounts.passwords import Passwords
from gateway.web.accounts.sessions import Sessions
from gateway.web.accounts.store import AccountStore
from tests.support.journey import HOUR_MS, MIDNIGHT_MS

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS
PASSWORD = "nước sông Hậu chảy xuôi"
_passwords = Passwords(memory_kib=64, passes=1)
_kept = _passwords.make(PASSWORD)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Made once: its migrations are a process of their own each time."""
    folder = tmp_path_factory.mktemp("empty")
    open_web_database(folder).close()
    return web_file(folder).read_bytes()


@pytest.fixture
def database(tmp_path: Path, empty_database: bytes) -> Iterator[Database]:
    web_file(tmp_path).write_bytes(empty_database)
    made = open_web_database(tmp_path)
    yield made
    assert verify(made, ()) == []
    made.close()


@pytest.fixture
def accounts(database: Database) -> AccountStore:
    """Of two people, with the same password."""
    store = AccountStore(database)
    store.add("lan", Role.OPERATOR, _kept, NOON_MS - HOUR_MS)
    store.add("so.tnmt", Role.AUTHORITY, _kept, NOON_MS - HOUR_MS)
    return store


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database)


@pytest.fixture
def log_in(database: Database, accounts: AccountStore, sessions: Sessions) -> PasswordLogin:
    return PasswordLogin(database, _passwords, sessions)
