"""Every port as the daemon saw it last, for the commands, which are other processes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.config.ports.port_name import parse_port_id
from gateway.core.ports import FoundPort
from gateway.db import Database


@dataclass(frozen=True, slots=True)
class SeenPort:
    """A port, and since when it is as it is."""

    found: FoundPort
    since_ms: int


class SeenPorts:
    """All access to what was seen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, seen: Iterable[SeenPort], gone: Iterable[str]) -> None:
        """What changed, in one transaction. `gone`: names of ports that are not there any more."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT INTO port (id, is_occupied, identity, detail, since_ms) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET is_occupied = excluded.is_occupied, identity = excluded.identity,"
                " detail = excluded.detail, since_ms = excluded.since_ms",
                [
                    (str(one.found.id), one.found.is_occupied, one.found.identity, one.found.detail, one.since_ms)
                    for one in seen
                ],
            )
            connection.executemany("DELETE FROM port WHERE id = ?", [(name,) for name in gone])

    def all(self) -> list[SeenPort]:
        """Every port, by name."""
        rows = self._database.read("SELECT id, is_occupied, identity, detail, since_ms FROM sound_port ORDER BY id")
        return self._database.objects("port", rows, _seen)


def _seen(name: str, is_occupied: int | None, identity: str | None, detail: str, since_ms: int) -> SeenPort:
    return SeenPort(
        FoundPort(parse_port_id(name), None if is_occupied is None else bool(is_occupied), identity, detail), since_ms
    )
