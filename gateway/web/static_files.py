"""Style, scripts and pictures of the page: read once, served from memory, under an address that changes with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    content: bytes
    media_type: str
    digest: str


@cache
def static_files() -> dict[str, StaticFile]:
    """By their path below `static/`. Nothing else is ever opened for an address."""
    return dict(_below(files("gateway.web").joinpath("static"), ""))


def static_address(path: str) -> str:
    """Raises KeyError: there is no such file."""
    return f"/static/{path}?v={static_files()[path].digest}"


def _below(folder: Traversable, path: str) -> list[tuple[str, StaticFile]]:
    found = []
    for one in folder.iterdir():
        if one.is_dir():
            found += _below(one, f"{path}{one.name}/")
        elif (kind := one.name.rpartition(".")[2]) in _MEDIA_TYPES:
            content = one.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:16]
            found.append((f"{path}{one.name}", StaticFile(content, _MEDIA_TYPES[kind], digest)))
    return found
