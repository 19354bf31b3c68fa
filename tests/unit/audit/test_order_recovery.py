"""Transport orders come back from a database that was set aside, or that a newer version left behind: what was taken in
is sent, and what was accepted is not sent again."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit.recovered import Recovered
from gateway.audit.recovery import Recovery
from gateway.core.transport_order import NewOrder, OrderImage, OrderState, OrderWay
from gateway.db import verify
from gateway.db.salvage import Salvage
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.store import OrderStore
from gateway.orders.tries import OrderTry, TryOutcome, keep_order_tries, order_tries
from tests.support.journey import MIDNIGHT_MS, Journey

IMAGE = OrderImage("front.jpg", "a" * 64, 3_000_000, "b" * 64, 1_900_000)
ROAD = "cuc-dbvn"


def order(name: str, content: str = "c") -> NewOrder:
    document = f'{{"id":"{name}","signed":"{content}"}}'.encode()
    return NewOrder(name, MIDNIGHT_MS, "30E12345", document, content * 64, document, (IMAGE,))


class Box:
    """A database, and the documents that both share."""

    def __init__(self, folder: Path, documents: Path) -> None:
        folder.mkdir()
        self.journey = Journey(folder)
        self.database = self.journey.database
        self.orders = OrderStore(self.database, KeptDocuments(documents))

    def take_in(self, name: str, content: str = "c") -> int:
        return self.orders.add(order(name, content), OrderWay.HTTP, "", MIDNIGHT_MS).number

    def accepted(self, number: int) -> None:
        """At the second try."""
        with self.database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO destination (name) VALUES (?)", (ROAD,))
            tries = [OrderTry(number, 1, 2, TryOutcome.FAILED, 503, "later"), OrderTry(number, 3, 4, *_TAKEN)]
            keep_order_tries(connection, ROAD, tries)
            assert self.orders.accept(connection, number, MIDNIGHT_MS + 4, None)

    def put_aside(self, number: int) -> None:
        with self.database.write() as connection:
            assert self.orders.put_aside(connection, number, MIDNIGHT_MS + 4, 30006, "no such route")

    def states(self) -> dict[str, OrderState]:
        return {one.order_id: one.state for one in self.orders.submitted(0, MIDNIGHT_MS * 2)}


_TAKEN = (TryOutcome.ACCEPTED, None, "")


class Station:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "documents").mkdir()
        self.there = Box(folder / "there", folder / "documents")
        self.here = Box(folder / "here", folder / "documents")

    def recover(self) -> Recovered:
        file = self.folder / "gateway.db.newer-99"
        if not file.exists():
            self.there.database.close()
            shutil.copy(self.folder / "there/gateway.db", file)
        with closing(Salvage(file, self.folder)) as source:
            return Recovery(source, self.here.database, MIDNIGHT_MS + 1000, lambda table, rows: None).run()


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


def test_what_was_taken_in_there_waits_here_with_its_images_and_its_document(station: Station) -> None:
    station.there.take_in("L-1")
    found = station.recover()
    assert (found.taken["transport_order"], found.taken["order_image"], found.is_whole) == (1, 1, True)
    (kept,) = station.here.orders.waiting(10)
    assert kept.order_id == "L-1"
    assert station.here.orders.images(kept) == [IMAGE]
    assert station.here.orders.document(kept) == order("L-1").document
    assert station.here.orders.submission(kept) == order("L-1").submission
    assert verify(station.here.database) == []


def test_what_was_accepted_there_is_accepted_here_with_its_tries(station: Station) -> None:
    station.there.take_in("L-0")
    station.there.accepted(station.there.take_in("L-1"))
    found = station.recover()
    assert station.here.states() == {"L-0": OrderState.WAITING, "L-1": OrderState.ACCEPTED}
    assert found.taken["order_try"] == 2
    kept = station.here.orders.find("L-1")
    assert kept is not None
    assert [one.outcome for one in order_tries(station.here.database, kept.number)] == [
        TryOutcome.FAILED, TryOutcome.ACCEPTED,
    ]  # fmt: skip


def test_what_waits_here_and_was_settled_there_is_not_sent_again(station: Station) -> None:
    """The copy from before a newer version, which has gone on with the same orders."""
    for box in (station.there, station.here):
        box.take_in("L-1")
        box.take_in("L-2")
        box.take_in("L-3")
    station.there.accepted(1)
    station.there.put_aside(2)
    found = station.recover()
    assert (found.taken["transport_order"], found.already["transport_order"]) == (0, 3)
    assert station.here.states() == {
        "L-1": OrderState.ACCEPTED, "L-2": OrderState.SET_ASIDE, "L-3": OrderState.WAITING,
    }  # fmt: skip
    settled = station.here.orders.find("L-2")
    assert settled is not None
    assert (settled.code, settled.reason) == (30006, "no such route")
    assert found.is_whole
    assert verify(station.here.database) == []


def test_what_was_settled_here_stays_so(station: Station) -> None:
    for box in (station.there, station.here):
        box.take_in("L-1")
    station.here.accepted(1)
    station.there.put_aside(1)
    station.recover()
    assert station.here.states() == {"L-1": OrderState.ACCEPTED}


def test_another_order_under_the_same_id_is_told_and_ours_stays(station: Station) -> None:
    station.there.take_in("L-1", "d")
    station.here.take_in("L-1", "e")
    found = station.recover()
    assert found.other == ["transport order L-1"]
    kept = station.here.orders.find("L-1")
    assert kept is not None
    assert kept.content_sha256 == "e" * 64


def test_what_came_once_does_not_come_twice(station: Station) -> None:
    station.there.accepted(station.there.take_in("L-1"))
    station.recover()
    before = station.here.orders.find("L-1")
    again = station.recover()
    assert [again.taken[table] for table in ("transport_order", "order_image", "order_try")] == [0, 0, 0]
    assert [again.already[table] for table in ("transport_order", "order_image", "order_try")] == [1, 1, 2]
    assert before is not None
    assert station.here.orders.find("L-1") == before
