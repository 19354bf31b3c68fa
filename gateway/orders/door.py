"""The door at which programs on this machine submit orders over HTTP: `POST /orders`, and `GET /orders/ID` for how far
one is. Whoever does not know the token is told nothing.

An order that was answered with 201 is on the card; one that was not answered is submitted again, and is the same.
"""

from __future__ import annotations

import logging
import os
import select
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from gateway.config.listen import ListenAddress
from gateway.core.errors import DestinationRejected, StoreCorrupt, StoreError
from gateway.core.interfaces import Clock, Instant
from gateway.core.order_faults import OrderDiffers, OrderInvalid, OrderNotNow
from gateway.core.phrase import Phrase
from gateway.core.transport_order import OrderWay, TransportOrder
from gateway.orders.door_connection import DoorConnection, OrderReply, OrderRequest, RequestBroken
from gateway.orders.images import ImageAbsent
from gateway.orders.intake import OrderIntake
from gateway.orders.store import OrderStore

_log = logging.getLogger(__name__)

WAIT_S = 1.0
AGAIN_S = 5.0
_PATH = "/orders"
_WAITING = 16


class OrderDoor:
    """A worker. See `gateway.core.interfaces.Worker`."""

    name = "orders/door"
    patience_s = 300.0

    def __init__(
        self,
        listen: ListenAddress,
        token: Callable[[], str],
        intake: OrderIntake,
        store: OrderStore,
        clock: Clock,
        wake: Callable[[], object],
    ) -> None:
        """`token` reveals it; raises `DestinationRejected`. `wake`: calls who carries orders."""
        self._listen = listen
        self._token = token
        self._intake = intake
        self._store = store
        self._clock = clock
        self._wake = wake
        self._socket: socket.socket | None = None
        self._trouble = ""
        self._ends, self._ended = os.pipe()
        self._is_ending = False

    def step(self, now: Instant) -> float:
        if self._socket is None and not self._open():
            return now.mono_s + AGAIN_S
        if self._is_ending or self._socket is None:
            return now.mono_s + WAIT_S
        if self._socket.fileno() in select.select([self._socket.fileno(), self._ends], [], [], WAIT_S)[0]:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return now.mono_s
            with connection:
                self._serve(connection)
        return now.mono_s

    def interrupt(self) -> None:
        self._is_ending = True
        os.write(self._ended, b".")

    def close(self) -> None:
        for descriptor in (self._ends, self._ended):
            os.close(descriptor)
        if self._socket is not None:
            self._socket.close()

    @property
    def port(self) -> int | None:
        """On which it listens; `None`: not now."""
        return None if self._socket is None else int(self._socket.getsockname()[1])

    def _open(self) -> bool:
        family = socket.AF_INET6 if ":" in self._listen.host else socket.AF_INET
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind((self._listen.host, self._listen.port))
            opened.listen(_WAITING)
            opened.setblocking(False)  # whoever called may have left before it is accepted
        except OSError as error:
            opened.close()
            if str(error) != self._trouble:
                self._trouble = str(error)
                _log.error("orders cannot be taken over HTTP listen=%s error=%r", self._listen, error.strerror)
            return False
        self._socket, self._trouble = opened, ""
        _log.info("orders are taken over HTTP listen=%s", self._listen)
        return True

    def _serve(self, connection: socket.socket) -> None:
        http = DoorConnection(connection, self._clock)
        try:
            token = self._token().encode()
        except DestinationRejected as error:
            _log.error("orders cannot be taken over HTTP error=%r", str(error))
            http.answer(_told(503, "the door's token cannot be read"))
            return
        try:
            answer = self._answer(http.read(token))
        except RequestBroken as broken:
            status = int(broken.args[0])
            if status == 0:
                return
            answer = _told(status, "the request cannot be read, or is too large")
        http.answer(answer)

    def _answer(self, request: OrderRequest) -> OrderReply:
        if not request.is_known:
            return _told(401, "the token is missing or wrong", ("WWW-Authenticate", "Bearer"))
        path = request.path.partition("?")[0]
        try:
            if path == _PATH:
                if request.method != "POST":
                    return _told(405, "orders are submitted by POST", ("Allow", "POST"))
                return self._submitted(request.body)
            if path.startswith(f"{_PATH}/") and request.method == "GET":
                found = self._store.find(unquote(path.removeprefix(f"{_PATH}/")))
                return OrderReply(200, order_content(found)) if found else _told(404, "no such order was taken")
        except StoreCorrupt:
            raise
        except StoreError as error:
            return _told(503, f"the order cannot be kept: {error}", ("Retry-After", "5"))
        return _told(404, "there is nothing here but /orders")

    def _submitted(self, body: bytes) -> OrderReply:
        try:
            taken = self._intake.submit(body, _no_image, OrderWay.HTTP, "")
        except OrderInvalid as fault:
            self._intake.refused(body, fault, OrderWay.HTTP, "")
            faults = [{"path": one.path, "reason": str(one.why)} for one in fault.faults]
            return OrderReply(422, {"error": str(fault), "faults": faults})
        except OrderDiffers as error:
            self._intake.refused(body, error, OrderWay.HTTP, "")
            return _told(409, error.words)
        except OrderNotNow as error:
            _log.warning("order not taken now way=http error=%r", str(error))
            return _told(503, error.words, ("Retry-After", "5"))
        if taken.is_new:
            _log.info("order taken way=http id=%r", taken.order.order_id)
            self._wake()
        return OrderReply(201 if taken.is_new else 200, order_content(taken.order))


def order_content(order: TransportOrder) -> dict[str, Any]:
    """How far an order is, for programs; times are UNIX milliseconds."""
    return {
        "id": order.order_id,
        "state": order.state.value,
        "submitted_ms": order.submitted_ms,
        "accepted_ms": order.accepted_ms,
        "code": order.code,
        "reason": order.reason,
    }


def _no_image(name: str) -> bytes:
    raise ImageAbsent(
        Phrase('{name} did not come with it: over HTTP an image is {{"name": …, "content": base64}}', name=name)
    )


def _told(status: int, words: str, *headers: tuple[str, str]) -> OrderReply:
    return OrderReply(status, {"error": str(words)}, headers)
