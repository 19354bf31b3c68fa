"""A network for machines: a bridge in a namespace of its own, which a machine is joined to by a line, and in which
commands of this machine run that shall reach them. Needs root; nothing of it is left.

    with bridge(folder, {"broker.example.vn": ["10.77.0.11", "10.77.0.12"]}) as network:
        network.join(host, "10.77.0.11")
        subprocess.run([*network.inside, "ping", "broker.example.vn"])
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ansible import Host

OWN_ADDRESS = "10.77.0.1"
"""Of this machine's commands, in a network of 255.255.255.0."""
_INSIDE = 'mount --bind "$1" /etc/hosts; shift; exec "$@"'


@dataclass(frozen=True, slots=True)
class Bridge:
    """`inside`: what is put before a command that shall run in this network, and know its names."""

    process: int
    inside: tuple[str, ...]

    def join(self, host: Host, address: str) -> None:
        port = f"port{address.rpartition('.')[2]}"
        here, there = f"/proc/{self.process}/ns/net", f"/proc/{host.process}/ns/net"
        _ip(here, f"link add name {port} type veth peer name eth0 netns {host.process}")
        _ip(here, f"link set {port} master bridge up")
        _ip(there, f"address add {address}/24 dev eth0")
        _ip(there, "link set eth0 up")


@contextmanager
def bridge(folder: Path, names: Mapping[str, Sequence[str]]) -> Iterator[Bridge]:
    hosts = folder / "hosts"
    lines = [f"{address} {name}" for name, addresses in names.items() for address in addresses]
    hosts.write_text("\n".join(["127.0.0.1 localhost", *lines, ""]))
    keeper = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "echo; exec sleep infinity"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    try:
        assert keeper.stdout is not None
        keeper.stdout.readline()  # only now it is in its own network
        there = f"/proc/{keeper.pid}/ns/net"
        for words in (
            "link set lo up",
            "link add name bridge type bridge",
            f"address add {OWN_ADDRESS}/24 dev bridge",
            "link set bridge up",
        ):
            _ip(there, words)
        inside = ("nsenter", f"--net={there}", "--", "unshare", "--mount", "sh", "-ec", _INSIDE, "inside", str(hosts))
        yield Bridge(keeper.pid, inside)
    finally:
        keeper.kill()
        keeper.wait()


def _ip(network: str, words: str) -> None:
    subprocess.run(["nsenter", f"--net={network}", "--", "ip", *words.split()], check=True)
