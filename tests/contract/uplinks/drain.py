"""A backlog that drains without end, and a live file beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Delivered, Parcel, Uplink
from tests.contract.uplinks.sites import RealSite

DAY = "2026/01/01"
MANY = [Parcel(DAY, f"slot_{n:03}.txt", b"content %d" % n) for n in range(60)]
LIVE = Parcel(DAY, "live.txt", b"live")


def contents(parcels: list[Parcel]) -> dict[str, bytes]:
    return {f"{parcel.folder}/{parcel.name}": parcel.content for parcel in parcels}


def arrived(uplink: Uplink, parcels: list[Parcel]) -> list[Parcel]:
    return [outcome.parcel for outcome in uplink.deliver(parcels) if isinstance(outcome, Delivered)]


def live_waits_s(
    site: RealSite, backlog: Uplink, live: Uplink, meanwhile: Callable[[], AbstractContextManager[None]] = nullcontext
) -> float:
    """Seconds until the live file is there, sent while there is no end of old ones, and while `meanwhile` holds."""
    sent: list[Parcel] = []
    is_there = threading.Event()

    def drain() -> None:
        while not is_there.is_set():
            missing = [Parcel(DAY, f"old_{len(sent) + n:05}.txt", b"x" * n) for n in range(600)]
            while missing:
                try:
                    for outcome in backlog.deliver(missing):
                        sent.append(outcome.parcel)
                except DeliveryDeferred:
                    time.sleep(0.05)
                missing = [parcel for parcel in missing if parcel not in sent[-600:]]

    with ThreadPoolExecutor(1) as lane:
        drained = lane.submit(drain)
        try:
            while len(sent) < 20:
                time.sleep(0.001)
            with meanwhile():
                began = time.monotonic()
                assert arrived_sooner_or_later(live, [LIVE]) == 1
                took_s = time.monotonic() - began
        finally:
            is_there.set()
        live.close()
        drained.result(60)
    backlog.close()
    assert site.files() == contents([*sent, LIVE])
    return took_s


def arrived_sooner_or_later(uplink: Uplink, parcels: list[Parcel]) -> int:
    """Deliver as a courier does: a server may need a moment to notice that a connection has ended."""
    there: set[str] = set()
    deadline = time.monotonic() + 10
    while len(there) < len(parcels) and time.monotonic() < deadline:
        try:
            there |= {parcel.name for parcel in arrived(uplink, [one for one in parcels if one.name not in there])}
        except DeliveryDeferred:
            time.sleep(0.2)
    return len(there)
