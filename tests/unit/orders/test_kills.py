"""Killed at any point between an order's submission and its answer: none is lost, none is sent with other bytes.

Each point is a child that dies there by SIGKILL, and another one that finds what the first has left behind.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.interfaces import Instant
from gateway.db import open_database
from gateway.db.connection import Database
from gateway.orders.courier import OrderCourier
from gateway.orders.intake import OrderIntake, OrderLimits
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.outcomes import OrderOutcomes
from gateway.orders.signing import OrderSigners
from gateway.orders.spool_folder import SpoolFolder
from gateway.orders.spool_worker import OrderSpool
from gateway.orders.store import OrderStore
from gateway.outbox.login_breaker import LoginBreaker
from gateway.runtime.clock import SystemClock
from gateway.uplinks.https.transport import HttpsExchange
from stationsim.road.administration import SimulatedRoadAdministration
from tests.support.order_keys import SignerFiles, new_key, signer_files
from tests.support.road import open_road, way_to
from tests.unit.orders.test_intake import order, png

POINTS: dict[str, tuple[Any, str, str, int]] = {
    "before the document is kept": (KeptDocuments, "keep", "before", 1),
    "before its name": (Path, "replace", "before", 1),
    "before its row": (KeptDocuments, "keep", "after", 1),
    "with its row in an open transaction": (Database, "read", "before", 3),
    "after its row": (OrderStore, "add", "after", 1),
    "before it is moved away": (SpoolFolder, "_move", "before", 1),
    "before the first of its files is moved": (Path, "rename", "before", 1),
    "between its image and itself": (Path, "rename", "after", 1),
    "after it was moved": (Path, "rename", "after", 2),
    "before it is sent": (HttpsExchange, "post", "before", 2),
    "after it was sent, before the answer is known": (HttpsExchange, "post", "after", 2),
    "before the answer is written down": (OrderOutcomes, "settle", "before", 1),
    "in the middle of writing the answer down": (OrderStore, "accept", "after", 1),
    "after the answer was written down": (OrderOutcomes, "settle", "after", 1),
}


class Trust:
    boot_id = "boot"

    def is_trusted(self, now: Instant) -> bool:
        return True

    def stamp_ms(self, mono_s: float) -> int | None:
        return None

    def wants_authority_time(self) -> bool:
        return False

    def authority_said(self, destination: str, said: Any) -> None:
        return None


class Board:
    def report(self, kind: ComponentKind, name: str, state: ComponentState, error: str | None, at_ms: int) -> bool:
        return False


@pytest.fixture
def road(tmp_path: Path) -> Iterator[SimulatedRoadAdministration]:
    opened = open_road(tmp_path / "road", verify=True, roles=["station"])
    yield opened
    opened.close()


@pytest.mark.parametrize("point", POINTS)
def test_none_is_lost_and_none_goes_twice_with_other_bytes(
    tmp_path: Path, road: SimulatedRoadAdministration, point: str
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    # ES256 signs differently each time: whatever is signed twice and sent twice would be seen there.
    signer_files(tmp_path, key=new_key("ES256"))
    (spool / "front.png").write_bytes(png())
    (spool / "order.json").write_bytes(order(images=["front.png"]))
    died = in_child(lambda: (die_at(*POINTS[point]), work(tmp_path, road)))
    assert died == -signal.SIGKILL, "the point was not reached"
    assert in_child(lambda: work(tmp_path, road)) == 0
    score = road.look()
    assert (score.accepted, score.altered, score.refused) == (1, 0, {})
    (done,) = (spool / "done").iterdir()
    assert sorted(file.name for file in done.iterdir()) == ["front.png", "order.json"]
    assert sorted(file.name for file in spool.iterdir()) == ["done", "kept", "refused"]


def in_child(act: Callable[[], object]) -> int:
    """Its exit code; negative: the signal that it died of."""
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        except BaseException as error:  # noqa: BLE001
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_at(owner: Any, name: str, when: str, time: int) -> None:
    real, calls = getattr(owner, name), [0]

    def dying(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == time and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        returned = real(*arguments, **named)
        if calls[0] == time and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return returned

    setattr(owner, name, dying)


def work(folder: Path, road: SimulatedRoadAdministration) -> None:
    """What the daemon's workers do, until nothing waits any more."""
    clock, trust, spool = SystemClock(), Trust(), folder / "spool"
    database = open_database(folder / "gateway.db")
    store = OrderStore(database, KeptDocuments(spool))
    signers = OrderSigners([SignerFiles(folder / "station.key", folder / "station.pem").settings(algorithm="ES256")])
    intake = OrderIntake(store, None, signers, OrderLimits(1_000_000, 9_000_000), clock, trust.is_trusted)
    taking = OrderSpool(
        SpoolFolder(spool), intake, store, timedelta(days=60), clock, trust.is_trusted, lambda: None, lambda _: None
    )
    outcomes = OrderOutcomes(database, store, lambda from_ms, until_ms: [])
    courier = OrderCourier(
        "road", way_to(road), 10_000_000, store, outcomes, LoginBreaker(), Board(), clock, trust, lambda: 0.5
    )
    for _ in range(20):
        taking.step(clock.now())
        courier.step(clock.now())
        if list(store.submitted(0, 2**62)) and not store.waiting(1) and not list(spool.glob("*.json")):
            return
    raise AssertionError(json.dumps([one.state.value for one in store.submitted(0, 2**62)]))
