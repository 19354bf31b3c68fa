"""The demo's camera: what is written of it into the configuration, and what runs for it beside the gateway."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

from gateway.cli.demo.secret_file import write_secret
from gateway.core.phrase import Phrase

_LONGEST_SOCKET_PATH = 100
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class DemoCamera:
    """`stream`: what the authority opens, as `user` with the password that lies in `secret`; `picture`: where its
    newest one lies."""

    name: str
    stream: str
    secret: Path
    picture: Path


def why_none(reached: dict[str, dict[str, Any]]) -> str | None:
    """Why the demo has no camera, in words; `None`: it has one. `reached`: the simulator's cameras."""
    for module, package in (("av", "av"), ("cv2", "opencv-python-headless")):
        if find_spec(module) is None:
            return Phrase("the package {package} is missing: pip install 'station-gateway[cameras]'", package=package)
    if not reached:
        return Phrase("the simulator has none")
    missing: str | None = next(iter(reached.values())).get("missing")
    return missing


def add_camera(configuration: Path, name: str, reached: dict[str, Any], folder: Path) -> DemoCamera:
    """Write it into the configuration; passwords go to files that only their owner may read."""
    port = _free_port()
    secret = write_secret(folder / "relay.secret", secrets.token_urlsafe(9))
    template = Template(resources.files(__package__).joinpath("cameras.yaml").read_text("utf-8"))
    with configuration.open("a", encoding="utf-8") as file:
        file.write(
            template.substitute(
                video=folder / "video",
                relay_listen=f"{_HOST}:{port}",
                relay_secret=secret,
                relay_socket=_socket(folder),
                name=name,
                url=reached["url"],
                user=reached["user"],
                secret=write_secret(folder / f"{name}.secret", reached["password"]),
            )
        )
    return DemoCamera(name, f"rtsp://authority@{_HOST}:{port}/{name}", secret, folder / f"{name}.jpg")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _socket(folder: Path) -> Path:
    """In the demo's folder, unless its path is too long for a socket."""
    path = folder / "relay.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    return Path(tempfile.mkdtemp(prefix="station-gateway-")) / "relay.sock"
