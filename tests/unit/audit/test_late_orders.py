"""Orders that are late are an event, told once: in the journal, and to whoever is told of orders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.events import EventStore
from gateway.audit.late_orders import LOOK_EVERY_S, LateOrderWatch
from gateway.core.alert import AlertKind, AlertState
from gateway.core.alert_entries import alert_of
from gateway.core.interfaces import Instant
from gateway.core.transport_order import PROMISED_MS, NewOrder, OrderWay
from gateway.db import Database, open_database
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.store import OrderStore

T0 = 1_767_225_600_000


class Waiting:
    """A road administration that takes what the test says."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.database, self.store = database, OrderStore(database, KeptDocuments(folder))
        self.watch = LateOrderWatch(database, EventStore(database), "cuc-dbvn")
        self.at = Instant(T0, 0.0)

    def submit(self, name: str) -> int:
        new = NewOrder(name, self.at.wall_ms, "30E12345", b"{}", "c" * 64, name.encode())
        return self.store.add(new, OrderWay.HTTP, "", self.at.wall_ms).number

    def accept(self, number: int) -> None:
        with self.database.write() as connection:
            self.store.accept(connection, number, self.at.wall_ms, None)

    def after(self, milliseconds: int) -> None:
        self.at = Instant(self.at.wall_ms + milliseconds, self.at.mono_s + milliseconds / 1000)
        self.watch.step(self.at)

    def told(self) -> list[dict[str, Any]]:
        rows = self.database.read("SELECT what FROM sound_journal WHERE kind = 'delivery' ORDER BY seq")
        return [json.loads(what) for (what,) in rows]


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Waiting]:
    with closing(open_database(tmp_path / "gateway.db")) as database:
        yield Waiting(tmp_path, database)


def test_it_begins_when_the_first_is_late_and_ends_when_none_is(waiting: Waiting) -> None:
    first = waiting.submit("A")
    waiting.after(PROMISED_MS)
    assert waiting.told() == []
    second = waiting.submit("B")
    for _ in range(3):
        waiting.after(60_000)
    (began,) = waiting.told()
    assert (began["kind"], began["state"], began["began_ms"]) == ("orders_late", "began", T0 + PROMISED_MS)
    waiting.accept(first)
    waiting.after(60_000)  # the second is late by now
    assert len(waiting.told()) == 1
    waiting.accept(second)
    waiting.after(round(LOOK_EVERY_S * 1000))
    assert [one["state"] for one in waiting.told()] == ["began", "ended"]


def test_after_a_restart_it_is_neither_told_again_nor_forgotten(waiting: Waiting) -> None:
    number = waiting.submit("A")
    waiting.after(PROMISED_MS + 1)
    waiting.watch = LateOrderWatch(waiting.database, EventStore(waiting.database), "cuc-dbvn")
    waiting.after(10_000)
    assert len(waiting.told()) == 1
    waiting.accept(number)
    waiting.after(10_000)
    assert len(waiting.told()) == 2


def test_whoever_is_told_of_orders_is_told_of_it(waiting: Waiting) -> None:
    number = waiting.submit("A")
    waiting.after(PROMISED_MS + 1)
    waiting.accept(number)
    waiting.after(10_000)
    alerts = [alert_of("delivery", what, waiting.at.wall_ms, f"{at:064x}") for at, what in enumerate(waiting.told())]
    assert [(one.kind, one.state, one.subjects) for one in alerts if one is not None] == [
        (AlertKind.ORDER, AlertState.BEGAN, ("cuc-dbvn",)),
        (AlertKind.ORDER, AlertState.ENDED, ("cuc-dbvn",)),
    ]


def test_what_is_set_aside_is_not_late_but_told_by_itself(waiting: Waiting) -> None:
    number = waiting.submit("A")
    with waiting.database.write() as connection:
        waiting.store.put_aside(connection, number, T0, 30005, "no such station")
    waiting.after(PROMISED_MS + 1)
    assert waiting.told() == []
