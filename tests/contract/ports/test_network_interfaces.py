"""Which interfaces lead out of the box, and which have a link, by the running kernel in a network of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes networks")
NETWORK = f"inventory-{os.getpid()}"
_LOOK = """
import json, sys
from pathlib import Path
from gateway.core.ports import PortKind
from gateway.ports.inventory.inventory import Inventory
inventory = Inventory(Path("/"))
for _ in sys.stdin:
    look = inventory.look_at({PortKind.NET})
    assert not look.unseen
    print(json.dumps({port.id.place: port.is_occupied for port in look.found}), flush=True)
"""


class Network:
    """A namespace, and somebody who looks inside of it."""

    def __init__(self) -> None:
        inside = ["ip", "netns", "exec", NETWORK]
        self._child = subprocess.Popen(
            [*inside, sys.executable, "-c", _LOOK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ip(self, *words: str) -> None:
        subprocess.run(["ip", "-n", NETWORK, *words], check=True, timeout=30)

    def found(self) -> dict[str, bool | None]:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write("look\n")
        self._child.stdin.flush()
        answer: dict[str, bool | None] = json.loads(self._child.stdout.readline())
        return answer

    def close(self) -> None:
        self._child.communicate(timeout=30)


@pytest.fixture
def network() -> Iterator[Network]:
    subprocess.run(["ip", "netns", "add", NETWORK], check=True, timeout=30)
    try:
        made = Network()
        yield made
        made.close()
    finally:
        subprocess.run(["ip", "netns", "del", NETWORK], check=True, timeout=30)


def test_links_come_and_go_and_what_stands_on_others_is_none(network: Network) -> None:
    network.ip("link", "set", "lo", "up")
    network.ip("link", "add", "cable", "type", "veth", "peer", "name", "far")
    assert network.found() == {}  # nothing is up, and neither is hardware
    network.ip("link", "set", "cable", "up")
    assert network.found() == {"cable": False}
    network.ip("link", "set", "far", "up")
    assert network.found() == {"cable": True, "far": True}
    network.ip("link", "add", "bridge", "type", "bridge")
    network.ip("link", "set", "bridge", "up")
    network.ip("link", "add", "above", "link", "cable", "type", "macvlan")
    network.ip("link", "set", "above", "up")
    network.ip("tuntap", "add", "tunnel", "mode", "tap")
    network.ip("link", "set", "tunnel", "up")
    assert network.found() == {"cable": True, "far": True, "tunnel": False}
    network.ip("link", "set", "far", "master", "bridge")
    assert network.found() == {"cable": True, "tunnel": False}
    network.ip("link", "set", "far", "down")
    assert network.found() == {"cable": False, "tunnel": False}
    network.ip("link", "del", "cable")
    assert network.found() == {"tunnel": False}
