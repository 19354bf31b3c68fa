"""A camera that does what no decent one does: an RTSP server of a few lines, whose stream a test writes by hand.

H.264 and H.265 over TCP (RFC 7826 § 14, RFC 6184, RFC 7798). It takes any number of connections, one after the other or
at once; each plays the same script.
"""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import av

RATE = 90_000
FRAMES_A_SECOND = 15
TICKS = RATE // FRAMES_A_SECOND
_LARGEST = 1400

_ESTABLISHED = 1
"""As Linux numbers the states of TCP."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One coded picture, Annex B, without parameter sets."""

    coded: bytes
    is_key: bool


@dataclass(frozen=True, slots=True)
class Film:
    """Pictures as they are sent, and the parameter sets that they need."""

    codec: str
    width: int
    height: int
    sets: bytes
    pictures: tuple[Picture, ...]


@cache
def film(codec: str = "h264", width: int = 192, height: int = 108, count: int = 45, key_every: int = 15) -> Film:
    encoder = av.CodecContext.create({"h264": "libx264", "hevc": "libx265"}[codec], "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, FRAMES_A_SECOND)
    each = f"keyint={key_every}:min-keyint={key_every}:scenecut=0:bframes=0:repeat-headers=1"
    encoder.options = {"preset": "ultrafast", f"{encoder.name[3:]}-params": each + ":log-level=none"}
    if codec == "h264":
        encoder.options = {"preset": "ultrafast", "x264-params": each}
    packets = []
    for number in range(count):
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes((number * 5 + place) % 251 for place in range(plane.buffer_size)))
        frame.pts = number
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    is_set = (
        (lambda unit: unit[0] & 31 in (7, 8)) if codec == "h264" else (lambda unit: unit[0] >> 1 & 63 in (32, 33, 34))
    )
    is_slice = (lambda unit: unit[0] & 31 <= 5) if codec == "h264" else (lambda unit: unit[0] >> 1 & 63 < 32)
    sets = b"".join(b"\x00\x00\x00\x01" + unit for unit in units(bytes(packets[0])) if is_set(unit))
    pictures = [
        Picture(
            b"".join(b"\x00\x00\x00\x01" + unit for unit in units(bytes(packet)) if is_slice(unit)), packet.is_keyframe
        )
        for packet in packets
    ]
    return Film(codec, width, height, sets, tuple(pictures))


def units(coded: bytes) -> list[bytes]:
    return [unit for unit in re.split(rb"\x00*\x00\x00\x01", coded) if unit]


class Playing:
    """A connection over which somebody watches. Any call raises `OSError` once they are gone."""

    def __init__(self, connection: socket.socket, codec: str, ended: threading.Event) -> None:
        self._connection = connection
        self._codec = codec
        self._sequence = 0
        self.ended = ended
        """Set when the test is over: a script that waits, waits for it."""

    def picture(self, coded: bytes, stamp: int, *, lost: int = 0) -> None:
        """Annex B, as RTP packets. `lost`: so many of the last ones are not sent, and counted all the same."""
        payloads = [payload for unit in units(coded) for payload in self._payloads(unit)]
        for number, payload in enumerate(payloads, 1):
            packet = self.packet(payload, stamp, is_last=number == len(payloads))
            if number <= len(payloads) - lost:
                self.raw(packet)

    def packet(self, payload: bytes, stamp: int, *, is_last: bool, kind: int = 96, channel: int = 0) -> bytes:
        """One RTP packet, framed."""
        self._sequence += 1
        head = struct.pack(">BBHII", 0x80, kind | 0x80 * is_last, self._sequence & 0xFFFF, stamp & 0xFFFFFFFF, 7)
        return struct.pack(">cBH", b"$", channel, len(head) + len(payload)) + head + payload

    def raw(self, content: bytes) -> None:
        self._connection.sendall(content)

    def wait(self, seconds: float) -> None:
        if self.ended.wait(seconds):
            raise OSError("the test is over")

    def live(self, shown: Film, *, first: int = 0, count: int | None = None, stamp: int = 1_000_000) -> int:
        """Pictures in real time, sets before each key frame; returns the next stamp. `None`: for ever."""
        number = first
        while count is None or number < first + count:
            picture = shown.pictures[number % len(shown.pictures)]
            self.picture(shown.sets + picture.coded if picture.is_key else picture.coded, stamp)
            stamp += TICKS
            number += 1
            self.wait(1 / FRAMES_A_SECOND)
        return stamp

    def _payloads(self, unit: bytes) -> Iterator[bytes]:
        if len(unit) <= _LARGEST:
            yield unit
            return
        head = 1 if self._codec == "h264" else 2
        for begin in range(head, len(unit), _LARGEST):
            edge = 0x80 * (begin == head) | 0x40 * (begin + _LARGEST >= len(unit))
            if self._codec == "h264":
                lead = bytes([unit[0] & 0xE0 | 28, edge | unit[0] & 0x1F])
            else:
                lead = bytes([unit[0] & 0x81 | 49 << 1, unit[1], edge | unit[0] >> 1 & 0x3F])
            yield lead + unit[begin : begin + _LARGEST]


Script = Callable[[Playing], None]


@dataclass
class OddCamera:
    """`answers`: instead of the right answer to a method, this status line's end, such as `404 Not Found`; `""`: none
    at all. `sets`: told when the stream is described; empty: they come in-band only."""

    script: Script
    codec: str = "h264"
    sets: bytes = b""
    answers: Mapping[str, str] = field(default_factory=dict)
    media: str = ""
    """More lines of the description, for another stream."""
    rtpmap: str | None = None
    credentials: tuple[str, str] | None = None
    """User and password, asked for by digest."""
    challenges: Sequence[str] = ('Digest realm="cam", nonce="abc"',)
    host: str = "127.0.0.1"
    port: int = 0
    asked: list[str] = field(default_factory=list)
    """Every request's first line."""
    open_now: list[socket.socket] = field(default_factory=list)
    most_open: int = 0
    """How many connections their clients had open at once: one that a client has closed is none, also while this end
    has not noticed yet."""

    def description(self) -> str:
        name = self.rtpmap or {"h264": "H264/90000", "hevc": "H265/90000"}[self.codec]
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
            f"m=video 0 RTP/AVP 96\r\na=rtpmap:96 {name}\r\n{self._parameters()}a=control:trackID=0\r\n{self.media}"
        )

    def _parameters(self) -> str:
        coded = [base64.b64encode(unit).decode() for unit in units(self.sets)]
        if not coded:
            return "a=fmtp:96 packetization-mode=1\r\n" if self.codec == "h264" else ""
        if self.codec == "h264":
            return f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={','.join(coded)}\r\n"
        return "a=fmtp:96 sprop-vps={};sprop-sps={};sprop-pps={}\r\n".format(*coded)

    def answer(self, method: str, headers: Mapping[str, str], url: str) -> tuple[str, str, str]:
        """Status, headers, body."""
        if method in self.answers:
            return self.answers[method], "", ""
        if self.credentials is not None and method != "OPTIONS" and not self._is_known(method, headers, url):
            return "401 Unauthorized", "".join(f"WWW-Authenticate: {one}\r\n" for one in self.challenges), ""
        match method:
            case "DESCRIBE":
                return "200 OK", "Content-Type: application/sdp\r\n", self.description()
            case "SETUP":
                return "200 OK", f"Transport: {headers['transport']}\r\nSession: 7;timeout=60\r\n", ""
            case "PLAY":
                return "200 OK", "Session: 7\r\n", ""
        return "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", ""

    def _is_known(self, method: str, headers: Mapping[str, str], url: str) -> bool:
        user, password = self.credentials or ("", "")
        said = dict(re.findall(r'(\w+)="?([^",]*)"?', headers.get("authorization", "").removeprefix("Digest ")))
        secret, asked = _md5(f"{user}:cam:{password}"), _md5(f"{method}:{said.get('uri', url)}")
        ours = _md5(f"{secret}:abc:{asked}")
        return said.get("username") == user and said.get("response") == ours


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 (RFC 2617 has no other)


def _is_established(connection: socket.socket) -> bool:
    try:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _ESTABLISHED
    except OSError:
        return False


@contextmanager
def odd_camera(camera: OddCamera) -> Iterator[OddCamera]:
    ended = threading.Event()

    class Connection(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            camera.open_now.append(self.connection)
            camera.most_open = max(camera.most_open, sum(map(_is_established, tuple(camera.open_now))))
            try:
                self._talk()
            except OSError:
                pass  # they are gone
            finally:
                camera.open_now.remove(self.connection)

        def _talk(self) -> None:
            while line := self.rfile.readline().decode().strip():
                camera.asked.append(line)
                method, url, _ = line.split(" ", 2)
                headers = {}
                while header := self.rfile.readline().decode().strip():
                    key, _, value = header.partition(":")
                    headers[key.lower()] = value.strip()
                status, more, body = camera.answer(method, headers, url)
                if not status:
                    ended.wait()
                    return
                length = f"Content-Length: {len(body)}\r\n" if body else ""
                head = f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', 0)}\r\n{more}{length}\r\n"
                self.wfile.write((head + body).encode())
                if method == "PLAY" and status.startswith("200"):
                    camera.script(Playing(self.connection, camera.codec, ended))
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server((camera.host, camera.port), Connection) as server:
        camera.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield camera
        finally:
            ended.set()
            server.shutdown()
            thread.join()
