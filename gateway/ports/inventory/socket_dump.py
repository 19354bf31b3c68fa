"""The same as the tables of sockets, asked of the kernel by sock_diag(7): those that listen alone.

For `proc/net/tcp` the kernel looks through all places where a connection could be, which takes some milliseconds each
time; this is done in a fiftieth, and tells the control group, too, whoever asks.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import sys
from collections.abc import Iterator

from gateway.core.phrase import Phrase
from gateway.ports.inventory.socket_table import ListeningSocket, seen_address

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_REQUEST_DUMP = 0x301
_ERROR, _DONE = 2, 3
_CONTROL_GROUP = 21
"""INET_DIAG_CGROUP_ID."""
_LISTENS, _UNCONNECTED = 1 << 10, 1 << 7
_ASKED = (
    ("tcp", socket.AF_INET, socket.IPPROTO_TCP, _LISTENS),
    ("tcp", socket.AF_INET6, socket.IPPROTO_TCP, _LISTENS),
    ("udp", socket.AF_INET, socket.IPPROTO_UDP, _UNCONNECTED),
    ("udp", socket.AF_INET6, socket.IPPROTO_UDP, _UNCONNECTED),
)
_ROW = struct.Struct("=BBBB2s2s16s16sI8sIIIII")
"""struct inet_diag_msg (linux/inet_diag.h)."""
_HEAD = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_MOST_BYTES = 1 << 16
_PATIENCE_S = 1.0


def dump_listening() -> list[ListeningSocket]:
    """All of them, of the network this process is in.

    Raises:
        OSError: the kernel does not answer this, or may not be asked.
    """
    found: list[ListeningSocket] = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG) as channel:
        channel.settimeout(_PATIENCE_S)
        for number, (protocol, family, code, states) in enumerate(_ASKED, start=1):
            request = struct.pack("=BBBBI48x", family, code, 0, 0, states)
            channel.send(
                _HEAD.pack(_HEAD.size + len(request), _SOCK_DIAG_BY_FAMILY, _REQUEST_DUMP, number, 0) + request
            )
            found += list(_rows(channel, protocol, number))
    return found


def _rows(channel: socket.socket, protocol: str, number: int) -> Iterator[ListeningSocket]:
    while True:
        answer = channel.recv(_MOST_BYTES)
        at = 0
        while at + _HEAD.size <= len(answer):
            length, kind, _, of, _ = _HEAD.unpack_from(answer, at)
            body = answer[at + _HEAD.size : at + length]
            if length < _HEAD.size or (kind == _ERROR and len(body) < 4):
                raise OSError(Phrase("the kernel's answer has no form"))
            if of == number:
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    code = -struct.unpack_from("=i", body)[0]
                    raise OSError(code, os.strerror(code))
                row = _socket(protocol, body)
                if row is not None:
                    yield row
            at += (length + 3) & ~3


def _socket(protocol: str, body: bytes) -> ListeningSocket | None:
    """`None`: a UDP socket that is connected, or one without a number."""
    if len(body) < _ROW.size:
        return None
    family, _, _, _, number, there, address, peer, _, _, _, _, _, uid, inode = _ROW.unpack_from(body)
    if number == bytes(2) or there != bytes(2) or any(peer):
        return None
    packed = address if family == socket.AF_INET6 else address[:4]
    return ListeningSocket(
        protocol,
        int.from_bytes(number, "big"),
        seen_address(ipaddress.ip_address(packed)),
        uid,
        inode,
        _control_group(body[_ROW.size :]),
    )


def _control_group(attributes: bytes) -> int | None:
    at = 0
    while at + _ATTRIBUTE.size <= len(attributes):
        length, kind = _ATTRIBUTE.unpack_from(attributes, at)
        if kind == _CONTROL_GROUP and length == _ATTRIBUTE.size + 8:
            return int.from_bytes(attributes[at + _ATTRIBUTE.size : at + length], sys.byteorder)
        if length < _ATTRIBUTE.size:
            return None
        at += (length + 3) & ~3
    return None
