"""Whatever a road administration's server answers, an order has one outcome, or the whole request an error of ours:
none is taken for accepted of which the server did not say so, and nothing else than what was sent has an outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.errors import DeliveryError, OrdersRefused
from gateway.core.order_uplink import OrderAccepted, OrderParcel, OrderPutOff, OrderRefused
from gateway.runtime.clock import SystemClock
from gateway.uplinks.https.road_server import RoadProfile, RoadServer
from gateway.uplinks.https.transport import HttpAnswer, Pieces
from gateway.uplinks.https.uplink import HttpsUplink

OrderOutcome = OrderAccepted | OrderRefused | OrderPutOff
SENT = ("A", "B", "C")
LOGIN = HttpAnswer(200, json.dumps({"data": {"token": "t", "expires_in": 900}}).encode())

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["data", "code", "id"]), inner),
    max_leaves=8,
)
ids = st.sampled_from([*SENT, "nobody's"]) | anything
codes = st.sampled_from([0, "0", 0.0, False, 400, 401, 503, 20004, 30006, "30006", 10**12]) | anything
results = st.lists(st.fixed_dictionaries({}, optional={"id": ids, "code": codes}) | anything, max_size=6)
documents = (
    st.fixed_dictionaries({}, optional={"results": results | anything, "code": codes, "data": anything}) | anything
)
bodies = (
    documents.map(lambda one: json.dumps(one).encode())
    | st.tuples(documents, st.integers(0, 40)).map(lambda one: json.dumps(one[0]).encode()[: one[1]])
    | st.binary(max_size=40)
    | st.sampled_from(
        [b"", b"[" * 100_000, b'{"results":' * 50_000, b"<html>", b"\xff\xfe", b"1" * 10_000, b'"\\ud800"']
    )
)
statuses = st.sampled_from([200, 201, 204, 206, 299, 301, 307, 400, 401, 403, 404, 408, 413, 429, 500, 503, 505, 999])


class Scripted:
    """Answers a log-in rightly or as it is told, and orders as it is told."""

    def __init__(self, login: HttpAnswer, orders: HttpAnswer) -> None:
        self._answers = {"/api/login": login, "/api/orders": orders}

    def post(self, path: str, body: Pieces, headers: Mapping[str, str], secrets: Sequence[str]) -> HttpAnswer:
        return self._answers[path]


def way_to(login: HttpAnswer, orders: HttpAnswer) -> HttpsUplink:
    server = RoadServer("127.0.0.1", 1, "", "nhaxe01", lambda: "hidden", RoadProfile(), 5.0)
    way = HttpsUplink(server, SystemClock())
    exchange: Any = Scripted(login, orders)
    way._exchange = exchange
    return way


def said_accepted(body: bytes) -> set[str]:
    """The orders of which the answer says 0 and nothing else, told by another mind."""
    told: dict[str, set[str]] = {}
    for one in json.loads(body)["results"]:
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            code = one.get("code")
            is_accepted = (type(code) is int and code == 0) or (isinstance(code, str) and code.strip("0") == "" != code)
            is_code = type(code) is int or (isinstance(code, str) and code.isascii() and code.isdigit())
            if is_code:
                told.setdefault(one["id"], set()).add("accepted" if is_accepted else "other")
    return {name for name, words in told.items() if words == {"accepted"}}


def asked(way: HttpsUplink) -> tuple[list[OrderOutcome], DeliveryError | None]:
    try:
        return list(way.submit([OrderParcel(name, b"{}") for name in SENT])), None
    except DeliveryError as error:
        return [], error


@given(statuses, bodies, st.none() | st.text(max_size=20))
def test_an_answer_to_orders(status: int, body: bytes, location: str | None) -> None:
    outcomes, error = asked(way_to(LOGIN, HttpAnswer(status, body, location)))
    if error is not None:
        assert "hidden" not in (str(error) or "hidden")
        assert not isinstance(error, OrdersRefused) or error.code is not None
        return
    assert 200 <= status < 300
    names = [one.parcel.id for one in outcomes]
    assert len(names) == len(set(names))
    assert {one.parcel.id for one in outcomes if isinstance(one, OrderAccepted)} <= said_accepted(body)


@given(statuses, bodies)
def test_an_answer_to_a_login(status: int, body: bytes) -> None:
    outcomes, error = asked(way_to(HttpAnswer(status, body), HttpAnswer(200, b'{"results": []}')))
    assert outcomes == []
    assert error is None or "hidden" not in str(error)
