"""What the recorder tells the relay to be: where it listens, who may look, at how many cameras."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .messages import Garbled


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """`certificate` and `key` are PEM text, not names of files; both or neither is there."""

    host: str
    port: int
    user: str
    password: str
    viewers: int
    certificate: str | None
    key: str | None
    cameras: tuple[str, ...]

    @property
    def scheme(self) -> str:
        return "rtsp" if self.certificate is None else "rtsps"

    @property
    def fixed(self) -> ServerSettings:
        """All that a server cannot change while it runs."""
        return replace(self, cameras=())

    def __repr__(self) -> str:
        return f"ServerSettings({self.scheme}://{self.host}:{self.port})"


def read_settings(said: dict[str, Any]) -> ServerSettings:
    """
    Raises:
        Garbled: something is missing, or of the wrong kind.
    """
    try:
        return ServerSettings(
            host=_text(said["host"]),
            port=int(said["port"]),
            user=_text(said["user"]),
            password=_text(said["password"]),
            viewers=int(said["viewers"]),
            certificate=None if said["certificate"] is None else _text(said["certificate"]),
            key=None if said["key"] is None else _text(said["key"]),
            cameras=tuple(map(_text, said["cameras"])),
        )
    except (KeyError, TypeError, ValueError):
        raise Garbled("settings that say too little") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
