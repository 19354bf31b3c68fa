"""Transport orders with pictures over a line of 50 ms round trip, as the station's courier carries them, beside httpx
alone: the same documents in the same lists, to the same server, over one kept connection. And what memory that takes.

The line is a proxy that delays every byte by 25 ms each way. `BENCH_ORDERS=10000 BENCH_ROUNDS=1 ./bench orders` is the
long run. What is compared runs in turn, and server and line are processes of their own.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import ssl
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil

import stationsim
from gateway.cli.demo.order_source import png
from gateway.core.order_uplink import OrderAccepted, OrderParcel, OrderPutOff, OrderRefused
from gateway.core.transport_order import NewOrder, OrderWay
from gateway.db import open_database
from gateway.orders.courier import OrderCourier
from gateway.orders.images import LoadedImage, OriginalImage
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.outcomes import OrderOutcomes
from gateway.orders.signing import OrderSigners
from gateway.orders.store import OrderStore
from gateway.outbox.destinations import know_destination
from gateway.outbox.login_breaker import LoginBreaker
from gateway.runtime.clock import SystemClock
from gateway.uplinks.https.road_server import RoadProfile, RoadServer
from gateway.uplinks.https.uplink import HttpsUplink
from gateway.uplinks.tls import fingerprint
from tests.support.live.simulator import SimulatedStation
from tests.support.order_keys import signer_files
from tests.support.proxy import Fault, Faults, proxied
from tests.unit.orders.test_kills import Board, Trust

ORDERS = int(os.environ.get("BENCH_ORDERS", "200"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
ROUND_TRIP_S = 0.05
PICTURE = 300, 200
"""Pixels: 60 kB, which hardly pack, and 80 in base64."""
MOST_BYTES = 10_000_000
MB = 1_000_000


def main() -> None:
    pairs, held = [], []
    for number in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name, _far_away(Path(name)) as (road, line):
            folder = Path(name)
            courier = _Courier(folder, road, line, _filled(folder, number))
            ours_s = courier.carry()
            alone_s = _alone_s(road, line, folder / "alone", courier.lists)
            pairs.append((ours_s, alone_s))
            held.append(courier.held)
    ours_s, alone_s = (median(one) for one in zip(*pairs, strict=True))
    ratio = median(alone / ours for ours, alone in pairs)
    print(
        f"orders: {ORDERS:,} with a picture over {ROUND_TRIP_S * 1000:.0f} ms, median of {ROUNDS}:"
        f" {ORDERS / ours_s:.0f}/s, httpx alone {ORDERS / alone_s:.0f}/s: × {ratio:.2f} (goal 0.9)"
    )
    early, late = (median(one) / MB for one in zip(*held, strict=True))
    print(f"orders: memory after a fifth of them {early:.1f} MB, at the end {late:.1f} MB (goal: flat)")


@contextmanager
def _far_away(folder: Path) -> Iterator[tuple[dict[str, Any], tuple[str, int]]]:
    """How the server is reached, and where the long line to it begins."""
    scenario = stationsim.scenario("coach-station").read_text("utf-8") + "    verify: false\n    keep: false\n"
    simulator = SimulatedStation(scenario, folder / "sim")
    road = simulator.roads["cuc-dbvn"]
    ours, theirs = multiprocessing.Pipe()
    line = multiprocessing.get_context("spawn").Process(target=_line, args=(road["port"], theirs), daemon=True)
    line.start()
    try:
        yield road, ours.recv()
    finally:
        ours.send(None)
        line.join(20)
        simulator.stop()


def _line(port: int, told: Connection) -> None:
    delayed = Fault(delay_s=ROUND_TRIP_S / 2)
    with proxied(port) as proxy:
        proxy.control = Faults(delayed, delayed)
        told.send((proxy.host, proxy.port))
        told.recv()


def _filled(folder: Path, number: int) -> OrderStore:
    """All of them wait; each document lies in `alone`, too."""
    pixels, now_ms = random.Random(number), SystemClock().now().wall_ms
    database = open_database(folder / "gateway.db")
    with database.write() as connection:
        know_destination(connection, "cuc-dbvn")
    (folder / "spool").mkdir()
    (folder / "alone").mkdir()
    store = OrderStore(database, KeptDocuments(folder / "spool"))
    signers = OrderSigners([signer_files(folder / "keys").settings()])
    for n in range(ORDERS):
        content = png(*PICTURE, pixels.randbytes)
        image = LoadedImage(
            "front.png", OriginalImage(0, "front.png", sha256(content).hexdigest(), len(content), content), content
        )
        order = {"id": f"{number}-{n}", "issued_ms": now_ms, "plate": "30E12345", "operator": "0100109106"}
        order |= {"station": "BXMD", "department": "01", "route": "2901.1511.A", "departure_ms": now_ms}
        document = signers.signed(order | {"images": [image.sent]}, now_ms)
        new = NewOrder(f"{number}-{n}", now_ms, "30E12345", b"{}", f"{n}", document, (image.kept,))
        store.add(new, OrderWay.SPOOL, "", now_ms)
        # For httpx alone, which is not to have been here: under another id.
        (folder / "alone" / f"{n}.json").write_bytes(document.replace(f'"{number}-{n}"'.encode(), f'"x{n}"'.encode()))
    return store


class _Counting:
    """The uplink, and how many orders each request had."""

    def __init__(self, uplink: HttpsUplink) -> None:
        self._uplink = uplink
        self.lists: list[int] = []

    def submit(self, parcels: Sequence[OrderParcel]) -> Iterator[OrderAccepted | OrderRefused | OrderPutOff]:
        self.lists.append(len(parcels))
        return self._uplink.submit(parcels)

    def size_of(self, parcel: OrderParcel) -> int:
        return self._uplink.size_of(parcel)

    def abort(self) -> None:
        self._uplink.abort()

    def close(self) -> None:
        self._uplink.close()


class _Courier:
    """`lists`: how many orders each request had. `held`: bytes in memory, after a fifth and at the end."""

    def __init__(self, folder: Path, road: dict[str, Any], line: tuple[str, int], store: OrderStore) -> None:
        self._store = store
        self._clock = clock = SystemClock()
        server = RoadServer(
            *line, "", road["user"], lambda: road["password"], RoadProfile(), 45.0, pins=(fingerprint(_shown_by(road)),)
        )
        uplink = _Counting(HttpsUplink(server, clock))
        self.lists = uplink.lists
        outcomes = OrderOutcomes(open_database(folder / "gateway.db"), store, lambda from_ms, until_ms: [])
        self._courier = OrderCourier(
            "cuc-dbvn", uplink, MOST_BYTES, store, outcomes, LoginBreaker(), Board(), clock, Trust(), lambda: 0.5
        )
        self.held = (0, 0)

    def carry(self) -> float:
        """Seconds until all are accepted, and that is on the card."""
        early, began_s = 0, time.monotonic()
        while waiting := self._store.counts().waiting:
            if not early and waiting <= ORDERS * 4 / 5:
                early = _resident()
            self._courier.step(self._clock.now())
        took_s = time.monotonic() - began_s
        self._courier.close()
        self.held = (early or _resident(), _resident())
        return took_s


def _alone_s(road: dict[str, Any], line: tuple[str, int], folder: Path, lists: Sequence[int]) -> float:
    """Seconds for the same lists."""
    trusting = ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(_shown_by(road)))
    trusting.check_hostname, trusting.verify_flags = False, ssl.VERIFY_X509_PARTIAL_CHAIN
    began_s, sent = time.monotonic(), 0
    accepting, url = {"Accept": "application/json"}, f"https://{line[0]}:{line[1]}"
    with httpx.Client(base_url=url, verify=trusting, timeout=45.0, headers=accepting) as client:
        login = {"username": road["user"], "password": road["password"]}
        token = client.post("/api/login", json=login).json()["data"]["token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        for count in lists:
            orders = b",".join((folder / f"{n}.json").read_bytes() for n in range(sent, sent + count))
            answer = client.post("/api/orders", content=b'{"orders":[' + orders + b"]}", headers=headers)
            results = answer.json()["results"]
            if len(results) != count or any(one["code"] for one in results):
                raise SystemExit(f"orders: httpx alone was answered {answer.text[:200]}")
            sent += count
    return time.monotonic() - began_s


def _shown_by(road: dict[str, Any]) -> bytes:
    """The server's certificate, in DER form."""
    return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((road["host"], road["port"])))


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    main()
