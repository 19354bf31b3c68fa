"""`gateway orders trial` killed at every step: what it began with is set aside, nobody sends it unasked, and the same
command tells the next time what became of it. It is at the administration once, as it was signed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

import gateway.cli.order_trial
import gateway.orders.trial
from gateway.cli import main
from gateway.core.transport_order import OrderState
from gateway.db import open_database
from gateway.db.connection import Database
from gateway.journal.rows import rows
from gateway.orders.courier import OrderCourier
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.outcomes import OrderOutcomes
from gateway.orders.store import OrderStore
from gateway.outbox.login_breaker import LoginBreaker
from gateway.runtime.clock import SystemClock
from gateway.uplinks.https.transport import HttpsExchange
from stationsim.road.administration import SimulatedRoadAdministration
from tests.support.coach_station import CoachStation, coach_configuration, verified
from tests.support.road import open_road, way_to
from tests.support.servers.private import free_port
from tests.unit.orders.test_kills import Board, Trust, die_at, in_child

NOT_TAKEN, KEPT, ARRIVED, KNOWN = "not taken", "kept", "arrived", "known"
POINTS: dict[str, tuple[tuple[Any, str, str, int], str]] = {
    "before its document is kept": ((KeptDocuments, "keep", "before", 1), NOT_TAKEN),
    "before its row": ((KeptDocuments, "keep", "after", 1), NOT_TAKEN),
    "after its row": ((OrderStore, "add", "after", 1), KEPT),
    "before the log-in": ((HttpsExchange, "post", "before", 1), KEPT),
    "before it is sent": ((HttpsExchange, "post", "before", 2), KEPT),
    "after it was sent, before the answer is known": ((HttpsExchange, "post", "after", 2), ARRIVED),
    "before the outcome is written down": ((Database, "write", "before", 2), ARRIVED),
    "in the middle of writing it down": ((OrderStore, "accept_tried", "after", 1), ARRIVED),
    "before the journal has it": ((gateway.orders.trial, "append", "before", 1), ARRIVED),
    "after it was written down": ((gateway.orders.trial, "try_order", "after", 1), KNOWN),
}


@dataclass(frozen=True)
class Place:
    """A station without its daemon, and the administration its orders go to."""

    station: CoachStation
    road: SimulatedRoadAdministration


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("trials")
    road = open_road(folder / "road")
    for name in ("spool", "storage"):
        (folder / name).mkdir()
    made = Place(CoachStation(folder, coach_configuration(folder, road.access, free_port()), 0), road)
    assert in_child(lambda: carry(made)) == 0  # there are a database and its tables
    yield made
    road.close()


@pytest.mark.parametrize("point", POINTS)
def test_it_is_there_once_and_its_outcome_is_told_the_next_time(place: Place, point: str) -> None:
    station, road, name = place.station, place.road, f"T-{list(POINTS).index(point)}"
    (station.folder / "front.png").write_bytes(station.picture)
    (station.folder / f"{name}.json").write_bytes(station.order("front.png", name)[1])
    before = road.look()
    where, left = POINTS[point]
    died = in_child(lambda: (die_at(*where), tried(station, name)))
    assert died == -signal.SIGKILL, "the point was not reached"

    assert in_child(lambda: carry(place)) == 0
    aside = None if left == NOT_TAKEN else OrderState.SET_ASIDE
    assert station.states().get(name) == (OrderState.ACCEPTED if left == KNOWN else aside)
    sent = road.look().accepted - before.accepted
    assert sent == (1 if left in (ARRIVED, KNOWN) else 0), "it was sent, and nobody asked for that"

    assert in_child(lambda: tried(station, name)) == (1 if left == KNOWN else 0)
    words = (station.folder / "said").read_text("utf-8")
    assert (f"{name} was accepted before" if left == KNOWN else f"{name} was accepted") in words
    assert (f"An earlier trial of {name} did not end" in words) == (left in (KEPT, ARRIVED))
    assert station.states()[name] is OrderState.ACCEPTED
    after = road.look()
    assert (after.accepted - before.accepted, after.altered, after.refused) == (1, 0, {})
    assert after.duplicates - before.duplicates == (1 if left == ARRIVED else 0)
    assert name in verified(station, road.access)
    assert acts(station, name) == ["tried"]


def tried(station: CoachStation, name: str) -> None:
    """The command, in a child of ours; it ends as its command does, and `said` has its words."""
    with (station.folder / "said").open("w", encoding="utf-8") as output:
        sys.stdout = sys.stderr = output
        sys.argv = ["gateway", "orders", "trial", str(station.folder / f"{name}.json"), "--yes"]
        sys.argv += ["-c", str(station.configuration)]
        gateway.cli.order_trial.is_clock_trusted = lambda *_: True  # type: ignore[assignment]  # no daemon has looked
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        else:
            code = 0
    os._exit(code)


def carry(place: Place) -> None:
    """What the daemon does meanwhile: it sends whatever waits."""
    clock, folder = SystemClock(), place.station.folder
    database = open_database(folder / "storage" / "gateway.db")
    store = OrderStore(database, KeptDocuments(folder / "spool"))
    outcomes = OrderOutcomes(database, store, lambda from_ms, until_ms: [])
    courier = OrderCourier(
        "cuc-dbvn",
        way_to(place.road),
        10_000_000,
        store,
        outcomes,
        LoginBreaker(),
        Board(),
        clock,
        Trust(),
        lambda: 0.5,
    )
    for _ in range(5):
        courier.step(clock.now())


def acts(station: CoachStation, name: str) -> list[str]:
    """What the journal tells of this order."""
    with closing(open_database(station.folder / "storage" / "gateway.db", read_only=True)) as database:
        told = [json.loads(one.what) for one in rows(database) if one.kind == "order"]
    return [one["act"] for one in told if one["id"] == name]
