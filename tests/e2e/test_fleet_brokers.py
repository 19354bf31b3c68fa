"""The brokers' role of `config/fleet/ansible`, on three Debians that are booted and reach one another by a network: one
broker, to which a station sends and from which a receiver takes, while one node after the other goes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest

from tests.support.ansible import Host, attended, changes, play
from tests.support.certificates import Authority, ServerCertificate
from tests.support.debian import library_path, unpacked
from tests.support.debian_machine import Machine
from tests.support.fleet_station import configuration, surroundings
from tests.support.machine_network import Bridge, bridge
from tests.support.machine_packages import at_hand
from tests.support.servers.rabbitmq import password_hash

pytestmark = [
    pytest.mark.timeout(3000),
    pytest.mark.skipif(not os.environ.get("GATEWAY_FLEET"), reason="a part of the campaign 'fleet'"),
    pytest.mark.skipif(os.geteuid() != 0, reason="machines are booted by root"),
]

NAME = "broker.example.vn"
ADDRESSES = {"broker1": "10.77.0.11", "broker2": "10.77.0.12", "broker3": "10.77.0.13"}
HOSTS = {NAME: list(ADDRESSES.values()), **{f"{one}.example.vn": [address] for one, address in ADDRESSES.items()}}
"""Stations know them by one name; who receives, by a node's own."""
STATION, OTHER, RECEIVER = "nuo001", "nuo002", "receiver"
PASSWORD = "mat-khau-cua-tram"
CODE = "NUO001"
_PUBLISH = """
import sys
from pathlib import Path
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Delivered, Parcel
from gateway.runtime.clock import SystemClock
from gateway.uplinks.mqtt.client import Broker, Version
from gateway.uplinks.mqtt.uplink import MqttUplink, Publication
from gateway.uplinks.timeouts import Timeouts

name, user, password, topic, ca = sys.argv[1:]
at = Broker(name, 8883, user, lambda: password, "odd", version=Version.V3_1_1, tls=True, ca=Path(ca))
publication = Publication(topic, historical=False)
timeouts = Timeouts(connect_s=3, answer_s=6, probe_s=3, batch_s=30)
uplink = MqttUplink(broker=at, publication=publication, clock=SystemClock(), timeouts=timeouts)
try:
    print(*uplink.deliver([Parcel("", "a.json", b"{}")]))
except GatewayError as error:
    print(error)
"""


@dataclass(frozen=True, slots=True)
class Brokers:
    hosts: dict[str, Host]
    network: Bridge
    authority: Authority
    certificate: ServerCertificate
    folder: Path
    users: dict[str, dict[str, str]] = field(
        default_factory=lambda: {
            STATION: {"password_hash": password_hash(PASSWORD), "writes": r"^water\.NUO001\..*"},
            OTHER: {"password_hash": password_hash(PASSWORD), "writes": r"^water\.NUO002\..*"},
            RECEIVER: {"password_hash": password_hash(PASSWORD), "receives": "water"},
        }
    )

    def play(self, users: dict[str, dict[str, str]], certificate: ServerCertificate) -> dict[str, int]:
        """Have the role applied. Returns how many tasks changed something, by node."""
        common = {
            "broker_cookie": "BANH-QUY-CHO-BA-NUT-MAY",
            "broker_users": users,
            "broker_tls": {
                "ca": str(self.authority.file),
                "certificate": str(certificate.certificate),
                "key": str(certificate.key),
            },
        }
        hosts = {one: {**host.variables(), "broker_address": ADDRESSES[one]} for one, host in self.hosts.items()}
        done = play(self.folder, "brokers.yaml", {"brokers": {"vars": common, "hosts": hosts}})
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        for secret in ("BANH-QUY", users[STATION]["password_hash"]):
            assert secret not in done.stdout + done.stderr
        return changes(done.stdout)

    def said(self, node: str, command: str) -> Any:
        return json.loads(self.hosts[node].run(f"{command} --formatter json"))

    def publish(self, user: str, topic: str, password: str = PASSWORD) -> str:
        """What a client is told that tries it."""
        told = [NAME, user, password, topic, str(self.authority.file)]
        command = [*self.network.inside, sys.executable, "-c", _PUBLISH, *told]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
        return done.stdout + done.stderr

    def wait_until_all_serve(self) -> None:
        deadline_s = time.monotonic() + 120
        for host in self.hosts.values():
            while "Ping succeeded" not in (said := host.run("rabbitmqctl await_startup; rabbitmqctl ping")):
                assert time.monotonic() < deadline_s, said
                time.sleep(1)


class Receiver:
    """Takes what lies in the queue, at whichever node serves, and acknowledges what it has written down."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers = brokers
        self._written = brokers.folder / "received"
        self._written.touch()
        self._said = brokers.folder / "receiver.log"
        self._keep = brokers.folder / "keep"  # a program without arguments: amqp-consume would take them for its own
        self._keep.write_text(f"#!/bin/sh\ncat >> {self._written} && echo >> {self._written}\n")
        self._keep.chmod(0o755)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    def heard(self) -> list[bytes]:
        return [one for one in self._written.read_bytes().split(b"\n") if one]

    def said(self) -> str:
        """What its tool complained of."""
        return self._said.read_text(errors="replace")[-3000:]

    def close(self) -> None:
        self._over.set()
        self._thread.join(60)

    def _take(self) -> None:
        tools = unpacked("amqp-tools")
        with self._said.open("wb") as log:
            self._take_with(tools, log)

    def _take_with(self, tools: Path, log: IO[bytes]) -> None:
        while not self._over.is_set():
            for node in ADDRESSES:
                url = f"amqps://{RECEIVER}:{PASSWORD}@{node}.example.vn/%2f"
                options = ["--url", url, "--cacert", str(self._brokers.authority.file), "--heartbeat", "5"]
                options += ["-p", "1", "-q", RECEIVER]
                child = subprocess.Popen(
                    [*self._brokers.network.inside, str(tools / "usr/bin/amqp-consume"), *options, str(self._keep)],
                    env=library_path(tools),
                    stdin=subprocess.DEVNULL,
                    stderr=log,
                )
                while child.poll() is None and not self._over.wait(0.2):
                    pass
                child.terminate()
                child.wait()
                if self._over.wait(0.2):
                    return


@dataclass(frozen=True, slots=True)
class Station:
    """A gateway that runs on this machine, in the brokers' network."""

    configuration: Path
    process: subprocess.Popen[bytes]
    log: Path

    def wait_for_more(self, receiver: Receiver) -> None:
        """Until two further slots have been received."""
        before, deadline_s = {_slot(one) for one in receiver.heard()}, time.monotonic() + 120
        while len({_slot(one) for one in receiver.heard()} - before) < 2:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < deadline_s, f"{receiver.said()}\n{self.log.read_text()[-5000:]}"
            time.sleep(0.5)

    def wait_until_nothing_waits(self) -> set[str]:
        """The slots that count as delivered, at a moment when that are all."""
        deadline_s = time.monotonic() + 120
        while True:
            listed = self._listed()
            if {one["state"] for one in listed} == {"delivered"}:
                return {one["slot"].replace(".000", "") for one in listed}
            assert time.monotonic() < deadline_s, listed
            time.sleep(0.5)

    def _listed(self) -> list[dict[str, Any]]:
        command = [sys.executable, "-m", "gateway", "deliveries", "show", "fleet", "--json"]
        done = subprocess.run([*command, "--config", str(self.configuration)], capture_output=True, check=True)
        found: list[dict[str, Any]] = json.loads(done.stdout)["deliveries"]
        return found


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    """Three machines that have nothing of RabbitMQ yet."""
    folder = tmp_path_factory.mktemp("brokers")
    authority = Authority(folder / "authority")
    certificate = authority.issue(*HOSTS)
    with ExitStack() as stack:
        network = stack.enter_context(bridge(folder, HOSTS))
        hosts = {}
        for name, address in ADDRESSES.items():
            (folder / name).mkdir()
            machine = Machine("bookworm", folder / name)
            machine.lay(at_hand("bookworm", "rabbitmq-server"))
            hosts[name] = stack.enter_context(attended(machine, folder / name, name))
            network.join(hosts[name], address)
        yield Brokers(hosts, network, authority, certificate, folder)


def test_three_machines_become_one_broker_that_outlives_each_of_them(brokers: Brokers) -> None:
    assert all(brokers.play(brokers.users, brokers.certificate).values())
    assert brokers.play(brokers.users, brokers.certificate) == dict.fromkeys(ADDRESSES, 0)
    _see_one_broker(brokers)
    _see_what_each_may_do(brokers)
    _lose_nothing_whatever_node_goes(brokers)
    _forget_who_is_not_in_the_inventory_any_more(brokers)


def _see_one_broker(brokers: Brokers) -> None:
    for node in ADDRESSES:
        assert {one["user"] for one in brokers.said(node, "rabbitmqctl list_users")} == set(brokers.users)
    (queue,) = brokers.said("broker2", "rabbitmqctl list_queues name type members")
    assert queue["name"] == RECEIVER
    assert set(queue["members"]) == {f"rabbit@{one}" for one in ADDRESSES}, "as many copies as nodes"
    listening = brokers.hosts["broker1"].run("ss -Hltn | awk '{print $4}'")
    assert {5671, 8883} <= {int(one.rpartition(":")[2]) for one in listening.split()}
    assert not {5672, 1883} & {int(one.rpartition(":")[2]) for one in listening.split()}, "nothing without TLS"


def _see_what_each_may_do(brokers: Brokers) -> None:
    assert "Delivered" in brokers.publish(OTHER, "water/NUO002/data")
    assert "right to publish there" in brokers.publish(OTHER, "water/NUO001/data")
    assert "right to publish there" in brokers.publish(RECEIVER, "water/NUO001/data")
    assert "refuses user nuo002" in brokers.publish(OTHER, "water/NUO002/data", "wrong")
    assert "refuses user guest" in brokers.publish("guest", "water/NUO002/data", "guest")


def _lose_nothing_whatever_node_goes(brokers: Brokers) -> None:
    """One is stopped, one is killed, and all get another certificate, one after the other."""
    receiver = Receiver(brokers)
    try:
        with _station(brokers) as station:
            station.wait_for_more(receiver)
            brokers.hosts["broker1"].run("systemctl stop rabbitmq-server", 120)
            station.wait_for_more(receiver)
            brokers.hosts["broker1"].run("systemctl start rabbitmq-server", 120)
            brokers.hosts["broker2"].run("systemctl kill --signal=KILL rabbitmq-server")
            station.wait_for_more(receiver)
            brokers.wait_until_all_serve()
            other = brokers.authority.issue(*HOSTS)
            assert all(brokers.play(brokers.users, other).values())
            assert brokers.play(brokers.users, other) == dict.fromkeys(ADDRESSES, 0)
            station.wait_for_more(receiver)
            delivered = station.wait_until_nothing_waits()
        heard = receiver.heard()
    finally:
        receiver.close()
    values = [(one, _slot(one)) for one in heard if _slot(one)]
    by_slot = Counter(slot for _, slot in set(values))
    assert set(by_slot.values()) == {1}, f"what came twice has the same bytes: {by_slot}"
    assert delivered <= set(by_slot), "nothing that counts as delivered is lost"
    print(f"{len(by_slot)} slots, {len(values) - len(set(values))} came again")


def _forget_who_is_not_in_the_inventory_any_more(brokers: Brokers) -> None:
    fewer = {name: one for name, one in brokers.users.items() if name != OTHER}
    assert any(brokers.play(fewer, brokers.certificate).values())
    brokers.wait_until_all_serve()
    assert "refuses user nuo002" in brokers.publish(OTHER, "water/NUO002/data")
    assert "Delivered" in brokers.publish(STATION, "water/NUO001/test")


@contextmanager
def _station(brokers: Brokers) -> Iterator[Station]:
    """A gateway that measures and sends there."""
    folder = brokers.folder / "station"
    folder.mkdir()
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o600)
    destination = {
        "name": "fleet",
        "authority": "province",
        "url": f"mqtts://{STATION}@{NAME}/water",
        "password": {"file": str(folder / "password")},
        "ca": str(brokers.authority.file),
        "mqtt": {"client_id": CODE, "version": "v3.1.1"},
    }
    file = folder / "gateway.yaml"
    wanted = {**configuration(CODE, destination), "storage": {"path": str(folder / "storage")}}
    file.write_text(json.dumps(wanted), "utf-8")
    (folder / "storage").mkdir()
    command = [*brokers.network.inside, sys.executable, "-m", "gateway", "run", "--config", str(file)]
    with surroundings(folder, CODE, brokers.network.inside), (folder / "log").open("wb") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield Station(file, child, folder / "log")
        finally:
            child.terminate()
            child.wait(30)


def _slot(message: bytes) -> str:
    found = re.search(rb'"time": ?"([^"]+)"', message)
    return found[1].decode() if found else ""
