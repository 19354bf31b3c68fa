"""MQTT through a web socket (RFC 6455): to everything between, a web page that stays open.

Opened by one request and its answer, within a deadline; then it looks like a socket to whoever reads and writes MQTT.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import socket
import ssl
from urllib.parse import quote

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.phrase import Phrase
from gateway.uplinks.first_words import Speaker, speaker_of, wrong_port
from gateway.uplinks.publish import one_line
from gateway.uplinks.timeouts import Deadline

USUAL_PAGE = "/mqtt"
"""Where most brokers answer; RabbitMQ's is /ws."""
_LONGEST_HEAD = 16_384
_LARGEST_FRAME = 1_048_576
"""A broker has only acknowledgements for us."""
_READ = 65_536
_KEY_OF_ALL = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?\n")
_CONTINUED, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_LATER = (408, 425, 429)
_BLOCKED = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class WebSocket:
    """An open one. Never blocks; what could not be written at once goes out by `write_on`."""

    def __init__(self, connection: socket.socket, beginning: bytes) -> None:
        """`beginning`: what came after the answer that opened it."""
        self._connection = connection
        self._raw = bytearray(beginning)
        self._content = bytearray()
        self._unsent = bytearray()
        self.last_words = ""
        """Why it is over, once it is."""
        self._take_apart()

    def fileno(self) -> int:
        return self._connection.fileno()

    def setblocking(self, flag: bool) -> None:
        self._connection.setblocking(flag)

    def close(self) -> None:
        self._connection.close()

    def pending(self) -> int:
        """Bytes that can be had although the connection itself has nothing to read, its end being one."""
        beneath = self._connection.pending() if isinstance(self._connection, ssl.SSLSocket) else 0
        return len(self._content) + beneath + bool(self.last_words)

    def recv(self, buffer_size: int) -> bytes:
        """Bytes of MQTT; none when the far end has closed it, or does not keep to the form.

        Raises:
            BlockingIOError, ssl.SSLWantReadError: nothing yet.
            OSError: the connection failed.
        """
        while not self._content:
            if self.last_words:
                return b""
            read = self._connection.recv(_READ)
            if not read:
                return b""
            self._raw += read
            self._take_apart()
        taken = bytes(self._content[:buffer_size])
        del self._content[:buffer_size]
        return taken

    def send(self, buffer: bytes | bytearray) -> int:
        """All of it is taken, and sent as far as the connection takes it."""
        self._frame(_BINARY, bytes(buffer))
        return len(buffer)

    @property
    def is_behind(self) -> bool:
        """Whether something waits for `write_on`."""
        return bool(self._unsent)

    def write_on(self) -> None:
        """Send what waits, as far as the connection takes it."""
        try:
            while self._unsent:
                del self._unsent[: self._connection.send(self._unsent)]
        except _BLOCKED:
            return

    def _take_apart(self) -> None:
        """Whole frames out of what was read."""
        while not self.last_words and (frame := self._first_frame()) is not None:
            code, start, length = frame
            content = bytes(self._raw[start : start + length])
            del self._raw[: start + length]
            if code in (_BINARY, _CONTINUED):
                self._content += content
            elif code == _PING:
                self._frame(_PONG, content)
            elif code == _CLOSE:
                self.last_words = _why_closed(content)
                self._frame(_CLOSE, content[:2])
            elif code != _PONG:
                self.last_words = Phrase("what comes through the web socket is text, not MQTT")

    def _first_frame(self) -> tuple[int, int, int] | None:
        """Code, where the content begins, and how long it is; `None`: not whole yet, or nothing that a server sends."""
        raw = self._raw
        if len(raw) < 2:
            return None
        code, length, start = raw[0] & 0x0F, raw[1], 2
        if length > 127 or raw[0] & 0x70:
            self.last_words = Phrase("what comes through the web socket is not framed as a server's")
            return None
        if length > 125:
            start = 4 if length == 126 else 10
            if len(raw) < start:
                return None
            length = int.from_bytes(raw[2:start], "big")
        if length > _LARGEST_FRAME:
            self.last_words = Phrase("a frame of {length} bytes comes through the web socket", length=length)
            return None
        return None if len(raw) < start + length else (code, start, length)

    def _frame(self, code: int, content: bytes) -> None:
        length = len(content)
        if length < 126:
            head = bytes((0x80 | code, 0x80 | length))
        elif length < 65_536:
            head = bytes((0x80 | code, 0x80 | 126)) + length.to_bytes(2, "big")
        else:
            head = bytes((0x80 | code, 0x80 | 127)) + length.to_bytes(8, "big")
        mask = os.urandom(4)
        self._unsent += head + mask + _masked(content, mask)
        self.write_on()


def open_web_socket(
    connection: socket.socket, host: str, port: int, page: str, where: str, within: Deadline
) -> WebSocket:
    """Ask for the page to become a web socket that carries MQTT, on an established connection.

    Raises:
        DestinationRejected: there is none, or not for us.
        DeliveryDeferred: not now.
        OSError, EOFError: the connection failed.
    """
    key = base64.b64encode(os.urandom(16)).decode()
    authority = f"[{host}]" if ":" in host else host.encode("idna").decode()
    request = (
        f"GET {quote(page)} HTTP/1.1\r\nHost: {authority}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
    )
    connection.settimeout(within.left_s())
    connection.sendall(request.encode())
    head, rest = _answer(connection, where, within)
    status = _STATUS.match(head)
    if status is None:
        raise _no_web(where, head)
    words = one_line(status[0].decode("latin-1"))
    fields = _fields(head[status.end() :])
    if status[1] != b"101":
        raise _judged(int(status[1]), where, words, page, fields)
    wanted = base64.b64encode(hashlib.sha1((key + _KEY_OF_ALL).encode(), usedforsecurity=False).digest()).decode()
    if fields.get("sec-websocket-accept") != wanted:
        raise DestinationRejected(
            Phrase(
                "{where}: the answer for {page} is no web socket's; check the url with the authority",
                where=where,
                page=page,
            )
        )
    if fields.get("sec-websocket-protocol", "mqtt").lower() != "mqtt":
        raise DestinationRejected(
            Phrase(
                "{where}: the web socket at {page} carries {one_line}, not MQTT; ask the authority for the "
                "broker's path",
                where=where,
                page=page,
                one_line=one_line(fields["sec-websocket-protocol"]),
            )
        )
    return WebSocket(connection, rest)


def _answer(connection: socket.socket, where: str, within: Deadline) -> tuple[bytes, bytes]:
    """The head of the answer, and what came after it."""
    read = b""
    while b"\r\n\r\n" not in read:
        connection.settimeout(within.left_s())
        more = connection.recv(4096)
        if not more and not read:
            raise EOFError
        read += more
        if not more or len(read) > _LONGEST_HEAD or not b"HTTP/1.".startswith(read[:7]):
            raise _no_web(where, read)
    head, _, rest = read.partition(b"\r\n\r\n")
    return head + b"\r\n", rest


def _fields(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")
    return {
        name.strip().lower(): value.strip() for name, mark, value in (line.partition(":") for line in lines) if mark
    }


def _no_web(where: str, said: bytes) -> DestinationRejected:
    speaker = speaker_of(said)
    if speaker is Speaker.TLS:
        return DestinationRejected(
            Phrase("{where}: the server wants TLS from the first byte; write wss:// in place of ws://", where=where)
        )
    if speaker is not None and speaker is not Speaker.WEB:
        return wrong_port(where, speaker, said)
    shown = one_line(said[:60].decode("latin-1"))
    return DestinationRejected(
        Phrase(
            "{where}: this is not a web server (it answers {shown!r}); check scheme and port: mqtt and mqtts are "
            "for brokers without web sockets, wss for those under TLS",
            where=where,
            shown=shown,
        )
    )


def _judged(code: int, where: str, words: str, page: str, fields: dict[str, str]) -> DeliveryError:
    """What an answer means that opens no web socket."""
    if code in _LATER or code >= 500:
        return DeliveryDeferred(
            Phrase("{where}: the web server has no broker for us now ({words})", where=where, words=words),
            by_server=True,
        )
    if 300 <= code < 400:
        to = one_line(fields.get("location", Phrase("somewhere else")))
        return DestinationRejected(
            Phrase(
                "{where}: {page} has moved ({words}) to {to}; write its new url, with ws or wss",
                where=where,
                page=page,
                words=words,
                to=to,
            )
        )
    if code in (401, 403, 407):
        return DestinationRejected(
            Phrase(
                "{where}: the web server lets nobody through to {page} ({words}); ask the authority for the way in",
                where=where,
                page=page,
                words=words,
            )
        )
    return DestinationRejected(
        Phrase(
            "{where}: there is no web socket at {page} ({words}); write the broker's path into the url, such as "
            "wss://user@host/mqtt, and wss where it wants TLS",
            where=where,
            page=page,
            words=words,
        )
    )


def _masked(content: bytes, mask: bytes) -> bytes:
    length = len(content)
    over_all = int.from_bytes((mask * (length // 4 + 1))[:length], "big")
    return (int.from_bytes(content, "big") ^ over_all).to_bytes(length, "big")


def _why_closed(content: bytes) -> str:
    code = int.from_bytes(content[:2], "big") if len(content) >= 2 else 1005
    words = one_line(content[2:].decode("utf-8", "replace"))
    return Phrase("the server closed the web socket ({code}{words})", code=code, words=" " + words if words else "")
