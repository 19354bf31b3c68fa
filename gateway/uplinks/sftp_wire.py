"""The SFTP protocol, version 3 (draft-ietf-secsh-filexfer-02), as much of it as publishing needs, over an SSH channel.

Requests are values, so that a step of publishing is testable without a network, and many can be under way at once: at
50 ms round trip one at a time gives 4 files a second, thirty give over a hundred on the same connection. paramiko's own
SFTP client waits for each answer and discards the server's list of extensions.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from gateway.uplinks.line import Deadline

POSIX_RENAME = "posix-rename@openssh.com"
WRITE_BYTES = 32_768  # every server takes this much in one packet
_LARGEST_ANSWER = 1 << 20


class Pipe(Protocol):
    """An SSH channel as we use it. Both raise `OSError` when the connection fails and `TimeoutError` when it takes too
    long."""

    def sendall(self, data: bytes) -> None: ...

    def recv(self, nbytes: int, deadline: Deadline) -> bytes: ...


class Verb(IntEnum):
    INIT = 1
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    RMDIR = 15
    STAT = 17
    RENAME = 18
    EXTENDED = 200


class Code(IntEnum):
    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    OP_UNSUPPORTED = 8


@dataclass(frozen=True, slots=True)
class Request:
    verb: Verb
    body: bytes


@dataclass(frozen=True, slots=True)
class Status:
    """The server's verdict; `code` may be outside `Code`."""

    code: int
    text: str

    @property
    def ok(self) -> bool:
        return self.code == Code.OK


@dataclass(frozen=True, slots=True)
class Handle:
    token: bytes


@dataclass(frozen=True, slots=True)
class Attributes:
    size: int | None
    is_folder: bool


@dataclass(frozen=True, slots=True)
class Names:
    entries: tuple[tuple[str, Attributes], ...]


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes of a file that is read."""

    content: bytes


Reply = Status | Handle | Attributes | Names | Content


class WireBroken(ConnectionError):
    """The far end closed the channel or sent something that is not SFTP."""


class Wire:
    """Sends requests and receives replies in whatever order the server gives them."""

    def __init__(self, pipe: Pipe, deadline: Callable[[float], Deadline], answer_s: float) -> None:
        """Agree on the protocol. `deadline` gives one that is so many seconds ahead; within `answer_s` the next answer
        has to be here as a whole.

        Raises:
            OSError: the connection failed, fell silent, or does not speak SFTP.
        """
        self._pipe = pipe
        self._deadline = deadline
        self.answer_s = answer_s
        self._buffer = bytearray()
        self._last_id = 0
        self._send(bytes([Verb.INIT]) + struct.pack(">I", 3))
        packet = self._packet()
        if packet[0] != 2 or len(packet) < 5:
            raise WireBroken("the answer to the greeting is not SFTP")
        reader = _Reader(packet, 5)
        extensions = set()
        while reader.more():
            extensions.add(reader.text())
            reader.string()
        self.extensions = frozenset(extensions)

    def send(self, request: Request) -> int:
        """Send without waiting. Returns the number that the reply will bear."""
        self._last_id = (self._last_id + 1) & 0xFFFFFFFF
        self._send(bytes([request.verb]) + struct.pack(">I", self._last_id) + request.body)
        return self._last_id

    def receive(self) -> tuple[int, Reply]:
        """The next reply, to whichever request."""
        packet = self._packet()
        reader = _Reader(packet, 1)
        number = reader.uint32()
        return number, _reply(packet[0], reader)

    def _send(self, payload: bytes) -> None:
        self._pipe.sendall(struct.pack(">I", len(payload)) + payload)

    def _packet(self) -> bytes:
        deadline = self._deadline(self.answer_s)
        length = struct.unpack(">I", self._take(4, deadline))[0]
        if not 1 <= length <= _LARGEST_ANSWER:
            raise WireBroken("an answer is not SFTP; the account's shell may print text at log-in")
        return self._take(length, deadline)

    def _take(self, count: int, deadline: Deadline) -> bytes:
        while len(self._buffer) < count:
            received = self._pipe.recv(65_536, deadline)
            if not received:
                raise WireBroken("the server closed the connection")
            self._buffer += received
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def open_new(path: str) -> Request:
    """Create for writing; fails if it exists."""
    return Request(Verb.OPEN, _string(path) + struct.pack(">II", 0x02 | 0x08 | 0x20, 0))


def open_anew(path: str) -> Request:
    """Create for writing, or empty what is there."""
    return Request(Verb.OPEN, _string(path) + struct.pack(">II", 0x02 | 0x08 | 0x10, 0))


def open_to_read(path: str) -> Request:
    return Request(Verb.OPEN, _string(path) + struct.pack(">II", 0x01, 0))


def read(handle: Handle, offset: int) -> Request:
    return Request(Verb.READ, _string(handle.token) + struct.pack(">QI", offset, WRITE_BYTES))


def write(handle: Handle, offset: int, content: bytes) -> Request:
    return Request(Verb.WRITE, _string(handle.token) + struct.pack(">Q", offset) + _string(content))


def close(handle: Handle) -> Request:
    return Request(Verb.CLOSE, _string(handle.token))


def stat(path: str) -> Request:
    return Request(Verb.STAT, _string(path))


def remove(path: str) -> Request:
    return Request(Verb.REMOVE, _string(path))


def rename(old: str, new: str) -> Request:
    """Most servers fail when `new` exists."""
    return Request(Verb.RENAME, _string(old) + _string(new))


def posix_rename(old: str, new: str) -> Request:
    """Replaces `new` in one step. Only where the server's extensions name it."""
    return Request(Verb.EXTENDED, _string(POSIX_RENAME) + _string(old) + _string(new))


def make_folder(path: str) -> Request:
    return Request(Verb.MKDIR, _string(path) + struct.pack(">I", 0))


def remove_folder(path: str) -> Request:
    return Request(Verb.RMDIR, _string(path))


def open_folder(path: str) -> Request:
    return Request(Verb.OPENDIR, _string(path))


def read_folder(handle: Handle) -> Request:
    return Request(Verb.READDIR, _string(handle.token))


def _string(value: str | bytes) -> bytes:
    encoded = value.encode() if isinstance(value, str) else value
    return struct.pack(">I", len(encoded)) + encoded


def _reply(kind: int, reader: _Reader) -> Reply:
    if kind == 101:
        code = reader.uint32()
        return Status(code, reader.text() if reader.more() else "")
    if kind == 102:
        return Handle(reader.string())
    if kind == 103:
        return Content(reader.string())
    if kind == 104:
        return Names(tuple(reader.entry() for _ in range(reader.uint32())))
    if kind == 105:
        return reader.attributes()
    raise WireBroken(f"an answer of unknown kind {kind}")


class _Reader:
    """Reads a packet from front to back."""

    def __init__(self, packet: bytes, position: int) -> None:
        self._packet = packet
        self._position = position

    def more(self) -> bool:
        return self._position < len(self._packet)

    def uint32(self) -> int:
        return int.from_bytes(self._bytes(4))

    def string(self) -> bytes:
        return self._bytes(self.uint32())

    def text(self) -> str:
        return self.string().decode(errors="replace")

    def attributes(self) -> Attributes:
        flags = self.uint32()
        size = int.from_bytes(self._bytes(8)) if flags & 0x01 else None
        if flags & 0x02:
            self._bytes(8)
        mode = self.uint32() if flags & 0x04 else 0
        if flags & 0x08:
            self._bytes(8)
        if flags & 0x8000_0000:
            for _ in range(self.uint32()):
                self.string()
                self.string()
        return Attributes(size, mode & 0o170000 == 0o040000)

    def entry(self) -> tuple[str, Attributes]:
        name = self.text()
        self.string()
        return name, self.attributes()

    def _bytes(self, count: int) -> bytes:
        end = self._position + count
        if end > len(self._packet):
            raise WireBroken("an answer is shorter than it says")
        taken, self._position = self._packet[self._position : end], end
        return taken
