"""What a camera is told of a password when it is asked what it has against us."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading

import pytest

from gateway.cameras.stream.rtsp_question import RtspQuestion
from gateway.runtime.clock import SystemClock

BASIC, DIGEST = 'Basic realm="cam"', 'Digest realm="cam", nonce="1f"'
SECRET = "correct horse"


def asked_by(challenges: list[str]) -> bytes:
    """Everything that a camera hears which answers each question with 401 and these challenges."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                while question := connection.recv(4096):
                    heard.append(question)
                    lines = "".join(f"WWW-Authenticate: {one}\r\n" for one in challenges)
                    connection.sendall(f"RTSP/1.0 401 Unauthorized\r\nCSeq: {len(heard)}\r\n{lines}\r\n".encode())

        camera = threading.Thread(target=serve)
        camera.start()
        port = listener.getsockname()[1]
        url = f"rtsp://127.0.0.1:{port}/stream1"
        answer = RtspQuestion("127.0.0.1", port, url, ("gw", SECRET), True, SystemClock()).ask()
        camera.join(10)
    assert answer.status == 401
    return b"".join(heard)


@pytest.mark.parametrize("challenges", [[DIGEST], [BASIC, DIGEST], [DIGEST, BASIC]])
def test_where_a_proof_is_enough_the_password_itself_is_not_told(challenges: list[str]) -> None:
    heard = asked_by(challenges)
    assert b"Authorization: Digest " in heard
    assert b"Basic" not in heard


def test_it_is_told_where_nothing_else_is_taken() -> None:
    assert base64.b64encode(f"gw:{SECRET}".encode()) in asked_by([BASIC])


@pytest.mark.parametrize("challenges", [[], ["Bearer realm=x"], [""]])
def test_nothing_is_told_to_who_asks_for_nothing_known(challenges: list[str]) -> None:
    assert b"Authorization" not in asked_by(challenges)
