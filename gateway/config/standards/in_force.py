"""Which tables of the integrator's the limits of a configuration are taken from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.config.standards.own_tables import OwnTable
    from gateway.core.standard_table import Standard


@dataclass(frozen=True, slots=True)
class TableInForce:
    """An own table as limits of the running configuration took it, so that a change of the file can be noticed."""

    name: str
    file: str
    digest: str
    """SHA-256 of the file, in hexadecimal."""
    lines: tuple[str, ...]
    """Of the authority's file, that are limited by it."""

    def __str__(self) -> str:
        return f"{self.name} ({self.file}, sha256 {self.digest[:12]})"


def tables_in_force(limited: Iterable[tuple[str, Standard]], own: Mapping[str, OwnTable]) -> tuple[TableInForce, ...]:
    """In the order of their names. `limited`: lines of the file, each with a standard that limits it."""
    lines: dict[str, dict[str, None]] = {}
    for line, standard in limited:
        if standard.name in own:
            lines.setdefault(standard.name, {})[line] = None
    return tuple(TableInForce(name, own[name].file, own[name].digest, tuple(lines[name])) for name in sorted(lines))
