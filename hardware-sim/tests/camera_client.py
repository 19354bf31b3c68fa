"""A camera's client as the tests need one: PyAV over loopback, and a socket where the answer itself matters."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import av

from stationsim.cameras.camera import SimulatedCamera
from stationsim.cameras.stamp import UUID

PATIENCE_S = 20.0
FPS = 20
Sight = tuple[Any, int | None]  # packet and the number that is stamped on it


def truth(camera: SimulatedCamera) -> list[dict[str, Any]]:
    assert camera.truth is not None
    return [json.loads(line) for line in camera.truth.read_text("utf-8").splitlines()]


@contextmanager
def watched(
    camera: SimulatedCamera, transport: str = "tcp", password: str | None = None, patience_s: float = PATIENCE_S / 2
) -> Iterator[Iterator[Sight]]:
    """Pictures as they come; ends with the connection, or when none came for so long."""
    model = camera.model
    login = f"{model.user}:{password or model.password}@" if model.user else ""
    options = {"rtsp_transport": transport, "probesize": "32", "analyzeduration": "0", "fpsprobesize": "0"}
    with av.open(camera.url.replace("//", f"//{login}"), options=options, timeout=patience_s) as stream:
        yield _pictures(stream)


def _pictures(stream: Any) -> Iterator[Sight]:
    try:
        for packet in stream.demux(stream.streams.video[0]):
            if packet.size:
                yield packet, number_of(bytes(packet))
    except (av.error.TimeoutError, av.error.ExitError, av.error.EOFError, ConnectionError):
        return


def number_of(frame: bytes) -> int | None:
    bare = frame.replace(b"\0\0\3", b"\0\0")
    at = bare.find(UUID)
    return None if at < 0 else int.from_bytes(bare[at + 16 : at + 24], "big")


def numbers(seen: list[Sight]) -> list[int]:
    return [number for _, number in seen if number is not None]


def decoded(camera: SimulatedCamera, count: int) -> list[Any]:
    """The grey levels of so many key frames."""
    found: list[Any] = []
    with watched(camera) as pictures:
        while len(found) < count:
            packet, _ = next(pictures)
            if packet.is_keyframe:
                decoder = av.CodecContext.create("h264", "r")
                shown = [*decoder.decode(packet), *decoder.decode(None)]
                found.append(shown[0].to_ndarray(format="gray"))
    return found


def take(pictures: Iterator[Sight], count: int) -> list[Sight]:
    return [next(pictures) for _ in range(count)]


def asked(camera: SimulatedCamera, method: str = "DESCRIBE", **headers: str) -> str:
    """The whole answer to one question, as text."""
    with socket.create_connection(("127.0.0.1", camera.port), timeout=PATIENCE_S) as line:
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line.sendall(f"{method} {camera.url} RTSP/1.0\r\nCSeq: 1\r\n{more}\r\n".encode())
        return line.recv(65536).decode()
