"""An order that was set aside is released at the page: by the daemon, once, and told in the journal with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.acts.outcomes import ActOutcomes
from gateway.acts.request_folder import RequestFolder
from gateway.acts.request_worker import RequestWorker
from gateway.config import load
from gateway.core.act import ActOutcome, ActRefusal, ActRequest, ActState, ReleaseOrder
from gateway.core.role import Role
from gateway.core.transport_order import NewOrder, OrderState, OrderWay
from gateway.db import Database, open_database
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.store import OrderStore
from tests.support.clock import FakeClock
from tests.unit.config.test_orders import COACH

T0 = FakeClock().wall_ms


class CoachStation:
    """The daemon's side and the page's."""

    def __init__(self, folder: Path, database: Database, text: str = COACH) -> None:
        file = folder / "gateway.yaml"
        file.write_text(f"{text}storage: {{path: {folder}}}\nweb: {{storage: {folder}/page}}\n", "utf-8")
        (folder / "page").mkdir()
        self.database, self.clock = database, FakeClock()
        self.folder = RequestFolder(folder / "page")
        self.store = OrderStore(database, KeptDocuments(folder))
        self.worker = RequestWorker(load(file, check_secrets=False), folder / "page", database, self.clock)
        self._asked = 0

    def release(self, name: str, role: Role = Role.OPERATOR) -> ActOutcome:
        self._asked += 1
        request = ActRequest(f"{self._asked:032x}", T0, "lan", role, "đã sửa mã bến", ReleaseOrder(name))
        self.folder.leave(request)
        self.worker.step(self.clock.advance(1))
        found = ActOutcomes(self.database).find(request.id)
        assert found is not None
        return found.outcome

    def state(self) -> OrderState:
        found = self.store.find("L-1")
        assert found is not None
        return found.state

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        rows = self.database.read("SELECT who, what FROM sound_journal WHERE kind = 'order' ORDER BY seq")
        return [(who, json.loads(what)) for who, what in rows]


@pytest.fixture
def station(tmp_path: Path) -> Iterator[CoachStation]:
    with closing(open_database(tmp_path / "gateway.db")) as database:
        made = CoachStation(tmp_path, database)
        order = made.store.add(
            NewOrder("L-1", T0, "30E12345", b"{}", "c" * 64, b"{}"), OrderWay.HTTP, "", T0 - 60_000
        )  # fmt: skip
        with database.write() as connection:
            made.store.put_aside(connection, order.number, T0, 30005, "no such station")
        yield made


def test_it_waits_again_and_the_journal_says_who_and_why(station: CoachStation) -> None:
    assert station.release("L-1") == ActOutcome(ActState.DONE, 1)
    assert station.state() is OrderState.WAITING
    ((who, what),) = station.told()
    assert who == "lan@page"
    assert what == {
        "act": "released", "id": "L-1", "destination": "cuc-dbvn", "code": 30005, "reason": "no such station",
        "why": "đã sửa mã bến",
    }  # fmt: skip


def test_what_waits_already_is_not_released_twice(station: CoachStation) -> None:
    station.release("L-1")
    assert station.release("L-1") == ActOutcome(ActState.NOTHING)
    assert len(station.told()) == 1


def test_a_viewer_releases_nothing(station: CoachStation) -> None:
    outcome = station.release("L-1", Role.VIEWER)
    assert (outcome.state, outcome.refusal) == (ActState.REFUSED, ActRefusal.ROLE)
    assert station.state() is OrderState.SET_ASIDE


def test_an_order_that_is_not_there_is_refused(station: CoachStation) -> None:
    outcome = station.release("L-2")
    assert (outcome.state, outcome.refusal) == (ActState.REFUSED, ActRefusal.ORDER)
