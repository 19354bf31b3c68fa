"""Which cameras are there: one question to everybody on every interface, and a few seconds to answer.

With the standard library: a camera is found before anything is installed for it.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from select import select

from gateway.core.discovery import GROUP, LARGEST_ANSWER, PORT, FoundCamera, probe, read_answer
from gateway.core.errors import CameraSilent
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase

_AGAIN_S = 1.0
"""UDP loses things, and some cameras sleep: the question is asked again so often."""
_MOST_CAMERAS = 256


def find_cameras(seconds: float, clock: Clock, host: str | None = None, port: int = PORT) -> list[FoundCamera]:
    """Whoever answers within the time, by address. `host`: ask this one alone, for networks in which the question to
    everybody does not arrive.

    Raises:
        CameraSilent: the question could not be asked at all.
    """
    message_id = str(uuid.uuid4())
    found: dict[str, FoundCamera] = {}
    with ExitStack() as stack:
        sockets = [stack.enter_context(one) for one in _sockets(host)]
        if not sockets:
            raise CameraSilent(
                Phrase("no interface of this machine takes a question to everybody: connect the network")
            )
        until_s = clock.now().mono_s + seconds
        ask_s = clock.now().mono_s
        while (now_s := clock.now().mono_s) < until_s and len(found) < _MOST_CAMERAS:
            if now_s >= ask_s:
                _ask(sockets, (host or GROUP, port), probe(message_id))
                ask_s = now_s + _AGAIN_S
            for content, sender in _heard(sockets, min(until_s, ask_s) - now_s):
                for camera in read_answer(content, sender, message_id):
                    found.setdefault(camera.url, camera)
    return sorted(found.values(), key=lambda one: (_by_number(one.address), one.url))


def _sockets(host: str | None) -> Iterator[socket.socket]:
    """One for each interface: what goes to everybody goes out by one only, which is the default route's otherwise."""
    if host is not None:
        yield socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        return
    for number, _name in socket.if_nameindex():
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            one.setsockopt(
                socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("=4s4si", b"\0" * 4, b"\0" * 4, number)
            )
            one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        except OSError:  # it has no address
            one.close()
            continue
        yield one


def _ask(sockets: list[socket.socket], address: tuple[str, int], question: bytes) -> None:
    refused: OSError | None = None
    sent = 0
    for one in sockets:
        try:
            one.sendto(question, address)
            sent += 1
        except OSError as error:  # down, or without a cable
            refused = error
    if not sent and refused is not None:
        raise CameraSilent(Phrase("the question cannot be sent: {strerror}", strerror=refused.strerror)) from refused


def _heard(sockets: list[socket.socket], within_s: float) -> Iterator[tuple[bytes, str]]:
    ready, _, _ = select(sockets, [], [], max(0.0, within_s))
    for one in ready:
        with contextlib.suppress(OSError):  # an earlier question was turned away
            content, sender = one.recvfrom(LARGEST_ANSWER)
            yield content, str(sender[0])


def _by_number(address: str) -> tuple[tuple[int, ...], str]:
    parts = address.split(".")
    return (tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()), address
