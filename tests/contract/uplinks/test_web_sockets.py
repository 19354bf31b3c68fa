"""Web sockets: what odd web servers answer in place of one, and frames that come in every shape."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel
from gateway.runtime.clock import SystemClock
from gateway.uplinks.mqtt.client import Broker
from gateway.uplinks.mqtt.uplink import MqttUplink, Publication
from gateway.uplinks.timeouts import Timeouts

TEXT = Parcel("", "HN_ABCD_NUO001_20260101000500.txt", b"pH\t7.21\t-\t20260101000500\t00\r\n")
SHORT = Timeouts(connect_s=1, answer_s=1, probe_s=1)
WELCOME = b"\x20\x03\x00\x00\x00"
TAKEN = b"\x40\x02\x00\x01"


@contextmanager
def answering(serve: Callable[[socket.socket], None]) -> Iterator[MqttUplink]:
    """An uplink to a server that does this with its first connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(10)
                try:
                    serve(connection)
                    while connection.recv(4096):
                        pass
                except OSError:
                    return

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        at = Broker("127.0.0.1", listener.getsockname()[1], "station", lambda: "secret", "NUO001", page="/a b")
        publication = Publication("NUO001/data", historical=False)
        uplink = MqttUplink(broker=at, publication=publication, clock=SystemClock(), timeouts=SHORT)
        try:
            yield uplink
        finally:
            uplink.close()
            thread.join(5)


def request(connection: socket.socket) -> dict[str, str]:
    """The head of a request: its first line under the empty name."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(1)
    first, *lines = head.decode().strip().split("\r\n")
    return {"": first, **{name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}}


def accepted(key: str, protocol: str = "Sec-WebSocket-Protocol: mqtt\r\n") -> bytes:
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode(), usedforsecurity=False).digest()
    return (
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nCONNECTION: upgrade\r\n"
        f"Sec-WebSocket-Accept:{base64.b64encode(digest).decode()}\r\n{protocol}\r\n"
    ).encode()


def frame(content: bytes, code: int = 2, last: bool = True) -> bytes:
    length = len(content)
    size = bytes((length,)) if length < 126 else b"\x7e" + length.to_bytes(2, "big")
    return bytes(((0x80 if last else 0) | code,)) + size + content


def received(connection: socket.socket) -> tuple[int, bytes]:
    """One frame of a client: its code and its content, unmasked."""
    code, length = _exactly(connection, 2)
    assert length & 0x80, "a client masks"
    length &= 0x7F
    if length == 126:
        length = int.from_bytes(_exactly(connection, 2), "big")
    elif length == 127:
        length = int.from_bytes(_exactly(connection, 8), "big")
    mask = _exactly(connection, 4)
    return code & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(_exactly(connection, length)))


def _exactly(connection: socket.socket, length: int) -> bytes:
    read = b""
    while len(read) < length:
        more = connection.recv(length - len(read))
        if not more:
            raise EOFError
        read += more
    return read


def broken(after: bytes) -> Callable[[socket.socket], None]:
    """A server that opens the web socket and sends this through it."""

    def serve(connection: socket.socket) -> None:
        connection.sendall(accepted(request(connection)["sec-websocket-key"]) + after)

    return serve


def saying(answer: bytes, *, hang_up: bool = False) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(answer)
        if hang_up:
            connection.shutdown(socket.SHUT_WR)

    return serve


ODD = {
    "not_found": (b"HTTP/1.1 404 Not Found\r\n\r\n", DestinationRejected, r"no web socket at /a b \(HTTP/1.1 404"),
    "an_ordinary_page": (b"HTTP/1.0 200 OK\r\nA: b\r\n\r\n<html>", DestinationRejected, "no web socket at /a b"),
    "tls_wanted": (b"HTTP/1.1 400 Bad Request\r\n\r\n", DestinationRejected, "wss where it wants TLS"),
    "moved": (
        b"HTTP/1.1 301 Moved\r\nLocation: https://new.example.vn/\r\n\r\n",
        DestinationRejected,
        "has moved .* to https://new.example.vn/; write its new url",
    ),
    "forbidden": (b"HTTP/1.1 403 Forbidden\r\n\r\n", DestinationRejected, "lets nobody through"),
    "gateway_without_broker": (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", DeliveryDeferred, "no broker for us now"),
    "too_many": (b"HTTP/1.1 429 Too Many Requests\r\n\r\n", DeliveryDeferred, "no broker for us now"),
    "no_reason": (b"HTTP/1.1 503\r\n\r\n", DeliveryDeferred, "no broker for us now"),
    "ssh": (b"SSH-2.0-OpenSSH_9.2\r\n", DestinationRejected, "an SSH server answers at this port"),
    "tls": (b"\x15\x03\x03\x00\x02\x02\x46", DestinationRejected, "write wss:// in place of ws://"),
    "mqtt": (b"\x20\x02\x00\x01", DestinationRejected, "not a web server"),
    "a_head_without_end": (b"HTTP/1.1 101 X\r\n" + b"a: b\r\n" * 5000, DestinationRejected, "not a web server"),
    "another_key": (
        b"HTTP/1.1 101 X\r\nSec-WebSocket-Accept: abc=\r\n\r\n",
        DestinationRejected,
        "is no web socket's",
    ),
    "half_a_head": (b"HTTP/1.1 101 X\r\nUpg", DeliveryDeferred, "said nothing"),
    "nothing": (b"", DeliveryDeferred, "said nothing"),
}


@pytest.mark.parametrize(("answer", "error", "words"), ODD.values(), ids=ODD)
def test_what_odd_web_servers_say(answer: bytes, error: type[Exception], words: str) -> None:
    with answering(saying(answer)) as way, pytest.raises(error, match=words):
        list(way.deliver([TEXT]))


def test_a_web_server_that_hangs_up() -> None:
    with answering(saying(b"", hang_up=True)) as way, pytest.raises(DeliveryDeferred, match="closed the connection"):
        list(way.deliver([TEXT]))


def test_a_web_socket_for_something_else() -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(accepted(request(connection)["sec-websocket-key"], "Sec-WebSocket-Protocol: chat\r\n"))

    with answering(serve) as way, pytest.raises(DestinationRejected, match="carries chat, not MQTT"):
        list(way.deliver([TEXT]))


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (frame(b"\x03\xf0no room here", 8), "closed the web socket .1008 no room here"),
        (frame(b"", 8), "closed the web socket .1005"),
        (frame(b"hello", 1), "is text, not MQTT"),
        (b"\x82\x81\0\0\0\0a", "not framed as a server's"),
        (b"\xf2\x01a", "not framed as a server's"),
        (b"\x82\x7f\0\0\0\x10\0\0\0\0", "a frame of 68719476736 bytes"),
        (b"\x82\x7e\0", "said nothing"),
    ],
)
def test_what_does_not_keep_to_the_form_is_not_now(after: bytes, words: str) -> None:
    with answering(broken(after)) as way, pytest.raises(DeliveryDeferred, match=words):
        list(way.deliver([TEXT]))


def test_packets_and_frames_may_part_anywhere() -> None:
    asked: list[dict[str, str]] = []
    heard: list[tuple[int, bytes]] = []

    def serve(connection: socket.socket) -> None:
        asked.append(request(connection))
        # Each byte by itself: the welcome in two frames and an empty one, a ping in between.
        welcome = frame(WELCOME[:2], 2, last=False) + frame(b"are you there", 9) + frame(b"", 0, last=False)
        for byte in accepted(asked[0]["sec-websocket-key"], "") + welcome + frame(WELCOME[2:], 0):
            connection.sendall(bytes((byte,)))
        heard.extend(received(connection) for _ in range(3))
        connection.sendall(frame(b"", 10) + frame(TAKEN + b"\xd0\x00"))

    long = Parcel("", "long.txt", bytes(range(256)) * 300)
    with answering(serve) as way:
        (outcome,) = way.deliver([long])
    assert isinstance(outcome, Delivered)
    assert asked[0][""] == "GET /a%20b HTTP/1.1"
    assert asked[0]["sec-websocket-protocol"] == "mqtt"
    codes = [code for code, _ in heard]
    assert sorted(codes) == [2, 2, 10]
    assert heard[codes.index(10)][1] == b"are you there"
    assert heard[-1][1].endswith(long.content)
