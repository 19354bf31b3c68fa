"""The page ends when the gateway has taken another configuration over, and only then."""

from __future__ import annotations

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

OLD, NEW = "a" * 64, "b" * 64


def test_it_ends_when_another_configuration_is_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    database = open_database(tmp_path / "gateway.db")

    @contextmanager
    def opened() -> Iterator[Database]:
        yield database

    adopt(database, ConfigurationSource(OLD, "{}"), (), tmp_path / "gateway.yaml", 1)
    of_this, of_a_file_not_taken_over = end_if_outdated(OLD, opened), end_if_outdated("c" * 64, opened)
    of_this()
    of_a_file_not_taken_over()
    of_a_file_not_taken_over()
    assert sent == []
    adopt(database, ConfigurationSource(NEW, "{}"), (), tmp_path / "gateway.yaml", 2)
    of_this()
    assert sent == [(os.getpid(), signal.SIGTERM)]
    database.close()


def test_without_a_database_it_goes_on() -> None:
    @contextmanager
    def closed() -> Iterator[Database]:
        raise GatewayError("the gateway has never run here (gateway run)")
        yield

    end_if_outdated(OLD, closed)()
