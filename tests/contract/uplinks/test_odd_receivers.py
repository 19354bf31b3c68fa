"""The odd receivers themselves: good servers while nothing is odd, and odd in what was asked for."""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from gateway.core.errors import DeliveryError
from gateway.core.interfaces import Conflict, Delivered, Parcel
from gateway.core.publishing import Publishing
from gateway.runtime.clock import SystemClock
from gateway.uplinks.ftp.login import FtpServer, Tls
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.sftp.session import SftpServer
from gateway.uplinks.sftp.ssh import SshAccount
from gateway.uplinks.sftp.uplink import SftpUplink
from gateway.uplinks.timeouts import Timeouts
from tests.support.odd_ftp import FtpOddities, Listing, OddFtpServer, iis, odd_ftp
from tests.support.odd_sftp import OddSftpServer, Order, SftpOddities, odd_sftp
from tests.support.odd_storage import Takes

PARCELS = [Parcel(f"2026/01/0{1 + n % 2}", f"slot_{n:02}.txt", b"pH\t7.21\r\n" * (n + 1)) for n in range(12)]
CONTENTS = {f"/{parcel.folder}/{parcel.name}": parcel.content for parcel in PARCELS}
TIMEOUTS = Timeouts(connect_s=3, answer_s=3)


def sftp_uplink(server: OddSftpServer, **lane: Any) -> SftpUplink:
    account = SshAccount(server.user, (server.host_key,), lambda: server.password, None)
    return SftpUplink(SftpServer("127.0.0.1", server.port, "/", account), **_lane(2, lane))


def ftp_uplink(server: OddFtpServer, tls: Tls = Tls.NONE, **lane: Any) -> FtpUplink:
    return FtpUplink(
        FtpServer("127.0.0.1", server.port, "/", server.user, lambda: server.password, tls), **_lane(4, lane)
    )


def _lane(connections: int, lane: dict[str, Any]) -> dict[str, Any]:
    usual = {
        "clock": SystemClock(),
        "pool": ConnectionPool(connections, SystemClock()),
        "urgent": False,
        "publishing": Publishing.RENAME,
        "timeouts": TIMEOUTS,
    }
    return usual | lane


@contextmanager
def sftp(oddities: SftpOddities | None = None) -> Iterator[tuple[OddSftpServer, SftpUplink]]:
    with odd_sftp(oddities) as server, closing(sftp_uplink(server)) as uplink:
        yield server, uplink


@contextmanager
def ftp(oddities: FtpOddities | None = None) -> Iterator[tuple[OddFtpServer, FtpUplink]]:
    with odd_ftp(oddities) as server, closing(ftp_uplink(server)) as uplink:
        yield server, uplink


@pytest.mark.parametrize("oddities", [SftpOddities(), SftpOddities(extensions=()), SftpOddities(jitter_s=0.002)])
def test_an_sftp_receiver_is_a_good_server_while_nothing_is_odd(oddities: SftpOddities) -> None:
    with sftp(oddities) as (server, uplink):
        assert all(isinstance(outcome, Delivered) for outcome in uplink.deliver(PARCELS))
        assert server.storage.received() == server.storage.files == CONTENTS
        assert server.storage.times_arrived() == dict.fromkeys(CONTENTS, 1)
        assert server.log_ins == server.connections <= 2
        assert {file.name: file.size for file in uplink.listing("2026/01/01")} == {
            posixpath.basename(path): len(content) for path, content in CONTENTS.items() if "/01/01/" in path
        }
        (conflict,) = uplink.deliver([Parcel("2026/01/01", "slot_00.txt", b"others")])
        assert isinstance(conflict, Conflict)


@pytest.mark.parametrize("oddities", [FtpOddities(), FtpOddities(jitter_s=0.002), FtpOddities(backslashes=True)])
def test_an_ftp_receiver_is_a_good_server_while_nothing_is_odd(oddities: FtpOddities) -> None:
    with ftp(oddities) as (server, uplink):
        assert all(isinstance(outcome, Delivered) for outcome in uplink.deliver(PARCELS))
        assert server.storage.received() == server.storage.files == CONTENTS
        assert server.storage.times_arrived() == dict.fromkeys(CONTENTS, 1)
        assert server.log_ins == server.connections == server.most_at_once <= 4
        assert {file.name: file.size for file in uplink.listing("2026/01/01")} == {
            posixpath.basename(path): len(content) for path, content in CONTENTS.items() if "/01/01/" in path
        }
        (conflict,) = uplink.deliver([Parcel("2026/01/01", "slot_00.txt", b"others")])
        assert isinstance(conflict, Conflict)


@pytest.mark.parametrize("takes", [Takes.AT_CLOSE, Takes.AFTER_RENAME])
def test_an_ingesting_receiver_has_what_it_took(takes: Takes) -> None:
    """Whatever is made of it: here it is only seen that the files went, and that they are had."""
    direct = Publishing.DIRECT
    with odd_sftp(SftpOddities(takes=takes)) as server, closing(sftp_uplink(server, publishing=direct)) as uplink:
        outcomes_of(uplink, PARCELS[:1])
        assert (server.storage.files, set(server.storage.received())) == ({}, {"/2026/01/01/slot_00.txt"})
    with odd_ftp(FtpOddities(takes=takes)) as ftp_server, closing(ftp_uplink(ftp_server, publishing=direct)) as uplink:
        outcomes_of(uplink, PARCELS[:1])
        assert (ftp_server.storage.files, set(ftp_server.storage.received())) == ({}, {"/2026/01/01/slot_00.txt"})


@pytest.mark.parametrize("order", Order)
def test_requests_that_come_together_are_all_answered(order: Order) -> None:
    with odd_sftp(SftpOddities(order=order)) as server, closing(sftp_uplink(server)) as uplink:
        outcomes_of(uplink, PARCELS[:2])
        assert "MKDIR" in server.verbs()


def outcomes_of(uplink: SftpUplink | FtpUplink, parcels: list[Parcel]) -> list[object]:
    """Those there are before it fails, if it does."""
    outcomes: list[object] = []
    with contextlib.suppress(DeliveryError):
        outcomes.extend(uplink.deliver(parcels))
    return outcomes


def test_iis_delivers_once_per_name_and_lists_as_dos_does() -> None:
    with ftp(iis()) as (server, uplink):
        assert all(isinstance(outcome, Delivered) for outcome in uplink.deliver(PARCELS))
        assert server.storage.files == CONTENTS


@pytest.mark.parametrize("listing", Listing)
def test_each_form_of_listing_is_one(listing: Listing) -> None:
    with ftp(FtpOddities(listing=listing)) as (server, uplink):
        assert len(list(uplink.deliver(PARCELS[:1]))) == 1
