"""SFTP over an SSH channel: requests go out, replies come in, in whatever order the server gives them.

Many requests can be under way at once: at 50 ms round trip one at a time gives 4 files a second, thirty give over a
hundred on the same connection. paramiko's own SFTP client waits for each answer and discards the server's list of
extensions.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from gateway.core.phrase import Phrase
from gateway.uplinks.sftp.messages import Attributes, Content, Handle, Names, Reply, SftpRequest, SftpStatus, Verb
from gateway.uplinks.timeouts import Deadline

_LARGEST_ANSWER = 1 << 24
"""Some servers name all files of a folder in one answer. What is no SFTP, but text, seems to be far larger."""


class ByteStream(Protocol):
    """An SSH channel as we use it. Both raise `OSError` when the connection fails and `TimeoutError` when it takes too
    long."""

    def sendall(self, data: bytes) -> None: ...

    def recv(self, nbytes: int, deadline: Deadline) -> bytes: ...


class SftpProtocolError(ConnectionError):
    """The far end closed the channel or sent something that is not SFTP."""


class SftpChannel:
    """Sends requests and receives replies in whatever order the server gives them."""

    def __init__(self, stream: ByteStream, deadline: Callable[[float], Deadline], answer_s: float) -> None:
        """Agree on the protocol. `deadline` gives one that is so many seconds ahead; within `answer_s` the next answer
        has to be here as a whole.

        Raises:
            OSError: the connection failed, fell silent, or does not speak SFTP.
        """
        self._stream = stream
        self._deadline = deadline
        self.answer_s = answer_s
        self._buffer = bytearray()
        self._last_id = 0
        self._unanswered: dict[int, Verb] = {}
        self._send(bytes([Verb.INIT]) + struct.pack(">I", 3))
        packet = self._packet()
        if packet[0] != 2 or len(packet) < 5:
            raise SftpProtocolError(Phrase("the answer to the greeting is not SFTP"))
        reader = _Reader(packet, 5)
        extensions = set()
        while reader.more():
            extensions.add(reader.text())
            reader.string()
        self.extensions = frozenset(extensions)

    def send(self, request: SftpRequest) -> int:
        """Send without waiting. Returns the number that the reply will bear."""
        self._last_id = (self._last_id + 1) & 0xFFFFFFFF
        self._send(bytes([request.verb]) + struct.pack(">I", self._last_id) + request.body)
        self._unanswered[self._last_id] = request.verb
        return self._last_id

    def receive(self) -> tuple[int, Reply]:
        """The next reply, to whichever request."""
        packet = self._packet()
        reader = _Reader(packet, 1)
        number = reader.uint32()
        self._unanswered.pop(number, None)
        return number, _reply(packet[0], reader)

    @property
    def waits_for(self) -> Verb | None:
        """What was asked first of all that is not answered."""
        return next(iter(self._unanswered.values()), None)

    def _send(self, payload: bytes) -> None:
        self._stream.sendall(struct.pack(">I", len(payload)) + payload)

    def _packet(self) -> bytes:
        deadline = self._deadline(self.answer_s)
        length = struct.unpack(">I", self._take(4, deadline))[0]
        if not 1 <= length <= _LARGEST_ANSWER:
            raise SftpProtocolError(Phrase("an answer is not SFTP; the account's shell may print text at log-in"))
        return self._take(length, deadline)

    def _take(self, count: int, deadline: Deadline) -> bytes:
        while len(self._buffer) < count:
            received = self._stream.recv(65_536, deadline)
            if not received:
                raise SftpProtocolError(Phrase("the server closed the connection"))
            self._buffer += received
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def _reply(kind: int, reader: _Reader) -> Reply:
    if kind == 101:
        code = reader.uint32()
        return SftpStatus(code, reader.text() if reader.more() else "")
    if kind == 102:
        return Handle(reader.string())
    if kind == 103:
        return Content(reader.string())
    if kind == 104:
        return Names(tuple(reader.entry() for _ in range(reader.uint32())))
    if kind == 105:
        return reader.attributes()
    raise SftpProtocolError(Phrase("an answer of unknown kind {kind}", kind=kind))


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
        mode = self.uint32() if flags & 0x04 else None
        modified_s = None
        if flags & 0x08:
            self.uint32()  # last read
            modified_s = self.uint32()
        if flags & 0x8000_0000:
            for _ in range(self.uint32()):
                self.string()
                self.string()
        # Without a file type in the mode nobody knows whether it is a folder.
        is_folder = None if mode is None or not mode & 0o170000 else mode & 0o170000 == 0o040000
        return Attributes(size, is_folder, modified_s)

    def entry(self) -> tuple[str, Attributes]:
        name, as_ls_shows_it = self.text(), self.string()
        told = self.attributes()
        if told.is_folder is None and as_ls_shows_it[:1] in (b"d", b"-"):
            told = replace(told, is_folder=as_ls_shows_it[:1] == b"d")
        return name, told

    def _bytes(self, count: int) -> bytes:
        end = self._position + count
        if end > len(self._packet):
            raise SftpProtocolError(Phrase("an answer is shorter than it says"))
        taken, self._position = self._packet[self._position : end], end
        return taken
