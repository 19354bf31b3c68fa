"""Brokers that know MQTT 3.1.1 only: named as that, and whatever way they have to say no is understood."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Clock, Delivered, Instant, Parcel, Refused
from gateway.runtime.clock import SystemClock
from gateway.uplinks.mqtt.client import Broker, Version
from gateway.uplinks.mqtt.online_signal import MqttOnlineSignal
from gateway.uplinks.mqtt.uplink import HUNG_UP_FOR_S, MqttUplink, Publication
from gateway.uplinks.timeouts import Timeouts
from tests.support.certificates import Authority
from tests.support.listener import Listener, listening
from tests.support.proxy import Fault, Faults, proxied
from tests.support.servers import Server
from tests.support.servers.old_brokers import aedes, amqtt

TOPIC = "NUO001/data"
TIMEOUTS = Timeouts(connect_s=3, answer_s=3, probe_s=3)
MANY = [Parcel("", f"slot_{n:03}.json", f'{{"n":{n}}}'.encode()) for n in range(60)]


@pytest.fixture(scope="module")
def that_says(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with aedes(tmp_path_factory.mktemp("aedes")) as server:
        yield server


@pytest.fixture(scope="module")
def that_says_under_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    folder = tmp_path_factory.mktemp("aedes-tls")
    with aedes(folder, certificate=authority.issue("127.0.0.1"), ca=authority.file) as server:
        yield server


@pytest.fixture(params=["that_says", "that_says_under_tls"])
def that_knows_sizes(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def that_hangs_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with amqtt(tmp_path_factory.mktemp("amqtt")) as server:
        yield server


@pytest.fixture(scope="module")
def in_the_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with amqtt(tmp_path_factory.mktemp("amqtt-web"), in_web_sockets=True) as server:
        yield server


@pytest.fixture(params=["that_says", "that_hangs_up", "in_the_web"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


def broker(server: Server, version: Version = Version.V3_1_1) -> Broker:
    page = "/" if server.scheme == "ws" else None
    known = Broker(server.host, server.port, server.user, lambda: server.password, "NUO001", version=version, page=page)
    return replace(known, tls=server.ca is not None, ca=server.ca)


class LaterClock(SystemClock):
    later_s = 0.0

    def now(self) -> Instant:
        now = super().now()
        return replace(now, mono_s=now.mono_s + self.later_s)


def uplink(at: Broker, topic: str = TOPIC, timeouts: Timeouts = TIMEOUTS, clock: Clock | None = None) -> MqttUplink:
    return MqttUplink(
        broker=at, publication=Publication(topic, historical=False), clock=clock or SystemClock(), timeouts=timeouts
    )


def test_all_arrive_with_the_same_bytes_and_the_answer_says_how_much_it_proves(server: Server) -> None:
    way = uplink(broker(server))
    with listening(server) as listener:
        outcomes = list(way.deliver(MANY))
        heard = [listener.next().payload for _ in MANY]
        assert listener.nothing_more()
    way.close()
    assert [outcome.parcel for outcome in outcomes] == MANY
    assert all(isinstance(one, Delivered) and "tells nothing of listeners" in one.answer for one in outcomes)
    assert heard == [parcel.content[:-1] + b',"historical":false}' for parcel in MANY]


@pytest.mark.parametrize("kind", ["that_says", "that_hangs_up"])
def test_the_newer_version_is_refused_and_the_older_one_named(request: pytest.FixtureRequest, kind: str) -> None:
    """amqtt neither answers nor hangs up."""
    at = broker(request.getfixturevalue(kind), Version.V5)
    way = uplink(at, timeouts=replace(TIMEOUTS, answer_s=1.5))
    with pytest.raises(DestinationRejected, match=r"write mqtt: \{version: v3\.1\.1\}"):
        list(way.deliver(MANY[:1]))
    way.close()


def test_the_online_status_says_so_as_well(that_says: Server) -> None:
    at = broker(that_says, Version.V5)
    signal = MqttOnlineSignal(broker=at, topic="NUO001/status", clock=SystemClock(), timeouts=TIMEOUTS)
    with pytest.raises(DestinationRejected, match=r"write mqtt: \{version: v3\.1\.1\}"):
        signal.refresh()
    signal.close()


def test_a_wrong_password_is_named_as_that(server: Server) -> None:
    way = uplink(replace(broker(server), password=lambda: "wrong"))
    with pytest.raises(DestinationRejected, match="refuses user station"):
        list(way.deliver(MANY[:1]))
    way.close()


def test_one_that_hangs_up_on_what_is_forbidden_is_named_and_after_two_minutes_it_is_a_persons_matter(
    that_knows_sizes: Server,
) -> None:
    """Before, it may be a line that breaks there, or nodes that fail over."""
    clock = LaterClock()
    way = uplink(broker(that_knows_sizes), "HUE002/data", clock=clock)
    for _ in range(3):
        with pytest.raises(
            DeliveryDeferred, match=r"hangs up whenever slot_000\.json is published on HUE002"
        ) as caught:
            list(way.deliver(MANY))
        assert caught.value.by_server
    clock.later_s += HUNG_UP_FOR_S
    with pytest.raises(DestinationRejected, match="right to publish there"):
        list(way.deliver(MANY))
    way.close()


def test_after_a_cut_what_was_not_acknowledged_goes_again_with_the_same_bytes(that_says: Server) -> None:
    """The broker is there again at once: nobody waits for a courier's pause. Each connection breaks after five."""
    welcome, pong, acknowledgement = 4, 2, 4
    with listening(that_says) as listener, proxied(that_says.port) as proxy:
        proxy.control = Faults(down=Fault(cut_after=welcome + pong + 5 * acknowledgement))
        way = uplink(replace(broker(that_says), host=proxy.host, port=proxy.port))
        outcomes = list(way.deliver(MANY))
        way.close()
        heard = heard_until(listener, len(MANY))
    assert sorted(one.parcel.name for one in outcomes if isinstance(one, Delivered)) == [one.name for one in MANY]
    assert set(heard) == {parcel.content[:-1] + b',"historical":false}' for parcel in MANY}
    assert heard.total() > len(MANY)


def heard_until(listener: Listener, different: int) -> Counter[bytes]:
    heard: Counter[bytes] = Counter()
    while len(heard) < different or not listener.nothing_more():
        heard[listener.next().payload] += 1
    return heard


def test_a_single_message_that_is_hung_up_on_is_set_aside_and_the_others_arrive(that_knows_sizes: Server) -> None:
    """As brokers do with what is too large for them."""
    clock = LaterClock()
    large = Parcel("", "large.json", b'{"large":"' + b"x" * 3000 + b'"}')
    with listening(that_knows_sizes) as listener:
        way = uplink(broker(that_knows_sizes), clock=clock)
        arrived = [one.parcel for one in until_deferred(way, [MANY[0], large, *MANY[1:30]])]
        assert sorted(one.name for one in arrived) == [one.name for one in MANY[:30]]
        clock.later_s += HUNG_UP_FOR_S
        *others, refused = way.deliver([large, *MANY[30:35]])
        way.close()
        heard_until(listener, 35)
    assert isinstance(refused, Refused)
    assert refused.parcel == large
    assert "hangs up on large.json whenever it is published" in refused.reason
    assert all(isinstance(one, Delivered) for one in others)


def until_deferred(way: MqttUplink, parcels: list[Parcel]) -> list[Delivered | Refused]:
    """What is certain before the rest is put off."""
    outcomes: list[Delivered | Refused] = []
    with contextlib.suppress(DeliveryDeferred):
        for outcome in way.deliver(parcels):
            outcomes.append(outcome)  # noqa: PERF402 # what comes before an error counts
        raise AssertionError("it is judged at once")
    return outcomes


def test_forbidden_and_acknowledged_is_what_this_version_cannot_tell(that_hangs_up: Server) -> None:
    """Why the configuration warns of it, and the answer that is kept says so."""
    way = uplink(broker(that_hangs_up), "HUE002/data")
    (outcome,) = way.deliver(MANY[:1])
    assert isinstance(outcome, Delivered)
    assert "version 3.1.1, which tells nothing" in outcome.answer
    way.close()
    assert not isinstance(outcome, Refused)
