"""A box and somebody outside of it, each in a network namespace of its own, with a cable between them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

BOX = "10.77.0.1"
FRIEND = "10.77.0.2"
STRANGER = "10.77.66.2"
"""Two addresses of the same neighbour."""
_LISTEN = """
import selectors, socket, sys
with socket.create_server((sys.argv[1], int(sys.argv[2]))) as door:
    print("listens", flush=True)
    selector = selectors.DefaultSelector()
    selector.register(door, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is door:
                one, _ = door.accept()
                one.sendall(b"hello")
                selector.register(one, selectors.EVENT_READ)
            elif said := key.fileobj.recv(100):
                key.fileobj.sendall(said)
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()
"""
_CONNECT = """
import socket, sys
from_, to, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
with socket.socket() as way:
    way.settimeout(float(sys.argv[4]))
    way.bind((from_, 0))
    try:
        way.connect((to, number))
        print(way.recv(5).decode(), flush=True)
    except TimeoutError:
        print("nothing", flush=True)
        sys.exit()
    except OSError as error:
        print(type(error).__name__, flush=True)
        sys.exit()
    for line in sys.stdin if len(sys.argv) > 5 else ():
        try:
            way.settimeout(1)
            way.sendall(line.encode())
            print(way.recv(100).decode(), end="", flush=True)
        except TimeoutError:
            print("nothing", flush=True)
"""


@dataclass(slots=True)
class BoxNetwork:
    """`inside` is the box's namespace."""

    inside: str
    outside: str
    children: list[subprocess.Popen[str]] = field(default_factory=list)

    def inside_run(
        self, *arguments: str | Path, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = ["ip", "netns", "exec", self.inside, *map(str, arguments)]
        env = None if environment is None else {**os.environ, **environment}
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=env)

    def gateway(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return self.inside_run(sys.executable, "-m", "gateway", *arguments)

    def listen(self, number: int, *, outside: bool = False) -> None:
        """A program that says hello to whoever comes."""
        where, address = (self.outside, FRIEND) if outside else (self.inside, BOX)
        child = self._child(where, [_LISTEN, address, str(number)])
        assert child.stdout is not None
        assert child.stdout.readline() == "listens\n"

    def ask(self, number: int, source: str = FRIEND, *, within_s: float = 0.5) -> str:
        """What somebody outside hears at a door of the box: `hello`, or `nothing`."""
        return self._once(self.outside, [_CONNECT, source, BOX, str(number), str(within_s)])

    def ask_outside(self, number: int) -> str:
        """What the box hears at a door outside."""
        return self._once(self.inside, [_CONNECT, BOX, FRIEND, str(number), "5"])

    def talk(self, number: int, source: str = FRIEND) -> Callable[[str], str | None]:
        """A connection from outside that stays open: what is said comes back, or nothing."""
        child = self._child(self.outside, [_CONNECT, source, BOX, str(number), "5", "stay"])
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == "hello\n"
        said, heard = child.stdin, child.stdout

        def say(word: str) -> str | None:
            said.write(f"{word}\n")
            said.flush()
            answer = heard.readline().strip()
            return None if answer == "nothing" else answer

        return say

    def _once(self, where: str, arguments: Sequence[str]) -> str:
        command = ["ip", "netns", "exec", where, sys.executable, "-c", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.strip()

    def _child(self, where: str, arguments: Sequence[str]) -> subprocess.Popen[str]:
        command = ["ip", "netns", "exec", where, sys.executable, "-c", *arguments]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.children.append(child)
        return child


@contextmanager
def box_network() -> Iterator[BoxNetwork]:
    name = f"policy{os.getpid() % 100_000}-{time.monotonic_ns() % 1000}"
    network = BoxNetwork(f"{name}-in", f"{name}-out")
    try:
        for namespace in (network.inside, network.outside):
            _ip("netns", "add", namespace)
            _ip("-n", namespace, "link", "set", "lo", "up")
        _ip("link", "add", "eth0", "netns", network.inside, "type", "veth", "peer", "eth0", "netns", network.outside)
        _ip("-n", network.inside, "address", "add", f"{BOX}/16", "dev", "eth0")
        _ip("-n", network.outside, "address", "add", f"{FRIEND}/16", "dev", "eth0")
        _ip("-n", network.outside, "address", "add", f"{STRANGER}/16", "dev", "eth0")
        for namespace in (network.inside, network.outside):
            _ip("-n", namespace, "link", "set", "eth0", "up")
        yield network
    finally:
        for child in network.children:
            child.kill()
            child.communicate()
        for namespace in (network.inside, network.outside):
            subprocess.run(["ip", "netns", "delete", namespace], capture_output=True, check=False)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=30)
