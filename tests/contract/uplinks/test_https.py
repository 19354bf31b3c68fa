"""Transport orders to a real HTTPS server: every answer and every failure in the house's words."""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected, OrdersRefused
from gateway.core.order_uplink import OrderAccepted, OrderPutOff, OrderRefused
from gateway.uplinks.https.road_server import RoadProfile
from gateway.uplinks.https.transport import MOST_ANSWERED
from gateway.uplinks.https.uplink import HttpsUplink
from gateway.uplinks.tls import fingerprint
from gateway.uplinks.tls_client import TlsClient
from stationsim.road.administration import SimulatedRoadAdministration
from tests.support.certificates import Authority
from tests.support.road import PASSWORD, open_road, parcel, way_to

Pair = tuple[SimulatedRoadAdministration, HttpsUplink]
Start = Callable[..., Pair]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server and a way to it; both are closed with the test."""
    started: list[Pair] = []

    def start(uplink: dict[str, Any] | None = None, **settings: Any) -> Pair:
        road = open_road(tmp_path / str(len(started)), **settings)
        started.append((road, way_to(road, **(uplink or {}))))
        return started[-1]

    yield start
    for road, way in started:
        way.close()
        road.close()


def outcomes(way: HttpsUplink, *ids: str) -> list[tuple[type, str]]:
    return [(type(one), one.parcel.id) for one in way.submit([parcel(one) for one in ids])]


def test_orders_are_accepted_over_one_connection_by_one_log_in(start: Start) -> None:
    road, way = start()
    for batch in (["A", "B"], ["C"], ["Đ-4 “x”"]):
        assert outcomes(way, *batch) == [(OrderAccepted, one) for one in batch]
    score = road.look()
    assert (score.accepted, score.logins, score.connections, score.requests) == (4, 1, 1, 4)


def test_the_signed_bytes_are_the_sent_bytes(start: Start) -> None:
    road, way = start()
    one = parcel("A", note="ĐẶC BIỆT \\u0041 1.0 🚌")
    list(way.submit([one, parcel("B")]))
    assert json.loads((Path(road.access["root"]) / "orders" / "A.json").read_text("utf-8")) == json.loads(one.document)
    assert b"".join(way._opens.split()) == b'{"orders":['


def test_the_same_order_again_is_harmless(start: Start) -> None:
    road, way = start()
    one = parcel("A")
    for _ in range(2):
        assert [type(outcome) for outcome in way.submit([one])] == [OrderAccepted]
    assert (road.look().accepted, road.look().duplicates) == (1, 1)


@pytest.mark.parametrize("code", [*range(20001, 20008), *range(30001, 30007), 400, 403, 404, 405, 415, 7])
def test_one_refused_order_harms_no_other(start: Start, code: int) -> None:
    road, way = start()
    road.fail(kind="code", code=code, orders=["B"])
    told = list(way.submit([parcel("A"), parcel("B"), parcel("C")]))
    assert [type(one) for one in told] == [OrderAccepted, OrderRefused, OrderAccepted]
    assert isinstance(told[1], OrderRefused)
    assert told[1].code == code
    assert str(code) in told[1].answer


@pytest.mark.parametrize("code", [408, 500, 501, 503, 505])
def test_one_that_is_put_off(start: Start, code: int) -> None:
    road, way = start()
    road.fail(kind="code", code=code, orders=["B"])
    told = list(way.submit([parcel("A"), parcel("B")]))
    assert [type(one) for one in told] == [OrderAccepted, OrderPutOff]


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_request_that_is_refused_as_a_whole(start: Start, status: int) -> None:
    road, way = start()
    road.fail(kind="status", status=status)
    with pytest.raises(OrdersRefused, match=str(status)) as caught:
        list(way.submit([parcel("A"), parcel("B")]))
    assert caught.value.code == status


@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_a_system_code_of_the_whole_says_more_than_the_status(start: Start, status: int) -> None:
    road, way = start()
    road.fail(kind="status", status=status, code=20003)
    with pytest.raises(OrdersRefused) as caught:
        list(way.submit([parcel("A")]))
    assert caught.value.code == 20003


@pytest.mark.parametrize("status", [408, 429, 500, 501, 502, 503, 504, 505])
@pytest.mark.parametrize("on", ["login", "submit"])
def test_a_server_that_cannot_now(start: Start, status: int, on: str) -> None:
    road, way = start()
    road.fail(kind="status", status=status, on=on)
    with pytest.raises(DeliveryDeferred, match=str(status)) as caught:
        list(way.submit([parcel("A")]))
    assert caught.value.by_server
    road.heal()
    assert outcomes(way, "A") == [(OrderAccepted, "A")]


@pytest.mark.parametrize("status", [403, 404, 405])
def test_a_destination_that_is_configured_wrongly(start: Start, status: int) -> None:
    road, way = start()
    road.fail(kind="status", status=status)
    with pytest.raises(DestinationRejected, match=str(status)) as caught:
        list(way.submit([parcel("A")]))
    assert caught.value.after_login


def test_a_wrong_password_is_asked_for_once(start: Start) -> None:
    road, way = start(uplink={"password": lambda: "wrong-Secret"})
    with pytest.raises(DestinationRejected, match=r"of nhaxe01 was refused \(401 Unauthorized: .*20001") as caught:
        list(way.submit([parcel("A")]))
    assert "wrong-Secret" not in str(caught.value)
    assert not caught.value.after_login
    assert road.look().refused_logins == 1


def test_an_address_that_is_not_registered(start: Start) -> None:
    _, way = start(sources=["203.0.113.7"])
    with pytest.raises(DestinationRejected, match="20003"):
        list(way.submit([parcel("A")]))


def test_it_comes_from_the_address_that_is_wanted(start: Start) -> None:
    _, way = start(uplink={"source": "127.0.0.5"}, sources=["127.0.0.5"])
    assert outcomes(way, "A") == [(OrderAccepted, "A")]
    _, way = start(uplink={"source": "203.0.113.7"})
    with pytest.raises(DeliveryDeferred, match="Cannot assign"):
        list(way.submit([parcel("A")]))


def test_a_token_is_renewed_before_it_ends(start: Start) -> None:
    road, way = start(token_life="1s")
    began = time.monotonic()
    while time.monotonic() - began < 2.2:
        assert outcomes(way, f"{time.monotonic_ns()}")[0][0] is OrderAccepted
    assert 3 <= road.look().logins <= 4
    assert road.look().requests == road.look().logins + road.look().accepted  # none was answered with 401


def test_a_token_that_is_taken_no_longer_is_renewed_once(start: Start) -> None:
    road, way = start()
    assert outcomes(way, "A") == [(OrderAccepted, "A")]
    road.fail(kind="expired", times=1)
    assert outcomes(way, "B") == [(OrderAccepted, "B")]
    assert road.look().logins == 2
    road.fail(kind="expired")
    with pytest.raises(DestinationRejected, match="does not take the token"):
        list(way.submit([parcel("C")]))
    assert road.look().logins == 3


def test_a_server_that_was_restarted(start: Start) -> None:
    road, way = start()
    outcomes(way, "A")
    road.restart()
    assert outcomes(way, "B") == [(OrderAccepted, "B")]
    assert (road.look().logins, road.look().accepted) == (2, 2)


@pytest.mark.parametrize(
    ("fault", "words", "by_server"),
    [
        ({"kind": "unheard"}, "no whole answer", False),
        ({"kind": "cut", "bytes": 30}, "no whole answer", False),
        ({"kind": "no_json"}, "is no JSON", True),
        ({"kind": "wrong_json"}, "NaN is no number", True),
        ({"kind": "nested"}, "nested too deeply", True),
        ({"kind": "too_large"}, f"larger than {MOST_ANSWERED}", True),
    ],
)
def test_an_answer_that_says_nothing_is_asked_again(
    start: Start, fault: dict[str, Any], words: str, by_server: bool
) -> None:
    road, way = start()
    road.fail(**fault)
    with pytest.raises(DeliveryDeferred, match=words) as caught:
        list(way.submit([parcel("A")]))
    assert caught.value.by_server is by_server
    road.heal()
    assert outcomes(way, "A") == [(OrderAccepted, "A")]
    assert road.look().accepted == 1


def test_an_answer_that_drips_is_given_up_as_a_whole(start: Start) -> None:
    road, way = start(uplink={"timeout_s": 0.6})
    outcomes(way, "A")
    road.fail(kind="drip", delay="100ms")
    began = time.monotonic()
    with pytest.raises(DeliveryDeferred, match="has said nothing for 0.6 s"):
        list(way.submit([parcel("B")]))
    assert time.monotonic() - began < 3
    road.heal()
    assert outcomes(way, "B") == [(OrderAccepted, "B")]


def test_results_that_are_partial_strange_or_told_twice(start: Start) -> None:
    road, way = start()
    road.fail(kind="partial", times=1)
    assert outcomes(way, "A", "B", "C") == [(OrderAccepted, "A"), (OrderAccepted, "C")]
    for kind in ("unknown_ids", "repeated"):
        road.fail(kind=kind, times=1)
        assert outcomes(way, "A", "B") == [(OrderAccepted, "A"), (OrderAccepted, "B")]


def test_a_redirect_is_not_followed(start: Start) -> None:
    road, way = start()
    for on in ("submit", "login"):
        road.fail(kind="redirect", on=on)
        with pytest.raises(DestinationRejected, match=r"has moved to https://.*/elsewhere .*not followed"):
            list(way.submit([parcel("A")]))
        way.close()


def test_a_line_that_is_cut_and_put_back(start: Start) -> None:
    road, way = start()
    outcomes(way, "A")
    road.cut()
    with pytest.raises(DeliveryDeferred, match="refused"):
        list(way.submit([parcel("B")]))
    road.restore()
    assert outcomes(way, "B") == [(OrderAccepted, "B")]


def test_it_can_be_called_off(start: Start) -> None:
    road, way = start(uplink={"timeout_s": 30.0})
    outcomes(way, "A")
    road.fail(kind="slow", delay="20s")
    failed: list[DeliveryError] = []

    def submit() -> None:
        try:
            list(way.submit([parcel("B")]))
        except DeliveryError as error:
            failed.append(error)

    thread = threading.Thread(target=submit)
    thread.start()
    while road.look().requests < 3:
        time.sleep(0.01)
    way.abort()
    thread.join(5)
    assert not thread.is_alive()
    assert isinstance(failed[0], DeliveryDeferred)
    assert "interrupted" in str(failed[0])


def test_who_the_server_is(start: Start, tmp_path: Path) -> None:
    _, way = start(uplink={"ca": None})
    with pytest.raises(DestinationRejected, match="unknown authority"):
        list(way.submit([parcel("A")]))
    road, _ = start()
    pem = ssl.get_server_certificate(("127.0.0.1", road.access["port"]))
    pin = fingerprint(ssl.PEM_cert_to_DER_cert(pem))
    seen: list[int] = []
    pinned = way_to(road, ca=None, pins=(pin,), seen_until=seen.append)
    assert outcomes(pinned, "A") == [(OrderAccepted, "A")]
    assert seen[0] > time.time() * 1000
    pinned.close()
    stranger = way_to(road, ca=None, pins=("SHA256:" + "A" * 43,))
    with pytest.raises(DestinationRejected, match="expected SHA256:AAAA"):
        list(stranger.submit([parcel("B")]))
    assert road.look().accepted == 1


def test_a_server_that_wants_to_know_who_we_are(start: Start, tmp_path: Path) -> None:
    """Mutual TLS: its own certificate is registered there, and no other's."""
    theirs, strangers = Authority(tmp_path / "theirs"), Authority(tmp_path / "strangers")
    road, way = start(client_ca=str(theirs.file))
    with pytest.raises(DeliveryError):
        list(way.submit([parcel("A")]))
    for issued in (strangers.issue("BX2901", for_clients=True), theirs.issue("BX2901")):
        stranger = way_to(road, client=TlsClient(issued.certificate, issued.key, issued.key.read_text))
        with pytest.raises(DeliveryError):
            list(stranger.submit([parcel("A")]))
        stranger.close()
    assert road.look().requests == 0
    ours = theirs.issue("BX2901", for_clients=True)
    known = way_to(road, client=TlsClient(ours.certificate, ours.key, ours.key.read_text))
    assert outcomes(known, "A", "B") == [(OrderAccepted, "A"), (OrderAccepted, "B")]
    known.close()
    crossed = way_to(road, client=TlsClient(ours.certificate, strangers.issue("x").key, lambda: ""))
    with pytest.raises(DestinationRejected, match="the key is not that of the certificate"):
        list(crossed.submit([parcel("C")]))


def test_paths_and_names_are_the_profiles(start: Start) -> None:
    profile = RoadProfile(token="/data/nothing")
    _, way = start(uplink={"profile": profile})
    with pytest.raises(DestinationRejected, match="has no token at /data/nothing"):
        list(way.submit([parcel("A")]))
    _, way = start(uplink={"base": "/v2"})
    with pytest.raises(DestinationRejected, match="404"):
        list(way.submit([parcel("A")]))
    _, way = start(uplink={"profile": RoadProfile(results="/data/results")})
    with pytest.raises(DeliveryDeferred, match="no results at /data/results"):
        list(way.submit([parcel("A")]))


def test_no_secret_is_in_any_log_or_message(
    start: Start, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    road, way = start()
    faults: Sequence[dict[str, Any]] = [{"kind": "cut", "bytes": 5}, {"kind": "unheard"}, {"kind": "status"}]
    tokens = set()
    for fault in faults:
        road.fail(**fault, times=1)
        with pytest.raises(DeliveryError) as caught:
            list(way.submit([parcel("A")]))
        tokens.add(way._token)
        error: BaseException | None = caught.value
        while error is not None:
            assert PASSWORD not in f"{error!r}{error}"
            error = error.__cause__ or error.__context__
    assert tokens
    shown = caplog.text + capsys.readouterr().err
    assert PASSWORD not in shown
    assert not any(token and token in shown for token in tokens)
    assert PASSWORD not in repr(way._server)
