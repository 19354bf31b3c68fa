"""Both ends of the relay's socket, each written for itself, understand each other and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.cameras.feed.relay_messages import (
    LARGEST,
    RelayMessage,
    RelayMessages,
    frame_message,
    object_message,
)
from gateway.core.errors import CameraGarbled
from gateway.relay import messages as relay


def in_pieces(content: bytes, size: int) -> list[bytes]:
    return [content[begin : begin + size] for begin in range(0, len(content), size)]


def test_both_ends_have_the_same_kinds() -> None:
    assert {kind.name: kind.value for kind in RelayMessage} == {kind.name: kind.value for kind in relay.Said}


@given(some.text(min_size=1, max_size=32), some.booleans(), some.floats(-1e6, 1e6), some.binary(max_size=300))
def test_a_frame_arrives_as_it_was_sent(camera: str, is_key: bool, pts_s: float, content: bytes) -> None:
    sent = frame_message(camera, content, is_key=is_key, pts_s=pts_s, dts_s=pts_s - 0.04)
    [(kind, body)] = relay.Incoming().add(sent)
    frame = relay.read_frame(body)
    assert kind is relay.Said.FRAME
    assert (frame.camera, frame.is_key, frame.content) == (camera, is_key, content)
    assert abs(frame.pts_us - pts_s * 1e6) <= 1
    assert abs(frame.dts_us - (pts_s - 0.04) * 1e6) <= 1


@given(some.integers(1, 40))
def test_messages_are_whole_whatever_pieces_they_come_in(size: int) -> None:
    frame = frame_message("outlet", bytes(50), is_key=True, pts_s=1, dts_s=1)
    sent = object_message(RelayMessage.SETTINGS, {"user": "Đo"}) + frame + object_message(RelayMessage.ENDED, {})
    incoming = relay.Incoming()
    came = [message for piece in in_pieces(sent, size) for message in incoming.add(piece)]
    assert [kind for kind, _ in came] == [relay.Said.SETTINGS, relay.Said.FRAME, relay.Said.ENDED]
    assert relay.read_object(came[0][1]) == {"user": "Đo"}


@given(some.integers(1, 40))
def test_what_the_relay_says_is_understood(size: int) -> None:
    watch = {"camera": "outlet", "watched": True}
    sent = relay.message(relay.Said.WATCH, watch) + relay.message(relay.Said.VIEW, {"ended_ms": None})
    incoming = RelayMessages()
    came = [message for piece in in_pieces(sent, size) for message in incoming.add(piece)]
    assert came == [(RelayMessage.WATCH, watch), (RelayMessage.VIEW, {"ended_ms": None})]


def test_a_kind_that_is_not_known_is_passed_over() -> None:
    unknown = b"\0\0\0\3\x63{}"
    known = relay.message(relay.Said.WATCH, {})
    assert [kind for kind, _ in RelayMessages().add(unknown + known)] == [RelayMessage.WATCH]
    assert [kind for kind, _ in relay.Incoming().add(unknown + known)] == [relay.Said.WATCH]


@pytest.mark.parametrize(
    "content",
    [
        b"\0\0\0\0\x10",
        (LARGEST + 1).to_bytes(4, "big") + b"\x10",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0\0\0\3\x10[]",
        b"\0\0\0\3\x10\xff\xff",
        b"\0\0\x20\1\x10" + b"[" * 0x2000,
    ],
)
def test_nonsense_ends_the_connection_and_nothing_else(content: bytes) -> None:
    with pytest.raises(CameraGarbled):
        list(RelayMessages().add(content))


@pytest.mark.parametrize("body", [b"", b"\x05ab", b"\x02\xff\xff" + bytes(17), b"\x01a\1"])
def test_a_frame_that_is_none_is_garbled(body: bytes) -> None:
    with pytest.raises(relay.Garbled):
        relay.read_frame(body)
