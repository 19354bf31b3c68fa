"""A broker of three nodes that fail over, as a fleet's operator runs one: RabbitMQ with quorum queues.

Whatever node goes, nothing that counts as delivered is lost, and what comes twice has the same bytes.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel
from gateway.runtime.clock import SystemClock
from gateway.uplinks.mqtt.client import Broker, Version
from gateway.uplinks.mqtt.uplink import MqttUplink, Publication
from gateway.uplinks.timeouts import Timeouts
from tests.support.servers.mosquitto import RECEIVER
from tests.support.servers.rabbitmq import HOSTS, Cluster, rabbitmq

ACCIDENTS = int(os.environ.get("GATEWAY_CLUSTER_ACCIDENTS", "0"))
SEED = int(os.environ.get("GATEWAY_CLUSTER_SEED", "1"))
pytestmark = [
    pytest.mark.timeout(3000),
    pytest.mark.skipif(not ACCIDENTS, reason="a part of the campaign 'brokers'"),
]

NAME = "broker.example.vn"
TIMEOUTS = Timeouts(connect_s=3, answer_s=6, probe_s=3, batch_s=60)
PATIENCE_S = 240
AT_ONCE = 4


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with rabbitmq(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """All three nodes are the addresses of one name, in any order."""
    look_up = socket.getaddrinfo

    def found(host: object, port: int, *rest: int, **more: int) -> object:
        if host != NAME:
            return look_up(host, port, *rest, **more)  # type: ignore[call-overload]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in random.sample(HOSTS, len(HOSTS))]

    monkeypatch.setattr(socket, "getaddrinfo", found)


def uplink(
    cluster: Cluster, client_id: str, *, version: Version = Version.V3_1_1, page: str | None = None
) -> MqttUplink:
    port = cluster.port if page is None else cluster.web_port
    at = Broker(NAME, port, cluster.user, lambda: cluster.password, client_id, version=version, page=page)
    publication = Publication(f"NUO001/{client_id}", historical=False)
    return MqttUplink(broker=at, publication=publication, clock=SystemClock(), timeouts=TIMEOUTS)


class Department:
    """Receives all, at whichever node lives, in one session that the nodes keep for it."""

    def __init__(self, cluster: Cluster) -> None:
        self.heard: Counter[bytes] = Counter()
        self._cluster = cluster
        self._over = threading.Event()
        self._subscribed = threading.Event()
        self._thread = threading.Thread(target=self._receive)
        self._thread.start()
        assert self._subscribed.wait(60)

    def close(self) -> None:
        self._over.set()
        self._thread.join(60)

    def _receive(self) -> None:
        while not self._over.is_set():
            for host in HOSTS:
                self._receive_at(host)

    def _receive_at(self, host: str) -> None:
        client = Client(
            CallbackAPIVersion.VERSION2,
            "department",
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        client.username_pw_set(RECEIVER, self._cluster.password)
        client.on_connect = lambda *_: client.subscribe("NUO001/#", qos=1)
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_message = self._note
        client.connect_timeout = 3
        try:
            client.connect(host, self._cluster.port, keepalive=5)
            while not self._over.is_set() and client.loop(0.2) == 0:
                pass
        except OSError:
            self._over.wait(0.2)

    def _note(self, _: Client, __: object, message: MQTTMessage) -> None:
        self.heard[message.payload] += 1


@contextmanager
def department(cluster: Cluster) -> Iterator[Department]:
    opened = Department(cluster)
    try:
        yield opened
    finally:
        opened.close()


class Station:
    """Sends one message after the other, and again what did not count as delivered."""

    def __init__(self, cluster: Cluster, number: int) -> None:
        self.sent: list[Parcel] = []
        self.delivered: set[str] = set()
        self.rejections: list[str] = []
        self.longest_s = 0.0
        """For so long nothing counted as delivered."""
        self._name = f"station{number}"
        self._uplink = uplink(cluster, self._name)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def stop(self) -> None:
        """No further ones; what waits goes on for a while."""
        self._over.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def _send(self) -> None:
        waiting: deque[Parcel] = deque()
        until_s = None
        newest_s = time.monotonic()
        while waiting or until_s is None:
            if not self._over.is_set():
                for _ in range(AT_ONCE):
                    name = f"{self._name}_{len(self.sent):05}.json"
                    self.sent.append(Parcel("", name, f'{{"name":"{name}"}}'.encode()))
                    waiting.append(self.sent[-1])
            elif until_s is None:
                until_s = time.monotonic() + PATIENCE_S - 20
            if until_s is not None and time.monotonic() > until_s:
                break
            try:
                for outcome in self._uplink.deliver(list(waiting)):
                    assert isinstance(outcome, Delivered), outcome
                    self.delivered.add(outcome.parcel.name)
                    waiting.remove(outcome.parcel)
                    self.longest_s = max(self.longest_s, time.monotonic() - newest_s)
                    newest_s = time.monotonic()
            except DeliveryDeferred:
                time.sleep(0.5)
            except DestinationRejected as error:
                self.rejections.append(str(error))
                time.sleep(0.5)
            time.sleep(0.05)
        self._uplink.close()


def an_accident(cluster: Cluster, chance: random.Random) -> None:
    host = chance.choice(HOSTS)
    if chance.random() < 0.5:
        cluster.kill(host)
        time.sleep(chance.uniform(2, 8))
        cluster.start(host)
        cluster.wait_for(host)
    else:
        cluster.signal(host, signal.SIGSTOP)
        time.sleep(chance.uniform(2, 12))
        cluster.signal(host, signal.SIGCONT)
    time.sleep(chance.uniform(1, 4))


def test_whatever_node_goes_nothing_is_lost_and_repeats_are_the_same(cluster: Cluster, one_name: None) -> None:
    chance = random.Random(SEED)
    with department(cluster) as receiver:
        stations = [Station(cluster, number) for number in range(3)]
        try:
            for _ in range(ACCIDENTS):
                an_accident(cluster, chance)
        finally:
            for station in stations:
                station.stop()
        wanted = {one.content[:-1] + b',"historical":false}' for station in stations for one in station.sent}
        deadline = time.monotonic() + 60
        while not wanted <= set(receiver.heard) and time.monotonic() < deadline:
            time.sleep(0.5)
        heard = dict(receiver.heard)
    for station in stations:
        assert station.delivered == {one.name for one in station.sent}
        assert station.rejections == []
    repeated = sum(heard.values()) - len(heard)
    longest_s = max(station.longest_s for station in stations)
    print(
        f"{len(wanted)} messages, {ACCIDENTS} accidents (seed {SEED}): {repeated} came again, {longest_s:.0f} s without"
    )
    assert set(heard) == wanted, f"{len(wanted - set(heard))} lost, seed {SEED}"


def test_what_this_broker_means_is_named(cluster: Cluster, one_name: None) -> None:
    newer = uplink(cluster, "newer", version=Version.V5)
    with pytest.raises(DestinationRejected, match=r"hangs up on MQTT 5 .*write mqtt: \{version: v3\.1\.1\}"):
        list(newer.deliver([Parcel("", "a.json", b"{}")]))
    at = Broker(NAME, cluster.port, cluster.user, lambda: cluster.password, "odd", version=Version.V3_1_1)
    publication = Publication("HUE002/data", historical=False)
    forbidden = MqttUplink(broker=at, publication=publication, clock=SystemClock(), timeouts=TIMEOUTS)
    with pytest.raises(DeliveryDeferred, match="hangs up whenever .*right to publish there"):
        list(forbidden.deliver([Parcel("", "a.json", b"{}")]))
    stranger = Broker(NAME, cluster.port, cluster.user, lambda: "wrong", "odd", version=Version.V3_1_1)
    unknown = MqttUplink(broker=stranger, publication=publication, clock=SystemClock(), timeouts=TIMEOUTS)
    with pytest.raises(DestinationRejected, match="refuses user station"):
        list(unknown.deliver([Parcel("", "a.json", b"{}")]))


def test_its_web_sockets_are_at_a_page_of_their_own(cluster: Cluster, one_name: None) -> None:
    (outcome,) = uplink(cluster, "web", page="/ws").deliver([Parcel("", "a.json", b"{}")])
    assert isinstance(outcome, Delivered)
    with pytest.raises(DestinationRejected, match=r"no web socket at /mqtt .*404"):
        list(uplink(cluster, "web", page="/mqtt").deliver([Parcel("", "a.json", b"{}")]))
