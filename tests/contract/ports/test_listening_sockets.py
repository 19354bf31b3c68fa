"""Who listens, by the running kernel: its tables below proc, and its answer to sock_diag, which has to be the same."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.core.ports import PortId, PortKind
from gateway.ports.inventory.inventory import Inventory
from gateway.ports.inventory.socket_dump import dump_listening
from gateway.ports.inventory.socket_table import ListeningSocket, listening

PLACES = (
    (socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1"),
    (socket.AF_INET6, socket.SOCK_STREAM, "::1"),
    (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1"),
    (socket.AF_INET6, socket.SOCK_DGRAM, "::1"),
)


@pytest.fixture
def doors() -> Iterator[dict[int, tuple[str, int, str]]]:
    """Sockets of this process by their numbers: protocol, port, address."""
    with ExitStack() as stack:
        found = {}
        for family, kind, host in PLACES:
            door = stack.enter_context(socket.socket(family, kind))
            door.bind((host, 0))
            if kind == socket.SOCK_STREAM:
                door.listen()
                peer = stack.enter_context(socket.create_connection(door.getsockname()[:2]))
            else:
                peer = stack.enter_context(socket.socket(family, kind))
                peer.connect(door.getsockname())
            assert peer.getpeername()[1] == door.getsockname()[1]  # a client is not a door
            inode = os.fstat(door.fileno()).st_ino
            found[inode] = ("tcp" if kind == socket.SOCK_STREAM else "udp", door.getsockname()[1], host)
        yield found


def ours(sockets: list[ListeningSocket], doors: dict[int, tuple[str, int, str]]) -> dict[int, tuple[str, int, str]]:
    assert all(socket.uid == os.geteuid() for socket in sockets if socket.inode in doors)
    numbers = {number for _, number, _ in doors.values()}
    return {
        socket.inode: (socket.protocol, socket.number, str(socket.address))
        for socket in sockets
        if socket.number in numbers
    }


def test_both_ways_tell_who_listens_and_no_client(doors: dict[int, tuple[str, int, str]]) -> None:
    assert ours(listening(Path("/proc/self/net")), doors) == doors
    told = dump_listening()
    assert ours(told, doors) == doors
    assert all(socket.control_group is not None for socket in told if socket.inode in doors)


def test_the_program_is_told(doors: dict[int, tuple[str, int, str]]) -> None:
    declared = [PortId(PortKind.LISTEN, f"{protocol}:{number}") for protocol, number, _ in doors.values()]
    found = {port.id: port for port in Inventory(Path("/"), declared).look_at({PortKind.LISTEN}).found}
    program = Path("/proc/self/exe").readlink().name
    for port in declared:
        assert program in (found[port].identity or "").split()
        assert found[port].is_local


def test_a_kernel_that_may_not_be_asked_is_read(
    doors: dict[int, tuple[str, int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> list[ListeningSocket]:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr("gateway.ports.inventory.listeners.dump_listening", refuse)
    found = {str(port.id) for port in Inventory(Path("/")).look_at({PortKind.LISTEN}).found}
    assert {f"listen:tcp:{number}" for protocol, number, _ in doors.values() if protocol == "tcp"} <= found
