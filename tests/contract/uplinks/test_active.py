"""Data connections that the server makes to us, for where passive ones are impossible."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Parcel
from gateway.runtime.clock import SystemClock
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.sockets import Sockets
from tests.contract.uplinks.conftest import Servers, real
from tests.contract.uplinks.test_odd_ftp_servers import PARCEL, scripted, uplink_to

PARCELS = [Parcel("2026/01/01", f"{n}.txt", b"content" * n) for n in (0, 1, 20_000)]


@pytest.mark.parametrize("kind", ["vsftpd", "vsftpd-tls", "proftpd", "pureftpd-tls", "pyftpdlib-tls"])
def test_files_of_any_size_arrive_and_can_be_listed_and_fetched(servers: Servers, kind: str) -> None:
    site = real(servers, kind)
    uplink = site.uplink(passive=False, pool=ConnectionPool(1, SystemClock()))
    assert len(list(uplink.deliver(PARCELS))) == len(PARCELS)
    assert sum(file.size for file in uplink.listing("2026/01/01")) == sum(len(one.content) for one in PARCELS)
    assert uplink.fetch("2026/01/01", "20000.txt") == PARCELS[-1].content
    assert uplink.probe().data_connections == "active"
    uplink.close()
    assert site.files() == {f"2026/01/01/{parcel.name}": parcel.content for parcel in PARCELS}


def test_active_connections_work_over_ipv6(servers: Servers) -> None:
    site = real(servers, "pyftpdlib-ipv6")
    uplink = site.uplink(passive=False)
    assert len(list(uplink.deliver(PARCELS))) == len(PARCELS)
    uplink.close()
    assert "EPRT" in site.server.said()


def test_a_server_that_never_calls_back_is_given_up_in_time() -> None:
    with scripted(NLST=b"150 coming\r\n", STOR=b"150 coming\r\n") as (server, _):
        uplink = uplink_to(server, passive=False)
        began = time.monotonic()
        with pytest.raises(DeliveryDeferred, match="has said nothing"):
            list(uplink.deliver([PARCEL]))
        uplink.close()
        assert time.monotonic() - began < 5


def test_a_stranger_who_calls_is_turned_away() -> None:
    sockets = Sockets()
    listener = sockets.listen("127.0.0.1", socket.AF_INET)
    with socket.create_connection(listener.getsockname()), pytest.raises(ConnectionRefusedError):
        sockets.accept(listener, "127.0.0.9", 2)


def test_breaking_off_ends_the_wait_for_a_call() -> None:
    sockets = Sockets()
    listener = sockets.listen("127.0.0.1", socket.AF_INET)
    threading.Timer(0.2, sockets.abort).start()
    began = time.monotonic()
    with pytest.raises(OSError):  # noqa: PT011 - which one is the system's choice
        sockets.accept(listener, "127.0.0.1", 20)
    assert time.monotonic() - began < 2
