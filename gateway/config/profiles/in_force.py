"""Which profiles the instruments of a configuration took what they are from."""

from __future__ import annotations

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
