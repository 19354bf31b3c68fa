"""What is kept of a destination's server, and when it is probed again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.core.profile import ServerProfile
from gateway.db import Database, open_database
from gateway.outbox.server_profiles import KnownServer, known_server, profile_recorder, record_profile
from tests.support.clock import FakeClock

PROFILE = ServerProfile("220 hello", renames=True, replaces=False, tls="TLSv1.3", connections=4)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "gateway.db")
    yield opened
    opened.close()


def test_what_is_remembered_is_told_as_it_was(database: Database) -> None:
    assert known_server(database, "so-tnmt") is None
    record_profile(database, "so-tnmt", PROFILE, 5)
    record_profile(database, "bo-tnmt", ServerProfile("other"), 6)
    assert known_server(database, "so-tnmt") == KnownServer(PROFILE, 5)
    record_profile(database, "so-tnmt", ServerProfile("newer"), 7)
    assert known_server(database, "so-tnmt") == KnownServer(ServerProfile("newer"), 7)


def test_what_a_newer_gateway_knew_besides_is_passed_over(database: Database) -> None:
    record_profile(database, "so-tnmt", PROFILE, 5)
    with database.write() as connection:
        connection.execute("UPDATE server_profile SET profile = json_set(profile, '$.colour', 'blue')")
    assert known_server(database, "so-tnmt") == KnownServer(PROFILE, 5)


def test_a_server_is_asked_again_when_what_is_known_is_old(database: Database) -> None:
    clock = FakeClock()
    record = profile_recorder(database, "so-tnmt", clock)
    assert record is not None
    record(PROFILE)
    assert known_server(database, "so-tnmt") == KnownServer(PROFILE, clock.wall_ms)
    assert profile_recorder(database, "so-tnmt", clock) is None
    clock.advance(31 * 86_400)
    assert profile_recorder(database, "so-tnmt", clock) is not None
