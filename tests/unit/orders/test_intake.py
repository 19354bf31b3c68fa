"""An order is taken once, whole, in time and signed, or not at all; whoever submits it, however."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gateway.core.instants import FAR_FUTURE_MS, MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.core.order_faults import OrderDiffers, OrderInvalid, OrderNotNow
from gateway.core.transport_order import OrderWay
from gateway.orders.images import ImageAbsent
from gateway.orders.intake import OrderIntake, OrderLimits, TakenOrder
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.signing import OrderSigners
from gateway.orders.store import OrderStore
from gateway.runtime.clock import SystemClock
from stationsim.road.signatures import Signatures
from tests.support.new_database import new_database
from tests.support.order_keys import SignerFiles, signer_files


@cache
def began_ms(test: str) -> int:
    """When that test began: the same for whatever it submits, and never older than an authority takes."""
    return SystemClock().now().wall_ms


def now_ms() -> int:
    return began_ms(os.environ["PYTEST_CURRENT_TEST"].partition(" ")[0])


def order(**members: Any) -> bytes:
    usual = {"id": "L-1", "issued_ms": now_ms(), "plate": "30E-123.45", "operator": "0100109106", "station": "BXMD"}
    times = {"department": "01", "route": "2901.1511.A", "departure_ms": now_ms() + 30 * MINUTE_MS}
    return json.dumps(usual | times | members, ensure_ascii=False).encode()


def png(width: int = 1) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * (width + 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@dataclass
class Door:
    """The intake, its clock and what lies beside the order."""

    store: OrderStore
    intake: OrderIntake
    signer: SignerFiles
    at: Instant
    images: dict[str, bytes]
    trusted: bool = True

    def now(self) -> Instant:
        return self.at

    def submit(self, submission: bytes, moved_in_ms: int | None = None) -> TakenOrder:
        def image(name: str) -> bytes:
            if name not in self.images:
                raise ImageAbsent("not there")
            return self.images[name]

        return self.intake.submit(submission, image, OrderWay.SPOOL, "", moved_in_ms)

    def document(self, taken: TakenOrder) -> Any:
        return json.loads(self.store.document(taken.order))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    database = new_database(tmp_path / "gateway.db")
    store, signer = OrderStore(database, KeptDocuments(tmp_path)), signer_files(tmp_path / "keys")
    made: Door
    made = Door(store, None, signer, Instant(now_ms(), 1.0), {})  # type: ignore[arg-type]
    limits = OrderLimits(image=50_000, document=100_000)
    made.intake = OrderIntake(store, None, OrderSigners([signer.settings()]), limits, made, lambda now: made.trusted)
    yield made
    database.close()


def test_it_is_kept_signed_with_its_plate_as_the_authority_reads_it(door: Door) -> None:
    taken = door.submit(order(driver={"name": "Nguyễn Văn A"}))
    assert taken.is_new
    assert (taken.order.plate, taken.order.submitted_ms) == ("30E12345", now_ms())
    document = door.document(taken)
    assert (document["plate"], document["driver"]) == ("30E12345", {"name": "Nguyễn Văn A"})
    assert Signatures(["station"], [door.signer.certificate]).fault(document) is None
    assert door.store.submission(taken.order) == order(driver={"name": "Nguyễn Văn A"})


@pytest.mark.parametrize(
    "again", [order, lambda: order(plate="30e12345"), lambda: json.dumps(json.loads(order()), indent=4).encode()]
)
def test_the_same_order_twice_is_one_also_written_otherwise(door: Door, again: Callable[[], bytes]) -> None:
    first, second = door.submit(order()), door.submit(again())
    assert (second.is_new, second.order) == (False, first.order)
    assert len(door.store.submitted(0, FAR_FUTURE_MS)) == 1


def test_the_same_id_with_other_content_is_refused_and_changes_nothing(door: Door) -> None:
    first = door.submit(order())
    for other in (order(route="other"), order(images=["front.png"])):
        door.images["front.png"] = png()
        with pytest.raises(OrderDiffers, match="L-1"):
            door.submit(other)
    assert door.store.find("L-1") == first.order


def test_an_image_is_part_of_what_makes_two_orders_the_same(door: Door) -> None:
    door.images["front.png"] = png()
    door.submit(order(images=["front.png"]))
    inline = {"name": "front.png", "content": base64.b64encode(png()).decode()}
    assert not door.submit(order(images=[inline])).is_new
    door.images["front.png"] = png(2)
    with pytest.raises(OrderDiffers):
        door.submit(order(images=["front.png"]))


def test_an_image_is_sent_whole_with_its_hash(door: Door) -> None:
    inline = {"name": "back.png", "content": base64.b64encode(png(3)).decode()}
    door.images["front.png"] = png()
    taken = door.submit(order(images=["front.png", inline]))
    sent = door.document(taken)["images"]
    assert [one["name"] for one in sent] == ["front.png", "back.png"]
    for one, content in zip(sent, (png(), png(3)), strict=True):
        assert base64.b64decode(one["content"]) == content
        assert one["sha256"] == hashlib.sha256(content).hexdigest()
    assert [one.original_sha256 for one in door.store.images(taken.order)] == [one["sha256"] for one in sent]
    kept = json.loads(door.store.submission(taken.order) or b"")
    assert kept["images"] == ["front.png", {"name": "back.png"}]  # its pixels are kept once, in the document


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no whole picture"),
        (b"MZ" + b"\0" * 100, "no whole picture"),
        (png()[:-1], "no whole picture"),
        (png()[:20] + b"\1" + png()[21:], "no whole picture"),
        (b"<svg/>", "no whole picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "no whole picture"),
    ],
)
def test_a_broken_or_disguised_image_is_refused(door: Door, content: bytes, said: str) -> None:
    door.images["front.jpg"] = content
    with pytest.raises(OrderInvalid, match=f"/images/0: is {said}"):
        door.submit(order(images=["front.jpg"]))
    assert door.store.find("L-1") is None


def test_images_that_are_missing_or_bear_one_name_are_told(door: Door) -> None:
    with pytest.raises(OrderInvalid, match="/images/0: not there"):
        door.submit(order(images=["front.png"]))
    door.images["a.png"] = png()
    with pytest.raises(OrderInvalid, match="/images/1: has the name a.png"):
        door.submit(order(images=["a.png", "a.png"]))


@pytest.mark.parametrize(
    ("off_ms", "said"),
    [(16 * MINUTE_MS, "16 minutes ahead of the clock"), (-16 * MINUTE_MS, "16 minutes old")],
)
def test_an_order_whose_time_is_off_is_refused_with_the_reason(door: Door, off_ms: int, said: str) -> None:
    with pytest.raises(OrderInvalid, match=f"/issued_ms: is {said}; the authority takes 15"):
        door.submit(order(issued_ms=now_ms() + off_ms))
    door.submit(order(issued_ms=now_ms() + off_ms // 16 * 15))


def test_one_that_waited_in_the_spool_while_the_gateway_was_off_is_judged_by_when_it_was_moved_in(door: Door) -> None:
    issued_ms = now_ms() - 60 * MINUTE_MS
    with pytest.raises(OrderInvalid):
        door.submit(order(issued_ms=issued_ms), moved_in_ms=now_ms() - 30 * MINUTE_MS)
    assert door.submit(order(issued_ms=issued_ms), moved_in_ms=now_ms() - 50 * MINUTE_MS).order.issued_ms == issued_ms


def test_nothing_new_is_taken_by_a_clock_that_nobody_vouches_for(door: Door) -> None:
    door.submit(order())
    door.trusted = False
    with pytest.raises(OrderNotNow, match="nobody vouches for the clock"):
        door.submit(order(id="L-2"))
    assert not door.submit(order()).is_new  # it was taken, and that is the answer


def test_an_order_that_could_never_be_sent_is_refused(door: Door) -> None:
    with pytest.raises(OrderInvalid, match="more than the 100,000 that the authority takes at once"):
        door.submit(order(note="x" * 100_000))
    assert door.store.find("L-1") is None


def test_who_cannot_sign_now_takes_it_later(door: Door) -> None:
    key = door.signer.key.read_bytes()
    door.signer.key.unlink()
    with pytest.raises(OrderNotNow, match="station cannot sign"):
        door.submit(order())
    door.signer.key.write_bytes(key)
    door.signer.key.chmod(0o600)
    assert door.submit(order()).is_new


def test_a_schema_that_cannot_be_used_refuses_nobody_for_good(door: Door, tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    limits = OrderLimits(50_000, 100_000)
    signers = OrderSigners([door.signer.settings()])
    intake = OrderIntake(door.store, file, signers, limits, door, lambda now: True)
    with pytest.raises(OrderNotNow, match="orders.schema cannot be used"):
        intake.submit(order(), lambda name: b"", OrderWay.HTTP, "")
    file.write_text("{}")
    assert intake.submit(order(), lambda name: b"", OrderWay.HTTP, "").is_new


@pytest.mark.parametrize("number", [1e400, 2**53])
def test_numbers_that_cannot_be_signed_are_refused(door: Door, number: float) -> None:
    with pytest.raises(OrderInvalid, match="/weight"):
        door.submit(order(weight="@").replace(b'"@"', b"1e400" if number == 1e400 else str(number).encode()))


def test_what_was_refused_stands_in_the_journal_once_and_says_nothing_of_a_person(door: Door) -> None:
    secret = {"name": "Nguyễn Văn A", "licence": 7}
    submission = order(plate="x", driver=secret)
    for _ in range(3):
        with pytest.raises(OrderInvalid) as refused:
            door.submit(submission)
        door.intake.refused(submission, refused.value, OrderWay.HTTP, "")
    ((what,),) = door.store._database.read("SELECT what FROM sound_journal WHERE kind = 'order'")
    digest = hashlib.sha256(submission).hexdigest()
    assert json.loads(what) == {"act": "refused", "sha256": digest, "way": "http", "wrong": ["/plate"]}
