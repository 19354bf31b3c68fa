"""What systemd hears, on a real socket."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.runtime.systemd import Notifier


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(5.0)
        listening.bind(str(tmp_path / "notify"))
        yield listening


def test_starting_ready_alive_and_stopping_are_heard(ear: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": ear.getsockname()})
    notifier.starting("a moment")
    notifier.ready("station=NUO001 links=2")
    notifier.alive()
    notifier.stopping()
    assert [ear.recv(4096) for _ in range(4)] == [
        b"EXTEND_TIMEOUT_USEC=300000000\nSTATUS=a moment",
        b"READY=1\nSTATUS=station=NUO001 links=2",
        b"WATCHDOG=1",
        b"STOPPING=1",
    ]


def test_an_abstract_socket_is_heard_too() -> None:
    name = f"station-gateway-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(5.0)
        listening.bind(f"\0{name}")
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).alive()
        assert listening.recv(100) == b"WATCHDOG=1"


def test_without_systemd_nothing_happens() -> None:
    notifier = Notifier({})
    notifier.ready("station=NUO001")
    notifier.alive()
    assert notifier.watchdog_s is None


def test_a_deaf_systemd_does_not_end_the_measuring(ear: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    """The daemon died of it, at the next sign of life after systemd had gone."""
    notifier = Notifier({"NOTIFY_SOCKET": ear.getsockname()})
    notifier.alive()
    ear.close()
    notifier.alive()
    notifier.alive()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_full_queue_does_not_hold_up_the_watch(ear: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": ear.getsockname()})
    while not caplog.records:
        notifier.alive()
    ear.recv(100)
    notifier.alive()
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("variables", "watchdog_s"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_how_often_systemd_wants_a_sign_of_life(variables: dict[str, str], watchdog_s: float | None) -> None:
    assert Notifier(variables).watchdog_s == watchdog_s
