"""Orders are kept once, proven before they are sent, and never leave a state that is final."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.core.errors import StoreError
from gateway.core.instants import FAR_FUTURE_MS
from gateway.core.transport_order import NewOrder, OrderImage, OrderState, OrderWay
from gateway.db import Database
from gateway.orders.kept_documents import DocumentDamaged, KeptDocuments
from gateway.orders.store import OrderStore
from tests.support.new_database import new_database

IMAGE = OrderImage("front.jpg", "a" * 64, 3_000_000, "b" * 64, 1_900_000)


def order(name: str = "L-1", document: bytes = b'{"id":"L-1"}') -> NewOrder:
    return NewOrder(name, 1_767_225_600_000, "30E12345", b'{ "id": "L-1" }', "c" * 64, document, (IMAGE,))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = new_database(tmp_path / "gateway.db")
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database, tmp_path: Path) -> OrderStore:
    return OrderStore(database, KeptDocuments(tmp_path))


def test_an_order_is_kept_with_its_images_and_the_bytes_that_came(store: OrderStore) -> None:
    kept = store.add(order(), OrderWay.SPOOL, "", 1000)
    assert (kept.order_id, kept.state, kept.submitted_ms) == ("L-1", OrderState.WAITING, 1000)
    assert store.images(kept) == [IMAGE]
    assert store.submission(kept) == b'{ "id": "L-1" }'
    assert store.document(kept) == b'{"id":"L-1"}'
    assert [one.order_id for one in store.waiting(10)] == ["L-1"]


def test_a_second_one_of_the_same_id_leaves_nothing_behind(store: OrderStore) -> None:
    store.add(order(), OrderWay.HTTP, "", 1000)
    with pytest.raises(StoreError):
        store.add(order(document=b"another"), OrderWay.HTTP, "", 2000)
    assert len(store.submitted(0, 9999)) == 1
    assert store.drop_strangers(0) == 0
    assert store.drop_strangers(FAR_FUTURE_MS) == 1  # its document, whose row was never written


def test_a_document_that_gets_its_name_meanwhile_is_nobodys_trouble(store: OrderStore, tmp_path: Path) -> None:
    """Listed while it was being written, it is gone under that name a moment later: as a link to nowhere is."""
    store.add(order(), OrderWay.HTTP, "", 1000)
    (tmp_path / "kept" / f"{'0' * 64}.part").symlink_to("nowhere")
    assert store.drop_strangers(FAR_FUTURE_MS) == 0


@pytest.mark.parametrize("place", range(len(b'{"id":"L-1"}')))
def test_a_document_with_a_flipped_bit_is_never_handed_out(store: OrderStore, tmp_path: Path, place: int) -> None:
    kept = store.add(order(), OrderWay.SPOOL, "", 1000)
    file = tmp_path / "kept" / kept.sha256
    flipped = bytearray(file.read_bytes())
    flipped[place] ^= 1
    file.write_bytes(flipped)
    with pytest.raises(DocumentDamaged, match="not as it was signed"):
        store.document(kept)


def test_a_document_that_is_gone_shortened_or_lengthened_is_not_handed_out(store: OrderStore, tmp_path: Path) -> None:
    kept = store.add(order(), OrderWay.SPOOL, "", 1000)
    file = tmp_path / "kept" / kept.sha256
    for content in (b"", b'{"id":"L-1"', b'{"id":"L-1"} '):
        file.write_bytes(content)
        with pytest.raises(DocumentDamaged):
            store.document(kept)
    file.unlink()
    with pytest.raises(DocumentDamaged, match="not there"):
        store.document(kept)


def test_what_is_accepted_stays_accepted_and_what_is_set_aside_can_be_released(
    store: OrderStore, database: Database
) -> None:
    first, second = store.add(order("A", b"A"), OrderWay.HTTP, "", 1), store.add(order("B", b"B"), OrderWay.HTTP, "", 2)
    with database.write() as connection:
        assert store.accept(connection, first.number, 10, None)
        assert not store.accept(connection, first.number, 11, None)
        assert not store.put_aside(connection, first.number, 11, 30005, "no such station")
        assert not store.release(connection, first.number, 12)
        assert store.put_aside(connection, second.number, 11, 30005, "no such station")
    aside = store.find("B")
    assert aside is not None
    assert (aside.state, aside.code, aside.reason) == (OrderState.SET_ASIDE, 30005, "no such station")
    assert [one.order_id for one in store.set_aside()] == ["B"]
    with database.write() as connection:
        assert store.release(connection, second.number, 20)
    released = store.find("B")
    assert released is not None
    assert (released.state, released.code, released.released_ms) == (OrderState.WAITING, None, 20)
    counts = store.counts()
    assert (counts.waiting, counts.accepted, counts.set_aside, counts.oldest_ms) == (1, 1, 0, 2)


def test_only_what_was_accepted_long_ago_is_dropped(store: OrderStore, database: Database, tmp_path: Path) -> None:
    for name in ("old", "new", "waiting"):
        store.add(order(name, name.encode()), OrderWay.SPOOL, "", 1)
    with database.write() as connection:
        store.accept(connection, 1, 100, None)
        store.accept(connection, 2, 900, None)
    assert store.drop_old(500, 1000) == 1
    assert store.drop_old(500, 1000) == 0
    left = {file.name for file in (tmp_path / "kept").iterdir()}
    assert left == {hashlib.sha256(name).hexdigest() for name in (b"new", b"waiting")}
    old = store.find("old")
    assert old is not None
    assert old.dropped_ms == 1000
