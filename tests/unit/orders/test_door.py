"""The loopback door: answers only who knows the token, never with more than it has kept, and nobody holds it up."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gateway.config.listen import ListenAddress
from gateway.core.instants import FAR_FUTURE_MS
from gateway.core.interfaces import Instant
from gateway.orders.door import OrderDoor
from gateway.orders.intake import OrderIntake, OrderLimits
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.order_json import LARGEST_SUBMISSION
from gateway.orders.signing import OrderSigners
from gateway.orders.store import OrderStore
from gateway.runtime.clock import SystemClock
from tests.support.new_database import new_database
from tests.support.order_keys import signer_files
from tests.unit.orders.test_intake import order

TOKEN = "let-me-in"


class Opened:
    """A door with a thread of its own, as the supervisor gives it one."""

    def __init__(self, folder: Path) -> None:
        self.database = new_database(folder / "gateway.db")
        self.store = OrderStore(self.database, KeptDocuments(folder))
        self.trusted = True
        signers = OrderSigners([signer_files(folder).settings()])
        limits, clock = OrderLimits(1_000_000, 9_000_000), SystemClock()
        intake = OrderIntake(self.store, None, signers, limits, clock, self._is_trusted)
        self.woken = 0
        self.door = OrderDoor(ListenAddress("127.0.0.1", 0), lambda: TOKEN, intake, self.store, clock, self._wake)
        self._ends = threading.Event()
        self.door.step(clock.now())  # it listens from here on
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def ask(
        self, method: str, path: str, body: bytes | None = None, token: str | None = TOKEN, **headers: str
    ) -> tuple[int, Any]:
        port = self.door.port
        assert port is not None
        named = {} if token is None else {"Authorization": f"Bearer {token}"}
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request(method, path, body, named | headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def raw(self, content: bytes) -> bytes:
        port = self.door.port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            found = b""
            while some := connection.recv(65_536):
                found += some
        return found

    def end(self) -> None:
        self._ends.set()
        self.door.interrupt()
        self._thread.join(10)
        assert not self._thread.is_alive()
        self.door.close()
        self.database.close()

    def _is_trusted(self, now: Instant) -> bool:
        return self.trusted

    def _wake(self) -> None:
        self.woken += 1

    def _run(self) -> None:
        while not self._ends.is_set():
            self.door.step(SystemClock().now())


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    made = Opened(tmp_path)
    yield made
    made.end()


def test_what_is_answered_is_kept_and_submitting_it_again_is_the_same(opened: Opened) -> None:
    status, content = opened.ask("POST", "/orders", order())
    assert (status, content["id"], content["state"]) == (201, "L-1", "waiting")
    assert opened.ask("POST", "/orders", order()) == (200, content)
    assert opened.ask("GET", "/orders/L-1") == (200, content)
    assert opened.woken == 1


def test_what_is_wrong_is_told_member_by_member(opened: Opened) -> None:
    status, content = opened.ask("POST", "/orders", order(plate="x", images=["front.jpg"]))
    assert status == 422
    assert [one["path"] for one in content["faults"]] == ["/plate"]
    status, content = opened.ask("POST", "/orders", order(images=["front.jpg"]))
    assert (status, content["faults"][0]["path"]) == (422, "/images/0")
    assert 'over HTTP an image is {"name": …' in content["faults"][0]["reason"]


def test_another_order_under_the_same_id_is_a_conflict(opened: Opened) -> None:
    opened.ask("POST", "/orders", order())
    assert opened.ask("POST", "/orders", order(route="other"))[0] == 409


def test_what_may_be_taken_later_is_not_refused_for_good(opened: Opened) -> None:
    opened.trusted = False
    assert opened.ask("POST", "/orders", order())[0] == 503
    opened.trusted = True
    assert opened.ask("POST", "/orders", order())[0] == 201


@pytest.mark.parametrize("token", [None, "", "let-me", "let-me-inn", "wörd"])
def test_nobody_without_the_token_is_told_anything(opened: Opened, token: str | None) -> None:
    opened.ask("POST", "/orders", order())
    assert opened.ask("GET", "/orders/L-1", token=token)[0] == 401
    assert opened.ask("POST", "/orders", order(id="L-2"), token=token)[0] == 401
    assert [one.order_id for one in opened.store.submitted(0, FAR_FUTURE_MS)] == ["L-1"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/orders", 405), ("PUT", "/orders/L-1", 404), ("GET", "/orders/L-9", 404)],
)
def test_there_is_nothing_else(opened: Opened, method: str, path: str, status: int) -> None:
    assert opened.ask(method, path)[0] == status


def test_a_body_that_is_too_large_is_not_read(opened: Opened) -> None:
    head = f"POST /orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
    said = opened.raw(f"{head}Content-Length: {LARGEST_SUBMISSION + 1}\r\n\r\n".encode())
    assert said.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x16\x03\x01\x02\x00\x01",
        b"GET\r\n\r\n",
        b"POST /orders HTTP/1.1\r\n\r\n",
        b"POST /orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer let-me-in\r\nContent-Length: 100\r\n\r\n{",
        b"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"X" * 100_000,
    ],
)
def test_whatever_is_no_request_holds_nobody_up(opened: Opened, content: bytes) -> None:
    said = opened.raw(content)
    assert said == b"" or said.startswith(b"HTTP/1.1 4")
    assert opened.ask("POST", "/orders", order())[0] == 201


def test_curls_way_of_asking_first_is_answered(opened: Opened) -> None:
    body = order(note="x" * 2_000)
    head = f"POST /orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nExpect: 100-continue\r\n"
    said = opened.raw(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert b"201" in said.split(b"\r\n\r\n")[-2]


def test_a_port_that_somebody_else_has_is_tried_again(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = ListenAddress("127.0.0.1", other.getsockname()[1])
        door = OrderDoor(listen, lambda: TOKEN, None, None, SystemClock(), lambda: None)  # type: ignore[arg-type]
        now = SystemClock().now()
        assert door.step(now) > now.mono_s
        assert door.port is None
    door.step(now)
    assert door.port == listen.port
    door.close()
