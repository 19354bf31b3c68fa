"""The SFTP protocol in bytes, and many requests under way at once."""

from __future__ import annotations

import struct
from collections.abc import Generator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.uplinks.sftp import messages
from gateway.uplinks.sftp.channel import SftpChannel, SftpProtocolError
from gateway.uplinks.sftp.messages import Attributes, Handle, Names, Reply, SftpRequest, SftpStatus
from gateway.uplinks.sftp.pipeline import UNDER_WAY, run
from gateway.uplinks.timeouts import Deadline
from tests.support.clock import FakeClock


class ByteStream:
    """A channel whose other end is a list of bytes; hands them out in pieces of any size."""

    def __init__(self, received: bytes, piece: int = 65_536, clock: FakeClock | None = None, each_s: float = 0) -> None:
        self.sent = b""
        self._clock = clock or FakeClock()
        self._each_s = each_s
        self.received = received
        self._piece = piece

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def recv(self, nbytes: int, deadline: Deadline) -> bytes:
        deadline.left_s()
        self._clock.advance(self._each_s)
        count = min(nbytes, self._piece)
        taken, self.received = self.received[:count], self.received[count:]
        return taken


def channel_to(stream: ByteStream, clock: FakeClock | None = None) -> SftpChannel:
    return SftpChannel(stream, partial(Deadline, clock or FakeClock()), 20)


def packet(kind: int, body: bytes) -> bytes:
    return struct.pack(">IB", len(body) + 1, kind) + body


def text(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


VERSION = packet(2, struct.pack(">I", 3) + text(b"posix-rename@openssh.com") + text(b"1"))


def test_the_greeting_and_the_servers_extensions() -> None:
    stream = ByteStream(VERSION)
    assert channel_to(stream).extensions == {messages.POSIX_RENAME}
    assert stream.sent == bytes.fromhex("00000005 01 00000003")


def test_requests_in_bytes() -> None:
    stream = ByteStream(VERSION)
    opened = channel_to(stream)
    stream.sent = b""
    assert opened.send(messages.open_new("/a")) == 1
    assert opened.send(messages.write(Handle(b"h"), 2**33, b"xyz")) == 2
    assert stream.sent == bytes.fromhex(
        "00000013 03 00000001 00000002 2f61 0000002a 00000000"
        "00000019 06 00000002 00000001 68 0000000200000000 00000003 78797a".replace(" ", "")
    )


@given(st.integers(1, 7))
def test_replies_arrive_whole_however_they_are_cut(piece: int) -> None:
    attributes = struct.pack(">IQIIII", 0x0D, 70_000_000_000, 0o040755, 1, 2, 0)[: 4 + 8 + 4 + 8]
    names = struct.pack(">II", 9, 1) + text("Tháng".encode()) + text(b"drwx") + struct.pack(">I", 0)
    replies = (
        packet(101, struct.pack(">II", 7, 3) + text(b"Permission denied") + text(b"en"))
        + packet(101, struct.pack(">II", 8, 0))
        + packet(102, struct.pack(">I", 5) + text(b"\x00\xff"))
        + packet(104, names)
        + packet(105, struct.pack(">I", 6) + attributes)
    )
    opened = channel_to(ByteStream(VERSION + replies, piece))
    assert [opened.receive() for _ in range(5)] == [
        (7, SftpStatus(3, "Permission denied")),
        (8, SftpStatus(0, "")),
        (5, Handle(b"\x00\xff")),
        (9, Names((("Tháng", Attributes(None, is_folder=True)),))),
        (6, Attributes(70_000_000_000, is_folder=True, modified_s=2)),
    ]


@pytest.mark.parametrize(
    "received", [b"", b"\x00\x00", b"Welcome to Linux 5.10!\n", packet(101, b""), packet(2, b"\x00"), packet(2, b"")]
)
def test_what_is_not_sftp_is_said_to_be_so(received: bytes) -> None:
    with pytest.raises(SftpProtocolError):
        channel_to(ByteStream(received))


@given(st.binary(max_size=60))
def test_garbage_never_does_more_than_break_the_channel(garbage: bytes) -> None:
    opened = channel_to(ByteStream(VERSION + garbage))
    with pytest.raises(SftpProtocolError):
        list(iter(opened.receive, None))


def test_an_answer_that_drips_is_given_up_in_time() -> None:
    clock = FakeClock()
    began_s = clock.mono_s
    with pytest.raises(TimeoutError):
        channel_to(ByteStream(VERSION, piece=1, clock=clock, each_s=5), clock)
    assert clock.mono_s - began_s == 20


class Backwards:
    """A server that answers the newest request first, and counts how many are open."""

    def __init__(self) -> None:
        self.extensions = frozenset[str]()
        self.open: list[int] = []
        self.most = 0
        self._last = 0

    def send(self, request: SftpRequest) -> int:
        self._last += 1
        self.open.append(self._last)
        self.most = max(self.most, len(self.open))
        return self._last

    def receive(self) -> tuple[int, Reply]:
        number = self.open.pop()
        return number, SftpStatus(number, "")


def test_generators_run_side_by_side_and_get_their_replies_in_order() -> None:
    def steps(number: int) -> Generator[tuple[SftpRequest, ...], tuple[Reply, ...], int]:
        for _ in range(3):
            first, second = yield (messages.stat("a"), messages.stat("b"))
            assert isinstance(first, SftpStatus)
            assert isinstance(second, SftpStatus)
            assert second.code == first.code + 1
        return number

    far_end = Backwards()
    results = list(run(far_end, map(steps, range(100))))  # type: ignore[arg-type]
    assert sorted(results) == list(range(100))
    assert far_end.most == 2 * UNDER_WAY
    assert far_end.open == []
