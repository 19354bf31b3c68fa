"""An order on its way in, however it comes: checked, signed, and on the card before anybody is told that it was taken.

Promises: the same order twice is one; another order under an id that was taken is refused; what is refused leaves
nothing behind.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.core.errors import GatewayError, StoreCorrupt, StoreError
from gateway.core.interfaces import Clock, Instant
from gateway.core.order_faults import OrderDiffers, OrderFault, OrderInvalid, OrderNotNow
from gateway.core.phrase import Phrase
from gateway.core.plate import normal_plate
from gateway.core.transport_order import MOST_OFF_MS, NewOrder, OrderWay, TransportOrder
from gateway.orders.canonical import NoCanonicalForm, canonical
from gateway.orders.images import ImageSource, LoadedImage, OriginalImage, load_images, original_images
from gateway.orders.known_signers import OrderSigner
from gateway.orders.order_json import Order, read_order
from gateway.orders.order_schema import OrderSchema
from gateway.orders.signing import OrderSigners
from gateway.orders.smaller_image import SmallerImages
from gateway.orders.store import OrderStore

_log = logging.getLogger(__name__)

_MOST_NOTED = 10_000
_LONGEST_PATH = 100
_BESIDE_IMAGES = 20_000
"""Bytes of a document for its signatures, and for what stands around its images."""


@dataclass(frozen=True, slots=True)
class TakenOrder:
    """`is_new`: otherwise it was taken before, and this is how far it is."""

    order: TransportOrder
    is_new: bool


@dataclass(frozen=True, slots=True)
class OrderLimits:
    """Bytes: of an image as it is sent, and of a signed document, which has to fit into one request."""

    image: int
    document: int


class OrderIntake:
    """Callable from any thread; one order at a time."""

    def __init__(
        self,
        store: OrderStore,
        schema: Path | None,
        signers: OrderSigners,
        limits: OrderLimits,
        clock: Clock,
        is_trusted: Callable[[Instant], bool],
    ) -> None:
        """`schema`: the integrator's file; `None`: the gateway's own."""
        self._store = store
        self._schema_file = schema
        self._schema: OrderSchema | None = None
        self._signers = signers
        self._limits = limits
        self._clock = clock
        self._is_trusted = is_trusted
        self._turn = threading.Lock()
        self._make_smaller = SmallerImages()
        self._noted: set[str] = set()

    def submit(
        self,
        submission: bytes,
        images: ImageSource,
        way: OrderWay,
        by: str,
        moved_in_ms: int | None = None,
        kept_back: str | None = None,
    ) -> TakenOrder:
        """It is on the card when this returns. `moved_in_ms`: since when it has been waiting to be read. `kept_back`:
        why a new one does not wait to be sent, but is set aside.

        Raises:
            OrderInvalid: something is wrong with it.
            OrderDiffers: another order has its id.
            OrderNotNow: the same may be taken later.
        """
        with self._turn:
            order = self._read(submission)
            originals = original_images(order, images, self._limits.image)
            content = _content_sha256(order, originals)
            known = self._store.find(order["id"])
            if known is not None:
                return _known(known, content)
            now = self._clock.now()
            self._refuse_wrong_time(order, now, moved_in_ms)
            loaded = self._loaded(order, originals, images)
            new = self._signed(order, loaded, submission, content, now)
            return self._kept(new, way, by, now, kept_back)

    def refused(self, submission: bytes, refusal: OrderInvalid | OrderDiffers, way: OrderWay, by: str) -> None:
        """Whoever submitted it was told so, for good: it stands in the journal, once in a run, without anything that
        the order says of a person."""
        digest = hashlib.sha256(submission).hexdigest()
        with self._turn:
            if digest in self._noted:
                return
            if len(self._noted) >= _MOST_NOTED:
                self._noted.clear()
            self._noted.add(digest)
        paths = [one.path[:_LONGEST_PATH] for one in refusal.faults] if isinstance(refusal, OrderInvalid) else ["/id"]
        what = {"act": "refused", "sha256": digest, "way": way.value, "wrong": paths}
        try:
            self._store.note_refusal(what, by, self._clock.now().wall_ms)
        except StoreCorrupt:
            raise
        except StoreError as error:
            _log.error("a refused order could not be told in the journal sha256=%s error=%r", digest, str(error))

    def signers(self) -> list[OrderSigner]:
        """How it stands with those who sign."""
        with self._turn:
            return self._signers.seen()

    def give_up(self) -> None:
        """What takes long ends soon, and is tried again after the next start. From any thread."""
        self._make_smaller.give_up()

    def close(self) -> None:
        with self._turn:
            self._signers.close()

    def _read(self, submission: bytes) -> Order:
        """With its plate as the authority reads it."""
        order = read_order(submission)
        try:
            if self._schema is None:
                self._schema = OrderSchema(self._schema_file)
            faults = self._schema.faults(order)
        except GatewayError as error:
            raise OrderNotNow(Phrase("orders.schema cannot be used: {error}", error=error.words)) from None
        if faults:
            raise OrderInvalid(faults)
        return order | {"plate": normal_plate(order["plate"]), "issued_ms": int(order["issued_ms"])}

    def _refuse_wrong_time(self, order: Order, now: Instant, moved_in_ms: int | None) -> None:
        if not self._is_trusted(now):
            raise OrderNotNow(Phrase("nobody vouches for the clock, by which orders are judged: gateway clock"))
        waited_since_ms = now.wall_ms if moved_in_ms is None else moved_in_ms
        off_ms = min((order["issued_ms"] - one for one in (now.wall_ms, waited_since_ms)), key=abs)
        if abs(off_ms) > MOST_OFF_MS:
            minutes = abs(off_ms) // 60_000
            ahead = Phrase("is {minutes:,} minutes ahead of the clock", minutes=minutes)
            behind = Phrase("is {minutes:,} minutes old", minutes=minutes)
            why = ahead if off_ms > 0 else behind
            most = MOST_OFF_MS // 60_000
            raise OrderInvalid(
                [OrderFault("/issued_ms", Phrase("{why}; the authority takes {most} at the most", why=why, most=most))]
            )

    def _loaded(self, order: Order, originals: list[OriginalImage], source: ImageSource) -> list[LoadedImage]:
        if not originals:
            return []
        try:
            beside = len(canonical(order | {"images": []})) + _BESIDE_IMAGES
        except NoCanonicalForm as error:
            raise OrderInvalid([OrderFault("", Phrase("the order cannot be signed: {error}", error=error))]) from None
        room = (self._limits.document - beside) * 3 // 4  # in base64
        return load_images(order, originals, source, self._limits.image, room, self._make_smaller)

    def _signed(
        self, order: Order, images: list[LoadedImage], submission: bytes, content: str, now: Instant
    ) -> NewOrder:
        sent = order | ({"images": [one.sent for one in images]} if images else {})
        try:
            document = self._signers.signed(sent, now.wall_ms)
        except NoCanonicalForm as error:
            raise OrderInvalid([OrderFault("", Phrase("the order cannot be signed: {error}", error=error))]) from None
        if len(document) > self._limits.document:
            why = Phrase(
                "the order has {size:,} bytes with its images, more than the {most:,} that the authority takes at once",
                size=len(document),
                most=self._limits.document,
            )
            raise OrderInvalid([OrderFault("", why)])
        return NewOrder(
            order["id"],
            order["issued_ms"],
            order["plate"],
            _without_pixels(order, submission),
            content,
            document,
            tuple(one.kept for one in images),
        )

    def _kept(self, new: NewOrder, way: OrderWay, by: str, now: Instant, kept_back: str | None) -> TakenOrder:
        try:
            return TakenOrder(self._store.add(new, way, by, now.wall_ms, kept_back), is_new=True)
        except StoreCorrupt:
            raise
        except StoreError as error:
            known = self._store.find(new.order_id)
            if known is not None:  # another process took it meanwhile
                return _known(known, new.content_sha256)
            raise OrderNotNow(Phrase("the order cannot be kept: {error}", error=error)) from error


def _known(order: TransportOrder, content: str) -> TakenOrder:
    if order.content_sha256 != content:
        raise OrderDiffers(
            Phrase("another order with the id {id} was taken before; give this one its own id", id=order.order_id)
        )
    return TakenOrder(order, is_new=False)


def _content_sha256(order: Order, images: list[OriginalImage]) -> str:
    """Of the order with its images' own hashes: what makes two the same, however an image was sent."""
    told = [{"name": one.name, "sha256": one.sha256} for one in images]
    try:
        return hashlib.sha256(canonical(order | ({"images": told} if told else {}))).hexdigest()
    except NoCanonicalForm as error:
        raise OrderInvalid([OrderFault("", Phrase("the order cannot be signed: {error}", error=error))]) from None


def _without_pixels(order: Order, submission: bytes) -> bytes:
    """The bytes as they came; of an order with images in it, the order without their content, which is kept once, in
    the document."""
    listed = order.get("images", [])
    if all(isinstance(one, str) for one in listed):
        return submission
    named = [one if isinstance(one, str) else {"name": one["name"]} for one in listed]
    return canonical(order | {"images": named})
