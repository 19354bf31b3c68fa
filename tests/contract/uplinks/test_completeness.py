"""Under the final name lies the complete file or none, whatever happens on the way."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Delivered, Parcel
from gateway.uplinks.timeouts import Timeouts
from tests.contract.uplinks.sites import MemorySite, RealSite
from tests.support.proxy import Fault, Faults, Proxy
from tests.support.servers.memory import MemoryServer

DAY = "2026/01/01"
NAME = "HN_ABCD_NUO001_20260101000500.txt"
CONTENT = random.Random(7).randbytes(60_000)
PARCEL = Parcel(DAY, NAME, CONTENT)
FRACTIONS = (0.02, 0.3, 0.6, 0.85, 0.97)


class Watcher:
    """Looks at the far end's folder without a pause, as an impatient receiver would."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.final_sizes: set[int] = set()
        self.other_sizes: set[int] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            self._look()
            time.sleep(0.0005)
        self._look()

    def _look(self) -> None:
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            try:
                size = path.stat().st_size
            except FileNotFoundError:  # renamed while we looked
                continue
            (self.final_sizes if path.name == NAME else self.other_sizes).add(size)


def test_a_slow_upload_is_never_seen_half(real_site: RealSite, proxy: Proxy) -> None:
    slow = Faults(up=Fault(bytes_per_s=200_000))
    if real_site.server.scheme == "sftp":
        proxy.control = slow
    else:
        proxy.data = slow
    uplink = real_site.uplink(host=proxy.host, port=proxy.port)
    watcher = Watcher(real_site.root / DAY)
    with watcher.watching():
        (outcome,) = uplink.deliver([PARCEL])
    uplink.close()
    assert isinstance(outcome, Delivered)
    assert watcher.final_sizes == {len(CONTENT)}
    assert any(0 < size < len(CONTENT) for size in watcher.other_sizes), "the watcher saw nothing grow"


def test_a_slow_replacement_never_shows_a_third_thing(real_site: RealSite, proxy: Proxy) -> None:
    real_site.put(f"{DAY}/{NAME}", b"an older file")
    proxy.control = Faults(up=Fault(bytes_per_s=200_000))
    uplink = real_site.uplink(host=proxy.host, port=proxy.port)
    watcher = Watcher(real_site.root / DAY)
    with watcher.watching():
        (outcome,) = uplink.deliver([replace(PARCEL, replaces=True)])
    uplink.close()
    assert isinstance(outcome, Delivered)
    assert watcher.final_sizes == {len(b"an older file"), len(CONTENT)}


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_cut_anywhere_is_repaired_by_the_next_attempt(real_site: RealSite, proxy: Proxy, direction: str) -> None:
    warm_up(real_site, proxy)
    total = proxy.passed["control", direction]  # type: ignore[index]
    cut_short = 0
    for fraction in FRACTIONS:
        parcel = Parcel(f"cut-{fraction}", NAME, CONTENT)
        fault = Fault(cut_after=max(1, int(total * fraction)))
        proxy.control = Faults(**{direction: fault})
        cut_short += interrupted(real_site, proxy, parcel)
        repaired(real_site, proxy, parcel)
    assert cut_short >= len(FRACTIONS) // 2, "the cuts came too late to mean anything"


@pytest.mark.parametrize("fraction", [0.1, 0.99])
def test_a_cut_data_connection_is_repaired_by_the_next_attempt(
    real_site: RealSite, proxy: Proxy, fraction: float
) -> None:
    warm_up(real_site, proxy)
    if real_site.server.scheme == "sftp":
        proxy.control = Faults(up=Fault(cut_after=int(proxy.passed["control", "up"] * (0.1 + 0.85 * fraction))))
    else:
        proxy.data = Faults(up=Fault(cut_after=int(proxy.passed["data", "up"] * fraction)))
    parcel = Parcel(DAY, "another.txt", CONTENT)
    assert interrupted(real_site, proxy, parcel)
    repaired(real_site, proxy, parcel)


def test_a_killed_session_is_repaired_by_the_next_attempt(real_site: RealSite, proxy: Proxy) -> None:
    slow = Faults(up=Fault(bytes_per_s=100_000))
    proxy.control, proxy.data = slow, slow
    uplink = real_site.uplink(host=proxy.host, port=proxy.port)
    killer = threading.Thread(target=kill_when_it_grows, args=(real_site,))
    killer.start()
    try:
        outcomes = list(uplink.deliver([PARCEL]))
    except DeliveryDeferred:
        outcomes = []
    killer.join()
    if not real_site.server.child.running():  # pyftpdlib serves everybody in one process
        real_site.server.start_again()
    if not outcomes:  # FTP asks itself, over another connection, whether all that was sent has arrived
        assert f"{DAY}/{NAME}" not in real_site.files()
        proxy.clear_faults()
        outcomes = list(uplink.deliver([PARCEL]))
    uplink.close()
    (outcome,) = outcomes
    assert isinstance(outcome, Delivered)
    assert real_site.files() == {f"{DAY}/{NAME}": CONTENT}


@pytest.mark.parametrize("steps", range(8))
def test_a_cut_in_memory_is_repaired_by_the_next_attempt(steps: int) -> None:
    site = MemorySite(MemoryServer(cut_after_steps=steps), "base")
    uplink = site.uplink()
    with pytest.raises(DeliveryDeferred):
        list(uplink.deliver([PARCEL]))
    assert f"{DAY}/{NAME}" not in site.files()
    (outcome,) = uplink.deliver([PARCEL])
    assert isinstance(outcome, Delivered)
    assert site.files() == {f"{DAY}/{NAME}": CONTENT}


def warm_up(site: RealSite, proxy: Proxy) -> None:
    """One delivery without a fault, so that the proxy knows how many bytes it takes."""
    uplink = site.uplink(host=proxy.host, port=proxy.port)
    list(uplink.deliver([PARCEL]))
    uplink.close()
    (site.root / DAY / NAME).unlink()


def interrupted(site: RealSite, proxy: Proxy, parcel: Parcel) -> bool:
    """Deliver over the spoilt line. Returns whether it failed, as it should unless the cut came after the last
    reply."""
    uplink = site.uplink(host=proxy.host, port=proxy.port, timeouts=Timeouts(connect_s=2, answer_s=2))
    try:
        list(uplink.deliver([parcel]))
    except DeliveryDeferred:
        failed = True
    else:
        failed = False
    uplink.close()
    assert site.files().get(f"{parcel.folder}/{parcel.name}", parcel.content) == parcel.content
    return failed


def repaired(site: RealSite, proxy: Proxy, parcel: Parcel) -> None:
    """Deliver over the healed line; exactly the file lies there afterwards."""
    proxy.clear_faults()
    if site.server.kind != "pyftpdlib":
        site.wait_until_alone()
    uplink = site.uplink(host=proxy.host, port=proxy.port)
    (outcome,) = uplink.deliver([parcel])
    uplink.close()
    assert isinstance(outcome, Delivered)
    there = {path: content for path, content in site.files().items() if path.startswith(f"{parcel.folder}/")}
    assert there == {f"{parcel.folder}/{parcel.name}": parcel.content}


def kill_when_it_grows(site: RealSite) -> None:
    """`kill -9` the session as soon as part of the file lies there."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if any(0 < len(content) < len(CONTENT) for content in site.files().values()):
            break
        time.sleep(0.005)
    if site.server.kind == "pyftpdlib":
        site.server.child.stop()
    else:
        site.server.end_sessions()
