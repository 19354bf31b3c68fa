"""Messages instead of files, at a real broker: mosquitto, plain and under TLS, and brokers that misbehave."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Refused
from gateway.runtime.clock import SystemClock
from gateway.uplinks.mqtt import online_signal
from gateway.uplinks.mqtt.client import Broker, Version
from gateway.uplinks.mqtt.online_signal import MqttOnlineSignal
from gateway.uplinks.mqtt.uplink import MqttUplink, Publication
from gateway.uplinks.timeouts import Timeouts
from tests.contract.uplinks.calling_off import called_off
from tests.support.certificates import Authority
from tests.support.listener import listening
from tests.support.proxy import Fault, Faults, Proxy, mute_server, proxied
from tests.support.servers import Server
from tests.support.servers.mosquitto import mosquitto

TOPIC = "NUO001/data"
STATUS = "NUO001/status"
TEXT = Parcel("", "HN_ABCD_NUO001_20260101000500.txt", b"pH\t7.21\t-\t20260101000500\t00\r\n")
OBJECT = Parcel("", "HN_ABCD_NUO001_20260101000500.json", '{"station":"NUO001","kind":"nước thải"}'.encode())
LONG_TIMEOUTS = Timeouts(connect_s=3, answer_s=5)
ANSWER_S = 0.4
SHORT = Timeouts(connect_s=ANSWER_S, answer_s=ANSWER_S, probe_s=ANSWER_S)
AT_MOST_S = 3 * ANSWER_S + 1.0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with mosquitto(tmp_path_factory.mktemp("plain")) as server:
        yield server


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Server]:
    certificate = authority.issue("127.0.0.1", "127.0.0.2")
    with mosquitto(tmp_path_factory.mktemp("tls"), certificate=certificate, ca=authority.file) as server:
        yield server


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Server]:
    certificate = authority.issue("127.0.0.1", "127.0.0.2")
    folder = tmp_path_factory.mktemp("web")
    with mosquitto(folder, certificate=certificate, ca=authority.file, in_web_sockets=True) as server:
        yield server


@pytest.fixture(params=["plain", "secured"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["plain", "secured", "web"])
def any_server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with proxied(server.port) as running:
        yield running


def broker(server: Server, **changes: object) -> Broker:
    known = Broker(
        server.host,
        server.port,
        server.user,
        lambda: server.password,
        "NUO001",
        tls=server.ca is not None,
        ca=server.ca,
        page="/mqtt" if server.scheme in ("ws", "wss") else None,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


@contextmanager
def uplink(
    at: Broker, *, historical: bool = False, heard: bool = False, topic: str = TOPIC, timeouts: Timeouts = LONG_TIMEOUTS
) -> Iterator[MqttUplink]:
    """`heard`: somebody must be listening."""
    publication = Publication(topic, historical, must_be_heard=heard)
    made = MqttUplink(broker=at, publication=publication, clock=SystemClock(), timeouts=timeouts)
    yield made
    made.close()


@contextmanager
def signal_at(at: Broker, timeouts: Timeouts = LONG_TIMEOUTS) -> Iterator[MqttOnlineSignal]:
    made = MqttOnlineSignal(broker=at, topic=STATUS, clock=SystemClock(), timeouts=timeouts)
    yield made
    made.close()


def time_to_fail(way: MqttUplink) -> tuple[float, str]:
    start = time.monotonic()
    with pytest.raises(DeliveryDeferred) as caught:
        list(way.deliver([TEXT]))
    return time.monotonic() - start, str(caught.value)


@pytest.mark.parametrize("version", list(Version))
def test_text_arrives_as_it_is_and_an_object_says_whether_it_is_late(any_server: Server, version: Version) -> None:
    for historical, word in ((False, b"false"), (True, b"true")):
        with (
            listening(any_server) as listener,
            uplink(broker(any_server, version=version), historical=historical, heard=True) as way,
        ):
            outcomes = list(way.deliver([TEXT, OBJECT]))
            assert [outcome.parcel for outcome in outcomes if isinstance(outcome, Delivered)] == [TEXT, OBJECT]
            text, thing = listener.next(), listener.next()
        assert (text.topic, text.payload) == (TOPIC, TEXT.content)
        assert thing.payload == OBJECT.content[:-1] + b',"historical":' + word + b"}"
        marks = {"name": TEXT.name, "historical": word.decode()}
        assert text.marks == (marks if version is Version.V5 else {})
        assert not text.retained


def test_many_are_on_their_way_at_once_and_arrive_in_order(server: Server, proxy: Proxy) -> None:
    proxy.control = Faults(up=Fault(delay_s=0.05), down=Fault(delay_s=0.05))
    parcels = [Parcel("", f"slot_{n:03}.txt", f"content {n}".encode()) for n in range(200)]
    with (
        listening(server) as listener,
        uplink(broker(server, host=proxy.host, port=proxy.port)) as way,
    ):
        start = time.monotonic()
        outcomes = list(way.deliver(parcels))
        seconds = time.monotonic() - start
        assert [listener.next().payload for _ in parcels] == [parcel.content for parcel in parcels]
        assert listener.nothing_more()
    assert [outcome.parcel for outcome in outcomes] == parcels
    assert seconds < 200 * 0.1 / 4, "one at a time would take 20 s"


def test_what_nobody_hears_is_not_delivered_unless_that_is_wanted(any_server: Server) -> None:
    with uplink(broker(any_server), heard=True) as way:
        with pytest.raises(DeliveryDeferred, match=r"nobody listens on NUO001/data.*unheard: delivered"):
            list(way.deliver([TEXT]))
        with listening(any_server) as listener:
            (outcome,) = way.deliver([TEXT])
            assert listener.next().payload == TEXT.content
        assert isinstance(outcome, Delivered)
    with uplink(broker(any_server), heard=False) as way:
        (outcome,) = way.deliver([TEXT])
    assert isinstance(outcome, Delivered)
    assert "No matching subscribers" in outcome.answer


@pytest.mark.parametrize("version", list(Version))
def test_a_wrong_password(any_server: Server, version: Version) -> None:
    stranger = broker(any_server, password=lambda: "a wrong password", version=version)
    with uplink(stranger) as way, pytest.raises(DestinationRejected, match="refuses user station") as caught:
        list(way.deliver([TEXT]))
    assert "a wrong password" not in str(caught.value)


def test_nothing_to_send_is_a_log_in_and_nothing_else(plain: Server) -> None:
    before = plain.said().count("New client connected")
    with listening(plain) as listener, uplink(broker(plain)) as way:
        assert list(way.deliver([])) == []
        assert listener.nothing_more()
    assert plain.said().count("New client connected") == before + 2
    with uplink(broker(plain, password=lambda: "wrong")) as way, pytest.raises(DestinationRejected):
        list(way.deliver([]))


def test_a_forbidden_topic(server: Server) -> None:
    forbidden = uplink(broker(server), topic="HUE002/data")
    with forbidden as way, pytest.raises(DestinationRejected, match="HUE002/data .*Not authorized.*right to publish"):
        list(way.deliver([TEXT]))


def test_version_3_1_1_takes_a_message_for_delivered_that_was_thrown_away(plain: Server) -> None:
    """Not what anybody wants: why version 5 is the default, and the configuration warns of the other."""
    with uplink(broker(plain, version=Version.V3_1_1), topic="HUE002/data", heard=True) as way:
        (outcome,) = way.deliver([TEXT])
    assert isinstance(outcome, Delivered)


def test_a_message_larger_than_the_broker_takes_holds_up_nobody(tmp_path: Path) -> None:
    with mosquitto(tmp_path, extra="max_packet_size 1000") as small, uplink(broker(small)) as way:
        large = Parcel("", "large.txt", b"x" * 1000)
        after = Parcel("", "after.txt", b"after")
        outcomes = {outcome.parcel.name: outcome for outcome in way.deliver([TEXT, large, after])}
    refused = outcomes["large.txt"]
    assert isinstance(refused, Refused)
    assert "larger than the broker takes" in refused.reason
    assert isinstance(outcomes[TEXT.name], Delivered)
    assert isinstance(outcomes["after.txt"], Delivered)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("expired", "has expired"),
        ("early", "not valid yet"),
        ("elsewhere", "another address"),
        ("unknown", "unknown authority"),
    ],
)
def test_a_certificate_that_proves_nothing(tmp_path: Path, authority: Authority, what: str, words: str) -> None:
    certificate = {
        "expired": lambda: authority.issue("127.0.0.1", valid_for=timedelta(hours=23)),
        "early": lambda: authority.issue("127.0.0.1", valid_from=timedelta(hours=1)),
        "elsewhere": lambda: authority.issue("127.0.0.9"),
        "unknown": lambda: Authority(tmp_path / "other", "Somebody else").issue("127.0.0.1"),
    }[what]()
    with mosquitto(tmp_path / "broker", certificate=certificate, ca=authority.file) as odd:
        asked: list[str] = []
        at = broker(odd, password=lambda: asked.append("asked") or "secret")
        with uplink(at) as way, pytest.raises(DestinationRejected, match=words):
            list(way.deliver([TEXT]))
        assert "CONNECT" not in odd.said()


def test_the_certificates_last_day_is_passed_on(secured: Server) -> None:
    seen: list[int] = []
    with uplink(broker(secured, seen_until=seen.append)) as way:
        list(way.deliver([TEXT]))
    (until_ms,) = seen
    assert 0 < until_ms / 1000 - time.time() < 86_400, "two days from yesterday"


def test_a_broker_that_accepts_and_says_nothing(server: Server) -> None:
    with mute_server() as port, uplink(broker(server, port=port), timeouts=SHORT) as way:
        seconds, message = time_to_fail(way)
    assert ANSWER_S * 0.8 <= seconds < AT_MOST_S
    assert f"127.0.0.1:{port}: the server has said nothing for {ANSWER_S:g} s" in message


def test_a_broker_that_takes_its_time_for_everything_is_left_in_time(server: Server, proxy: Proxy) -> None:
    """Each acknowledgement comes in time; all of them together would hold the lane for minutes."""
    proxy.control = Faults(down=Fault(delay_s=0.3))
    timeouts = Timeouts(connect_s=3, answer_s=5, batch_s=1)
    many = [Parcel("", f"{n:03}.txt", b"content") for n in range(200)]
    start = time.monotonic()
    with (
        uplink(broker(server, host=proxy.host, port=proxy.port), timeouts=timeouts) as way,
        pytest.raises(DeliveryDeferred, match="not done in 1 s"),
    ):
        list(way.deliver(many))
    assert time.monotonic() - start < 4


def test_nobody_at_the_port(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = int(closed.getsockname()[1])
    with uplink(broker(server, port=port), timeouts=SHORT) as way:
        _, message = time_to_fail(way)
    assert "no connection" in message


@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.6, 0.9])
def test_a_line_that_swallows_the_answers(server: Server, proxy: Proxy, fraction: float) -> None:
    total = bytes_said(server, proxy)
    proxy.control = Faults(down=Fault(silent_after=int(total * fraction)))
    with uplink(broker(server, host=proxy.host, port=proxy.port), timeouts=SHORT) as way:
        seconds, message = time_to_fail(way)
    assert seconds < AT_MOST_S
    assert "said nothing" in message


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_line_cut_anywhere_defers_and_harms_nothing(server: Server, proxy: Proxy, direction: str) -> None:
    bytes_said(server, proxy)
    total = proxy.passed["control", "up" if direction == "up" else "down"]
    for cut in sorted({1, total - 1, *(int(total * share / 12) for share in range(1, 12))}):
        fault = Fault(cut_after=cut)
        proxy.control = Faults(up=fault) if direction == "up" else Faults(down=fault)
        with uplink(broker(server, host=proxy.host, port=proxy.port)) as way:
            try:
                outcomes = list(way.deliver([TEXT]))
            except DeliveryDeferred:
                proxy.clear_faults()
                outcomes = list(way.deliver([TEXT]))
        assert [type(outcome) for outcome in outcomes] == [Delivered]


def test_what_was_not_acknowledged_is_never_sent_again_by_itself(plain: Server) -> None:
    with listening(plain) as listener, proxied(plain.port) as proxy:
        before = bytes_said(plain, proxy)
        listener.next()
        proxy.control = Faults(down=Fault(silent_after=before - 2))
        timeouts = Timeouts(connect_s=10, answer_s=2, probe_s=2)  # a busy machine has to log in before it is left alone
        with uplink(broker(plain, host=proxy.host, port=proxy.port), timeouts=timeouts) as way:
            time_to_fail(way)
            assert listener.next().payload == TEXT.content
            proxy.clear_faults()
            list(way.deliver([OBJECT]))
        assert listener.next().payload.startswith(b'{"station"')
        assert listener.nothing_more()


def test_a_kept_connection_that_has_gone_dead_is_replaced(server: Server, proxy: Proxy) -> None:
    timeouts = Timeouts(connect_s=3, answer_s=5, probe_s=ANSWER_S)
    with uplink(broker(server, host=proxy.host, port=proxy.port), timeouts=timeouts) as way:
        list(way.deliver([TEXT]))
        proxy.control.down.silent_after = 0  # as when a router has forgotten the connection
        proxy.clear_faults()
        start = time.monotonic()
        (outcome,) = way.deliver([TEXT])
        assert isinstance(outcome, Delivered)
        assert ANSWER_S * 0.8 < time.monotonic() - start < AT_MOST_S


def test_a_connection_is_kept_from_one_delivery_to_the_next(any_server: Server) -> None:
    with uplink(broker(any_server)) as way:
        before = any_server.said().count("New client connected")
        for _ in range(3):
            list(way.deliver([TEXT]))
    assert any_server.said().count("New client connected") == before + 1


def test_the_broker_may_restart_between_deliveries(any_server: Server) -> None:
    with uplink(broker(any_server)) as way:
        list(way.deliver([TEXT]))
        any_server.start_again()
        (outcome,) = way.deliver([TEXT])
    assert isinstance(outcome, Delivered)


def test_a_node_that_accepts_and_does_not_serve_is_left_for_another(
    plain: Server, proxy_of_plain: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two addresses of one name: behind the first nobody answers."""
    port = proxy_of_plain.port
    port, name, look_up = proxy_of_plain.port, "broker.example.vn", socket.getaddrinfo
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.1", proxy_of_plain.host)]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: found if host == name else look_up(host, *rest, **more)
    )
    at = broker(plain, host=name, port=port, version=Version.V3_1_1)
    with socket.create_server(("127.0.0.1", port)), uplink(at, timeouts=SHORT) as way:
        assert "said nothing" in time_to_fail(way)[1]
        for _ in range(2):
            (outcome,) = way.deliver([TEXT])
            assert isinstance(outcome, Delivered)
            way.close()
        proxy_of_plain.stop()
        time_to_fail(way)
    with uplink(at, timeouts=SHORT) as way, pytest.raises(DeliveryDeferred, match="no connection"):
        list(way.deliver([TEXT]))


@pytest.fixture
def proxy_of_plain(plain: Server) -> Iterator[Proxy]:
    with proxied(plain.port) as running:
        yield running


@pytest.mark.parametrize("fraction", [0.0, 0.5, 0.9])
def test_abort_ends_a_delivery_that_waits(server: Server, proxy: Proxy, fraction: float) -> None:
    total = bytes_said(server, proxy)
    proxy.control = Faults(down=Fault(silent_after=int(total * fraction)))
    timeouts = Timeouts(connect_s=20, answer_s=20, probe_s=20)
    with uplink(broker(server, host=proxy.host, port=proxy.port), timeouts=timeouts) as way:
        assert called_off(way, [TEXT]) < 1.5


def test_an_abort_that_comes_early_is_not_lost(any_server: Server) -> None:
    with uplink(broker(any_server)) as way:
        way.abort()
        assert "interrupted" in time_to_fail(way)[1]
        assert "interrupted" in time_to_fail(way)[1]
        way.close()
        (outcome,) = way.deliver([TEXT])
    assert isinstance(outcome, Delivered)


def test_nothing_is_left_behind(server: Server) -> None:
    def all_ways_to_end() -> None:
        with uplink(broker(server)) as way:
            list(way.deliver([TEXT]))
        with mute_server() as port, uplink(broker(server, port=port), timeouts=SHORT) as way:
            time_to_fail(way)
        with uplink(broker(server, password=lambda: "wrong")) as way, pytest.raises(DestinationRejected):
            list(way.deliver([TEXT]))
        with signal_at(broker(server)) as signal:
            signal.refresh()

    all_ways_to_end()
    threads, descriptors = set(threading.enumerate()), psutil.Process().num_fds()
    all_ways_to_end()
    assert set(threading.enumerate()) <= threads
    assert psutil.Process().num_fds() <= descriptors


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (b"\x20\x02\x00\x01", DestinationRejected, r"version: v3\.1\.1"),
        (b"\x20\x03\x00\x88\x00", DeliveryDeferred, "Server unavailable"),
        (b"\x20\x03\x00\x85\x00", DestinationRejected, "client_id"),
        (b"\x20\x03\x00\x8a\x00", DestinationRejected, "banned"),
        (b"\x20\x05\x00\x00\x02\x24\x00", DestinationRejected, "QoS 0"),
        (b"\x20\x03\x00\x00\xff", DeliveryDeferred, "not MQTT"),
        (b"\x20\xff\xff\xff\xff\xff\xff", DeliveryDeferred, "not MQTT"),
        (b"\x20\x03\x00\x00\x00\xe0\x02\x8b\x00", DeliveryDeferred, "shutting down"),
        (b"\x20\x03\x00\x00\x00\xe0\x02\x8e\x00", DeliveryDeferred, "another client uses the same client_id"),
        (b"\x20\x03\x00\x00\x00\xe0\x02\x87\x00", DestinationRejected, "Not authorized"),
        (b"\x20\x03\x00\x95\x00", DeliveryDeferred, "Packet too large"),
        (b"\x20\x03\x00\x00\x00\xe0\x02\x95\x00", DeliveryDeferred, "Packet too large"),
        (b"\x20\x03\x00\x00\x00\x40\x04\x00\x01\x97\x00", DeliveryDeferred, "Quota exceeded"),
        (b"\x20\x03\x00\x00\x00\x40\x04\x00\x01\x90\x00", DestinationRejected, "Topic name invalid"),
        (b"\x20\x03\x00\x00\x00\x40\x04\x77\x77\x00\x00", DeliveryDeferred, "said nothing"),
    ],
)
def test_what_odd_brokers_say(answer: bytes, error: type[Exception], words: str) -> None:
    with scripted(answer) as port:
        at = Broker("127.0.0.1", port, "station", lambda: "secret", "NUO001")
        with uplink(at, timeouts=SHORT) as way, pytest.raises(error, match=words):
            list(way.deliver([TEXT]))


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(
    ("first", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "an SSH server answers at this port .SSH-2.0-OpenSSH_9.2"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "a web server answers at this port"),
        (b"\x15\x03\x03\x00\x02\x02\x46", "begins TLS at once .*for MQTT mqtts://"),
        (b"220 ftp.example.vn ready\r\n", "an FTP server"),
    ],
)
def test_somebody_else_at_the_port_is_a_persons_matter(first: bytes, words: str, version: Version) -> None:
    with scripted(first) as port:
        at = Broker("127.0.0.1", port, "station", lambda: "secret", "NUO001", version=version)
        with uplink(at, timeouts=SHORT) as way, pytest.raises(DestinationRejected, match=words):
            list(way.deliver([TEXT]))


def test_a_message_that_the_broker_refuses_is_set_aside() -> None:
    with scripted(b"\x20\x03\x00\x00\x00\x40\x04\x00\x01\x99\x00") as port:
        at = Broker("127.0.0.1", port, "station", lambda: "secret", "NUO001")
        with uplink(at, timeouts=SHORT) as way:
            (outcome,) = way.deliver([TEXT])
    assert isinstance(outcome, Refused)
    assert "Payload format invalid" in outcome.reason


def test_the_station_is_online_while_its_signal_is_refreshed(any_server: Server) -> None:
    with listening(any_server, STATUS) as listener:
        while not listener.nothing_more():
            listener.next()  # what an earlier test left there
        with signal_at(broker(any_server, client_id="NUO001-status")) as signal:
            signal.refresh()
            assert signal.is_online
            while (shown := listener.next()).payload != b"online":
                assert shown.retained
            signal.refresh()
            with listening(any_server, STATUS) as newcomer:
                shown = newcomer.next()
                assert (shown.payload, shown.retained) == (b"online", True)
        assert listener.next().payload == b"offline"
        with signal_at(broker(any_server, client_id="NUO001-status")) as signal:
            signal.refresh()
        assert [listener.next().payload, listener.next().payload] == [b"online", b"offline"]
        with listening(any_server, STATUS) as newcomer:
            newcomer.next()
        assert listener.nothing_more(), "the will spoke, too"


def test_the_station_is_online_until_it_has_said_goodbye(
    plain: Server, proxy_of_plain: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops the gateway aborts what is not online."""
    monkeypatch.setattr(online_signal, "GOODBYE_S", ANSWER_S)
    with signal_at(broker(plain, host=proxy_of_plain.host, port=proxy_of_plain.port)) as signal:
        signal.refresh()
        proxy_of_plain.control.down.silent_after = 0
        closing = threading.Thread(target=signal.close)
        closing.start()
        time.sleep(ANSWER_S / 2)
        assert signal.is_online
        closing.join(5)
        assert not signal.is_online


@pytest.mark.parametrize("version", list(Version))
def test_a_station_that_vanishes_is_offline(plain: Server, proxy_of_plain: Proxy, version: Version) -> None:
    at = broker(plain, host=proxy_of_plain.host, port=proxy_of_plain.port, version=version)
    with signal_at(at, SHORT) as signal:
        signal.refresh()
        with listening(plain, STATUS) as listener:
            assert listener.next().payload == b"online"
            proxy_of_plain.stop()
            assert listener.next().payload == b"offline"
        with pytest.raises(DeliveryDeferred):
            signal.refresh()
        assert not signal.is_online


def test_a_signal_that_is_not_wanted(plain: Server) -> None:
    signal = MqttOnlineSignal(broker=broker(plain), topic="HUE002/status", clock=SystemClock(), timeouts=LONG_TIMEOUTS)
    with pytest.raises(DestinationRejected, match="does not take the online status on HUE002/status"):
        signal.refresh()
    assert not signal.is_online
    signal.close()


def bytes_said(server: Server, proxy: Proxy) -> int:
    """How many bytes the broker says during one delivery."""
    proxy.clear_faults()
    with uplink(broker(server, host=proxy.host, port=proxy.port)) as way:
        list(way.deliver([TEXT]))
        return proxy.passed["control", "down"]


@contextmanager
def scripted(answer: bytes) -> Iterator[int]:
    """The port of something that answers the first packet with these bytes and then says no more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)
                while connection.recv(4096):
                    pass

        thread = threading.Thread(target=_unless_reset(serve), daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join(5)


def _unless_reset(serve: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            serve()
        except ConnectionError:
            return

    return run
