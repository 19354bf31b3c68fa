"""OpenSSH that accepts few log-ins at a time, and others who use them up: the live lane stays prompt."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.core.errors import DeliveryDeferred
from gateway.runtime.clock import SystemClock
from gateway.uplinks.pool.connection_pool import ConnectionPool
from tests.contract.uplinks.conftest import site_on
from tests.contract.uplinks.drain import LIVE, arrived, contents, live_waits_s
from tests.support.servers import Server, openssh

PROMPT_S = 3.0
CROWDED = "the server says: (Exceeded MaxStartups|Not allowed at this time)"
"""As OpenSSH puts it, and as it does since 9.8."""


@pytest.mark.parametrize(
    "limits", ["MaxStartups 1:100:1", "MaxStartups 2:50:5", "MaxSessions 1", "MaxStartups 1:100:1\nMaxSessions 1"]
)
def test_both_lanes_come_through(tmp_path: Path, limits: str) -> None:
    with openssh(tmp_path / "sshd", extra=limits) as server:
        wait_for_room(server)
        site = site_on(server)
        pool: ConnectionPool[Any] = ConnectionPool(2, SystemClock())
        backlog, live = site.uplink(pool=pool), site.uplink(pool=pool, urgent=True)
        before = times_turned_away(server)
        assert live_waits_s(site, backlog, live) < PROMPT_S
        assert times_turned_away(server) - before <= 3


def test_what_is_connected_goes_on_while_others_crowd_the_server(tmp_path: Path) -> None:
    with openssh(tmp_path / "sshd", extra="MaxStartups 1:100:1") as server:
        wait_for_room(server)
        site = site_on(server)
        pool: ConnectionPool[Any] = ConnectionPool(2, SystemClock())
        backlog, live = site.uplink(pool=pool), site.uplink(pool=pool, urgent=True)
        before = times_turned_away(server)
        assert live_waits_s(site, backlog, live, lambda: stranger(server)) < PROMPT_S
        assert 1 <= times_turned_away(server) - before <= 3


def test_whoever_finds_it_crowded_says_so_once_and_comes_again(tmp_path: Path) -> None:
    with openssh(tmp_path / "sshd", extra="MaxStartups 1:100:1") as server:
        wait_for_room(server)
        site = site_on(server)
        live = site.uplink(urgent=True)
        with stranger(server):
            before = times_turned_away(server)
            with pytest.raises(DeliveryDeferred, match=CROWDED) as crowded:
                list(live.deliver([LIVE]))
            assert crowded.value.by_server
            assert times_turned_away(server) - before == 1
        wait_for_room(server)
        assert len(arrived(live, [LIVE])) == 1
        live.close()
        assert site.files() == contents([LIVE])


@contextmanager
def stranger(server: Server) -> Iterator[None]:
    """Somebody who connects and never logs in."""
    with socket.create_connection((server.host, server.port), 5) as connection:
        assert connection.recv(100).startswith(b"SSH-")
        yield


def wait_for_room(server: Server) -> None:
    """Until the server has noticed that whoever was not logged in has gone."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.create_connection((server.host, server.port), 5) as connection:
            if not connection.recv(100).startswith(b"SSH-"):
                time.sleep(0.05)
                continue
        while server.child.sessions():
            assert time.monotonic() < deadline, "a session lives on"
            time.sleep(0.005)
        return
    pytest.fail("the server lets nobody in")


def times_turned_away(server: Server) -> int:
    return server.said().count("drop connection #")
