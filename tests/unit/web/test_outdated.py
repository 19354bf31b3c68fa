"""The page ends when the gateway has taken another configuration over, and only then."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.audit.configurations import adopt
from gateway.config.source import ConfigurationSource
from gateway.core.errors import GatewayError
from gateway.db import Database, open_database
from gateway.web.outdated import end_if_outdated

OLD, NEW = b"station: {}\n", b"station: {code: NUO002}\n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "gateway.db")
    yield opened
    opened.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The signals that were sent."""
    found: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: found.append((pid, number)))
    return found


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def take_over(database: Database, content: bytes, now_ms: int) -> None:
    adopt(database, ConfigurationSource(hash_of(content), "{}"), (), Path("gateway.yaml"), now_ms)


def test_it_ends_when_another_configuration_is_in_force(
    tmp_path: Path, database: Database, sent: list[tuple[int, int]]
) -> None:
    @contextmanager
    def opened() -> Iterator[Database]:
        yield database

    file = tmp_path / "gateway.yaml"
    look = end_if_outdated(hash_of(OLD), file, opened)
    file.write_bytes(OLD)
    take_over(database, OLD, 1)
    look()
    file.write_bytes(NEW)
    look()  # changed, and not taken over
    assert sent == []
    take_over(database, NEW, 2)
    look()
    assert sent == [(os.getpid(), signal.SIGTERM)]


@pytest.mark.parametrize("is_there", [True, False])
def test_it_stays_while_the_file_is_not_what_was_taken_over(
    tmp_path: Path, database: Database, sent: list[tuple[int, int]], is_there: bool
) -> None:
    """Edited again since, and maybe faulty; or gone: it could not begin again."""

    @contextmanager
    def opened() -> Iterator[Database]:
        yield database

    file = tmp_path / "gateway.yaml"
    if is_there:
        file.write_bytes(b"station: [")
    take_over(database, NEW, 1)
    look = end_if_outdated(hash_of(OLD), file, opened)
    look()
    assert sent == []
    file.write_bytes(NEW)
    look()
    assert sent == [(os.getpid(), signal.SIGTERM)]


def test_without_a_database_it_goes_on(tmp_path: Path) -> None:
    @contextmanager
    def closed() -> Iterator[Database]:
        raise GatewayError("the gateway has never run here (gateway run)")
        yield

    end_if_outdated(hash_of(OLD), tmp_path / "gateway.yaml", closed)()
