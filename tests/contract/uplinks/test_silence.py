"""A server that accepts and then says nothing, a line that swallows everything, and being called off."""

from __future__ import annotations

import shutil
import threading
import time

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Uplink
from gateway.uplinks.timeouts import Timeouts
from tests.contract.uplinks.calling_off import called_off
from tests.contract.uplinks.sites import MemorySite, RealSite, Site
from tests.support.proxy import Fault, Faults, Proxy, mute_server
from tests.support.servers.memory import MemoryServer

PARCEL = Parcel("2026/01/01", "a.txt", b"content" * 1_000)
ANSWER_S = 0.3
SHORT = Timeouts(connect_s=ANSWER_S, answer_s=ANSWER_S)
AT_MOST_S = 2 * ANSWER_S + 1.0


def time_to_fail(uplink: Uplink, parcel: Parcel = PARCEL) -> tuple[float, str]:
    """Seconds until the delivery was deferred, and the message."""
    start = time.monotonic()
    with pytest.raises(DeliveryDeferred) as caught:
        list(uplink.deliver([parcel]))
    return time.monotonic() - start, str(caught.value)


def test_a_server_that_accepts_and_says_nothing(real_site: RealSite) -> None:
    with mute_server() as port:
        uplink = real_site.uplink(port=port, timeouts=SHORT)
        seconds, message = time_to_fail(uplink)
        uplink.close()
    assert ANSWER_S * 0.8 <= seconds < AT_MOST_S
    assert f"127.0.0.1:{port}: the server has said nothing for {ANSWER_S:g} s" in message


@pytest.mark.parametrize("fraction", [0.3, 0.6, 0.9])
def test_a_line_that_swallows_the_answers(real_site: RealSite, proxy: Proxy, fraction: float) -> None:
    total = bytes_of_a_delivery(real_site, proxy)
    proxy.control = Faults(down=Fault(silent_after=int(total * fraction)))
    uplink = real_site.uplink(host=proxy.host, port=proxy.port, timeouts=SHORT)
    start = time.monotonic()
    message = ""
    try:
        (outcome,) = uplink.deliver([PARCEL])
        assert isinstance(outcome, Delivered)
    except DeliveryDeferred as error:
        message = str(error)
    if real_site.server.scheme == "sftp" or message:  # FTP asks over another connection whether it has arrived
        assert "said nothing" in message
    assert time.monotonic() - start < AT_MOST_S + ANSWER_S
    uplink.close()
    proxy.clear_faults()
    patient = real_site.uplink(host=proxy.host, port=proxy.port)
    (outcome,) = patient.deliver([PARCEL])
    patient.close()
    assert isinstance(outcome, Delivered)
    assert real_site.files() == {"2026/01/01/a.txt": PARCEL.content}


def test_a_data_connection_that_swallows_the_file(real_site: RealSite, proxy: Proxy) -> None:
    bytes_of_a_delivery(real_site, proxy)
    if real_site.server.scheme == "sftp":
        proxy.control = Faults(up=Fault(silent_after=4_000))
    else:
        proxy.data = Faults(up=Fault(silent_after=3_000 if real_site.server.scheme == "ftp" else 1_500))
    uplink = real_site.uplink(host=proxy.host, port=proxy.port, timeouts=SHORT)
    seconds, _ = time_to_fail(uplink)
    uplink.close()
    assert seconds < AT_MOST_S
    assert real_site.files().get("2026/01/01/a.txt") is None


def test_a_kept_connection_that_has_gone_dead_is_replaced(real_site: RealSite, proxy: Proxy) -> None:
    uplink = real_site.uplink(
        host=proxy.host, port=proxy.port, timeouts=Timeouts(connect_s=3, answer_s=5, probe_s=ANSWER_S)
    )
    list(uplink.deliver([PARCEL]))
    proxy.control.down.silent_after = 0  # as when a router has forgotten the connection
    proxy.clear_faults()
    start = time.monotonic()
    (outcome,) = uplink.deliver([Parcel("2026/01/01", "b.txt", b"content")])
    seconds = time.monotonic() - start
    uplink.close()
    assert isinstance(outcome, Delivered)
    assert ANSWER_S * 0.8 < seconds < AT_MOST_S


@pytest.mark.parametrize("real_site", ["openssh", "vsftpd", "proftpd"], indirect=True)
def test_a_server_that_takes_its_time_for_everything_is_left_in_time(real_site: RealSite, proxy: Proxy) -> None:
    """Each answer comes in time; all of them together would hold the lane for minutes."""
    late = Faults(down=Fault(delay_s=0.3))
    proxy.control, proxy.data = late, late
    parcels = [Parcel("2026/01/01", f"{n:03}.txt", b"content") for n in range(200)]
    timeouts = Timeouts(connect_s=3, answer_s=5, batch_s=1)
    uplink = real_site.uplink(host=proxy.host, port=proxy.port, timeouts=timeouts)
    start = time.monotonic()
    with pytest.raises(DeliveryDeferred, match="not done in 1 s"):
        list(uplink.deliver(parcels))
    assert time.monotonic() - start < 2.5
    uplink.close()


def test_a_silent_server_in_memory() -> None:
    seconds, message = time_to_fail(MemorySite(MemoryServer(silent=True), "base").uplink(timeouts=SHORT))
    assert ANSWER_S * 0.8 <= seconds < AT_MOST_S
    assert "said nothing" in message


def test_abort_ends_a_delivery_that_waits(real_site: RealSite, proxy: Proxy) -> None:
    total = bytes_of_a_delivery(real_site, proxy)
    for fraction in (0.3, 0.9):
        proxy.control = Faults(down=Fault(silent_after=int(total * fraction)))
        uplink = real_site.uplink(host=proxy.host, port=proxy.port, timeouts=Timeouts(connect_s=20, answer_s=20))
        assert called_off(uplink, [PARCEL]) < 1.5
        uplink.close()


def test_abort_in_memory() -> None:
    uplink = MemorySite(MemoryServer(silent=True), "base").uplink(timeouts=Timeouts(answer_s=20))
    assert called_off(uplink, [PARCEL]) < 1.5


def test_an_abort_that_comes_early_is_not_lost(site: Site) -> None:
    uplink = site.uplink()
    uplink.abort()
    assert "interrupted" in time_to_fail(uplink)[1]
    assert "interrupted" in time_to_fail(uplink)[1]
    uplink.close()
    (outcome,) = uplink.deliver([PARCEL])
    uplink.close()
    assert isinstance(outcome, Delivered)


def test_close_leaves_no_thread(real_site: RealSite) -> None:
    before = set(threading.enumerate())
    uplink = real_site.uplink()
    list(uplink.deliver([PARCEL]))
    uplink.close()
    with mute_server() as port:
        failing = real_site.uplink(port=port, timeouts=SHORT)
        time_to_fail(failing)
        failing.close()
    assert set(threading.enumerate()) <= before


def test_a_rejection_leaves_no_thread(prompt_site: RealSite) -> None:
    before = set(threading.enumerate())
    rejected = prompt_site.with_wrong_password()
    with pytest.raises(DestinationRejected, match="refuses"):
        list(rejected.deliver([PARCEL]))
    rejected.close()
    assert set(threading.enumerate()) <= before


def test_close_is_quick_when_the_far_end_is_silent(real_site: RealSite, proxy: Proxy) -> None:
    uplink = real_site.uplink(host=proxy.host, port=proxy.port)
    list(uplink.deliver([PARCEL]))
    real_site.server.child.stop()
    start = time.monotonic()
    uplink.close()
    assert time.monotonic() - start < 3
    real_site.server.start_again()


def bytes_of_a_delivery(site: RealSite, proxy: Proxy) -> int:
    """How many bytes the server says during one delivery. Leaves nothing behind."""
    proxy.clear_faults()
    uplink = site.uplink(host=proxy.host, port=proxy.port)
    list(uplink.deliver([PARCEL]))
    total = proxy.passed["control", "down"]
    uplink.close()
    shutil.rmtree(site.root)
    return total
