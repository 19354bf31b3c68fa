"""A coach station's days: orders from four in the morning to ten at night, what the authority made of them, an evening
without a line, and some that wait for a person."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from gateway import __version__
from gateway.audit import runs
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from gateway.core.interfaces import Instant
from gateway.core.lateness import DelayCause
from gateway.core.transport_order import NewOrder, OrderImage, OrderWay, TransportOrder
from gateway.db import Database, open_database
from gateway.db.board import Board
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.known_signers import OrderSigner, keep_signers
from gateway.orders.outcomes import OrderOutcomes, RequestOutcome
from gateway.orders.release import release_order
from gateway.orders.store import OrderStore
from tests.support.order_keys import signer_files
from tests.support.sixty_days.surroundings import vouch

ROAD = "cuc-dbvn"
_NO_WAY = "api.example.vn:443: no connection (No route to host)"
_A_DAY, _LONG_AGO_A_DAY, _CLOSELY_DAYS = 160, 24, 3
_REFUSED = {7: 30005, 31: 20006, 58: 30001, 83: 415}
"""Of each day's orders, those that the authority does not take as they are, and its code."""
_PLATES = ("30E00555", "29B12345", "30F67890", "29H54321")
_WAITS = ((9 * MINUTE_MS, OrderWay.SPOOL), (4 * MINUTE_MS, OrderWay.HTTP), (40 * SECOND_MS, OrderWay.COMMAND))
"""How long ago those came that nobody has accepted yet."""


def write_keys(folder: Path) -> None:
    """Those who sign; whoever has a station made only to look at it needs none that are good."""
    for role in ("station", "operator"):
        if not (folder / f"{role}.pem").is_file():
            signer_files(folder, role)


def live(folder: Path, began_ms: int, midnight_ms: int, now_ms: int) -> None:
    """Until a moment of the day that began at `midnight_ms`; meanwhile the line has just gone."""
    database = open_database(folder / "gateway.db")
    (folder / "orders").mkdir()
    store = OrderStore(database, _NoDocuments(folder / "orders"))
    outcomes = OrderOutcomes(database, store, lambda from_ms, until_ms: [])
    runs.begin(database, began_ms, __version__)
    chance = random.Random(18)
    while began_ms <= midnight_ms:
        many = _A_DAY if midnight_ms - began_ms < _CLOSELY_DAYS * DAY_MS else _LONG_AGO_A_DAY
        _Day(store, outcomes, database, random.Random(began_ms), began_ms, many).live(now_ms - 12 * MINUTE_MS)
        began_ms += DAY_MS
    waiting = [_add(store, f"L-2026-CHO-{ago_ms}", way, now_ms - ago_ms, chance) for ago_ms, way in _WAITS]
    cut = RequestOutcome(ROAD, now_ms - 9 * MINUTE_MS)
    cut.broke_down(waiting, DelayCause.LINE, now_ms - 8 * MINUTE_MS, _NO_WAY)
    outcomes.settle(cut)
    keep_signers(
        database,
        [
            OrderSigner("station", "CN=Bến xe Ví dụ,O=Công ty cổ phần Bến xe", 0, now_ms + 200 * DAY_MS, None),
            OrderSigner("operator", "CN=Nguyễn Văn Ký", 0, now_ms + 19 * DAY_MS, None),
        ],
    )
    board = Board(database)
    board.report(ComponentKind.DESTINATION, ROAD, ComponentState.DOWN, _NO_WAY, now_ms - 9 * MINUTE_MS)
    board.step(Instant(now_ms, now_ms / 1000))
    vouch(database, now_ms)
    database.close()


class _Day:
    """One day's orders, one after the other."""

    def __init__(
        self,
        store: OrderStore,
        outcomes: OrderOutcomes,
        database: Database,
        chance: random.Random,
        midnight_ms: int,
        many: int,
    ) -> None:
        self._store, self._outcomes, self._database, self._chance = store, outcomes, database, chance
        self._midnight_ms, self._many = midnight_ms, many
        self._held: list[TransportOrder] = []

    def live(self, until_ms: int) -> None:
        cut = range(self._midnight_ms + 18 * HOUR_MS, self._midnight_ms + 18 * HOUR_MS + 25 * MINUTE_MS)
        for number, at_ms in self._times():
            if at_ms >= until_ms:
                break
            way = self._chance.choice(list(OrderWay))
            order = _add(self._store, f"L-{self._midnight_ms // DAY_MS}-{number:03}", way, at_ms, self._chance)
            if at_ms in cut:
                self._fail(order, at_ms)
                continue
            self._catch_up(at_ms)
            code = _REFUSED.get(number)
            self._settle([order], at_ms, code)
            if code is not None and self._midnight_ms + DAY_MS < until_ms:
                self._release(order, at_ms + 70 * MINUTE_MS)

    def _times(self) -> Iterator[tuple[int, int]]:
        step_ms = 18 * HOUR_MS // self._many
        for number in range(self._many):
            at_ms = self._midnight_ms + 4 * HOUR_MS + number * step_ms
            yield number, at_ms + self._chance.randrange(step_ms - MINUTE_MS)

    def _fail(self, order: TransportOrder, at_ms: int) -> None:
        self._held.append(order)
        request = RequestOutcome(ROAD, at_ms + 500)
        request.broke_down(self._held, DelayCause.LINE, at_ms + 30_500, _NO_WAY)
        self._outcomes.settle(request)

    def _catch_up(self, at_ms: int) -> None:
        if self._held:
            self._settle(self._held, at_ms - MINUTE_MS, None)
            self._held = []

    def _settle(self, orders: list[TransportOrder], at_ms: int, code: int | None) -> None:
        request = RequestOutcome(ROAD, at_ms + 300)
        request.decided_ms = at_ms + 300 + self._chance.randrange(400, 9_000)
        for one in orders:
            if code is None:
                request.accepted(one, request.decided_ms, "0 OK")
            else:
                request.refused(one, request.decided_ms, code, "Dữ liệu không hợp lệ")
        self._outcomes.settle(request)

    def _release(self, order: TransportOrder, at_ms: int) -> None:
        kept = self._store.find(order.order_id)
        assert kept is not None
        release_order(self._database, self._store, kept, ROAD, "an.nguyen@page", at_ms)
        released = self._store.find(order.order_id)
        assert released is not None
        self._settle([released], at_ms, None)


class _NoDocuments(KeptDocuments):
    """Thousands of files that nobody reads."""

    def keep(self, document: bytes) -> str:
        return super().keep(document) if b"CHO" in document else f"{random.Random(document).getrandbits(256):064x}"


def _add(store: OrderStore, name: str, way: OrderWay, at_ms: int, chance: random.Random) -> TransportOrder:
    content = {
        "id": name,
        "issued_ms": at_ms - 20_000,
        "plate": chance.choice(_PLATES),
        "operator": "0100109106",
        "station": "BXMD",
        "department": "01",
        "route": "2901.1511.A",
        "departure_ms": at_ms + 30 * MINUTE_MS,
        "driver": {"name": "Nguyễn Văn An", "licence": "790123456789"},
        "images": ["dau-xe.jpg", "phu-hieu.jpg"],
    }
    document = json.dumps(content, ensure_ascii=False).encode()
    images = tuple(
        OrderImage(
            image,
            f"{chance.getrandbits(256):064x}",
            (size := chance.randrange(300_000, 4_000_000)),
            f"{chance.getrandbits(256):064x}",
            min(size, 1_900_000),
        )
        for image in ("dau-xe.jpg", "phu-hieu.jpg")
    )
    new = NewOrder(name, at_ms - 20_000, str(content["plate"]), document, "c" * 64, document, images)
    return store.add(new, way, "an.nguyen" if way is OrderWay.COMMAND else "", at_ms)
