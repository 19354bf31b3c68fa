"""Several connections at once, as many as the server lets us have, shared by the two lanes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Parcel
from gateway.runtime.clock import SystemClock
from gateway.uplinks.ftp.uplink import FtpUplink
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.timeouts import Timeouts
from tests.contract.uplinks.conftest import Servers, real, site_on
from tests.contract.uplinks.drain import DAY, LIVE, MANY, arrived, arrived_sooner_or_later, contents, live_waits_s
from tests.contract.uplinks.sites import RealSite
from tests.support.proxy import Fault, Faults, Refusal, proxied

LIMITED = ("vsftpd", "proftpd", "pureftpd")


@pytest.fixture(params=LIMITED)
def alone(request: pytest.FixtureRequest, servers: Servers) -> Iterator[RealSite]:
    """A server that takes one connection."""
    site = site_on(servers.with_limit(request.param, 1))
    yield site
    site.wait_until_alone()


def test_many_files_go_over_several_connections(ftp_site: RealSite) -> None:
    before = set(threading.enumerate())
    pool: ConnectionPool[Any] = ConnectionPool(4, SystemClock())
    uplink = ftp_site.uplink(pool=pool)
    sessions = [len(ftp_site.server.child.sessions()) for _ in uplink.deliver(MANY)]
    assert len(sessions) == len(MANY)
    # pyftpdlib serves everybody in one process; ProFTPD's second log-in takes as long as all the files over the first.
    if ftp_site.server.kind not in ("pyftpdlib", "proftpd"):
        assert max(sessions) > 1
    assert set(threading.enumerate()) <= before, "a thread outlives the delivery"
    assert not pool.full, "a lane that rests leaves one for the other"
    uplink.close()
    assert ftp_site.files() == contents(MANY)


def test_a_delivery_left_early_leaves_no_thread(ftp_site: RealSite) -> None:
    before = set(threading.enumerate())
    uplink = ftp_site.uplink()
    outcomes = uplink.deliver(MANY)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) <= before
    assert len(arrived(uplink, MANY)) == len(MANY)
    uplink.close()
    assert ftp_site.files() == contents(MANY)


def test_a_server_that_takes_one_connection_gets_everything_over_it(alone: RealSite) -> None:
    pool: ConnectionPool[Any] = ConnectionPool(4, SystemClock())
    uplink = alone.uplink(pool=pool)
    assert arrived_sooner_or_later(uplink, MANY) == len(MANY)
    uplink.close()
    assert alone.files() == contents(MANY)


def test_where_there_is_one_connection_the_lanes_take_turns_and_live_goes_first(alone: RealSite) -> None:
    pool: ConnectionPool[Any] = ConnectionPool(4, SystemClock())
    backlog, live = alone.uplink(pool=pool), alone.uplink(pool=pool, urgent=True)
    assert live_waits_s(alone, backlog, live) < 6


def test_where_there_is_one_connection_another_destination_of_the_account_has_its_turn(alone: RealSite) -> None:
    """Files of 5 and of 60 minutes for two folders; the account's connection is used by one of them without end."""
    pool: ConnectionPool[Any] = ConnectionPool(4, SystemClock())
    backlog, live = alone.uplink(pool=pool), alone.uplink(pool=pool, urgent=True, path=f"{alone.base}/")
    assert live_waits_s(alone, backlog, live) < 6


@pytest.mark.parametrize("refusal", get_args(Refusal))
@pytest.mark.parametrize("kind", ["openssh", "vsftpd"])
def test_a_second_connection_turned_away_without_a_word_is_a_reason_to_take_turns(
    servers: Servers, kind: str, refusal: Refusal
) -> None:
    """As behind a firewall that counts, under xinetd, or at a server that lets others wait in the queue."""
    site = real(servers, kind)
    timeouts = Timeouts(connect_s=3, answer_s=3)
    with proxied(site.server.port, site.server.data_ports) as proxy:
        proxy.most_connections, proxy.refusal = 1, refusal
        pool: ConnectionPool[Any] = ConnectionPool(2, SystemClock())
        backlog, live = (
            site.uplink(host=proxy.host, port=proxy.port, pool=pool, urgent=urgent, timeouts=timeouts)
            for urgent in (False, True)
        )
        took_s = live_waits_s(site, backlog, live)
        assert proxy.refused, "there was room for both: this shows nothing"
    assert took_s < 6 + (timeouts.answer_s if refusal == "silence" else 0)


def test_a_server_short_of_passive_ports_gets_everything_over_fewer_connections(servers: Servers) -> None:
    """ProFTPD draws a passive port by lot and says 425 when it drew one that is in use."""
    site = real(servers, "proftpd-few-ports")
    uplink = site.uplink()
    sent: list[Parcel] = []
    while "425" not in site.server.said():
        assert len(sent) < 8_000, "it has a port for everybody: this shows nothing"
        more = [Parcel(DAY, f"old_{len(sent) + n:04}.txt", b"x" * n) for n in range(400)]
        assert len(arrived(uplink, more)) == len(more)
        sent += more
    uplink.close()
    stored = {path: content for path, content in site.files().items() if path.endswith(".txt")}
    assert stored == contents(sent)


@pytest.mark.parametrize(("kind", "accepted"), [("openssh", "Accepted password"), ("vsftpd-tls", "OK LOGIN")])
def test_connections_one_is_kept_to_and_handed_over(servers: Servers, kind: str, accepted: str) -> None:
    site = real(servers, kind)
    before = site.server.said().count(accepted)
    pool: ConnectionPool[Any] = ConnectionPool(1, SystemClock())
    backlog, live = site.uplink(pool=pool), site.uplink(pool=pool, urgent=True)
    assert len(arrived(backlog, MANY)) == len(MANY)
    assert len(arrived(live, [LIVE])) == 1
    assert len(arrived(backlog, [Parcel(DAY, "older.txt", b"x")])) == 1
    live.close()
    backlog.close()
    assert site.files() == contents([*MANY, LIVE, Parcel(DAY, "older.txt", b"x")])
    assert site.server.said().count(accepted) - before == 1
    site.wait_until_alone()


@pytest.mark.parametrize("kind", ["vsftpd", "vsftpd-tls", "proftpd"])
def test_a_wrong_password_is_tried_once_however_many_connections_there_may_be(servers: Servers, kind: str) -> None:
    site = real(servers, kind)
    before = site.server.said().count("PASS")
    with pytest.raises(DestinationRejected):
        list(site.with_wrong_password().deliver(MANY))
    assert site.server.said().count("PASS") - before <= 2, "the command and what the server says of it"


@pytest.mark.parametrize("after", [100, 400, 900, 1_500])
@pytest.mark.parametrize("kind", ["vsftpd-tls", "pureftpd-tls"])
def test_cut_connections_side_by_side_are_repaired(servers: Servers, kind: str, after: int) -> None:
    site = real(servers, kind)
    with proxied(site.server.port, site.server.data_ports) as proxy:
        uplink = site.uplink(host=proxy.host, port=proxy.port)
        assert isinstance(uplink, FtpUplink)
        list(uplink.deliver([LIVE]))
        proxy.control = Faults(up=Fault(cut_after=700 + after))
        proxy.data = Faults(up=Fault(delay_s=0.002))
        try:
            decided = {outcome.parcel for outcome in uplink.deliver(MANY)}
        except DeliveryDeferred:
            decided = set()
        assert {path: content for path, content in site.files().items() if path.endswith(".txt")}.items() <= contents(
            [*MANY, LIVE]
        ).items()
        assert all(f"{DAY}/{parcel.name}" in site.files() for parcel in decided)
        proxy.clear_faults()
        uplink.close()
        site.wait_until_alone()
        assert len(arrived(uplink, MANY)) == len(MANY)
        uplink.close()
    assert site.files() == contents([*MANY, LIVE])


def test_breaking_off_ends_all_connections_soon(servers: Servers) -> None:
    site = real(servers, "vsftpd")
    before = set(threading.enumerate())
    with proxied(site.server.port, site.server.data_ports) as proxy:
        threads_of_proxy = set(threading.enumerate()) - before
        proxy.data = Faults(up=Fault(silent_after=0))
        uplink = site.uplink(host=proxy.host, port=proxy.port)
        with ThreadPoolExecutor(1) as lane:
            delivery = lane.submit(list, uplink.deliver(MANY))
            time.sleep(0.5)
            began = time.monotonic()
            uplink.abort()
            with pytest.raises(DeliveryDeferred, match="interrupted"):
                delivery.result(10)
            assert time.monotonic() - began < 1.5
        uplink.close()
        assert not [one for one in set(threading.enumerate()) - threads_of_proxy if one.name.startswith("ftp")]
