"""Which profiles the instruments of a configuration took what they are from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class ProfileInForce:
    """A profile as an instrument of the running configuration took it, so that a change of the file can be noticed."""

    name: str
    version: int
    source: str
    """`shipped`, or the integrator's file."""
    digest: str
    """SHA-256 of the file, in hexadecimal."""
    instruments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} version {self.version} ({self.source}, sha256 {self.digest[:12]})"


def to_json(profiles: Iterable[ProfileInForce]) -> str | None:
    """What is kept of a run: name, version and digest of each; `None` where there are none."""
    kept = {one.name: [one.version, one.digest] for one in profiles}
    return json.dumps(kept, sort_keys=True) if kept else None


def from_json(text: str | None) -> dict[str, tuple[int, str]]:
    """Version and digest by name; empty where nothing was kept, or nothing that can be read."""
    try:
        content = json.loads(text) if text is not None else {}
        return {str(name): (int(version), str(digest)) for name, (version, digest) in content.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
