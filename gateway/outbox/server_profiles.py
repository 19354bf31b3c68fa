"""What the destinations' servers can do, kept in the database: told by `gateway status DESTINATION`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields

from gateway.core.instants import DAY_MS
from gateway.core.interfaces import Clock
from gateway.core.profile import ServerProfile
from gateway.db import Database
from gateway.outbox.destinations import know_destination

_FRESH_FOR_MS = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class KnownServer:
    """A server's profile and when it was learned (UTC, ms)."""

    profile: ServerProfile
    at_ms: int


def record_profile(database: Database, destination: str, profile: ServerProfile, at_ms: int) -> None:
    """Keep what was learned of a destination's server, in place of what was known before."""
    known = {name: value for name, value in asdict(profile).items() if value is not None}
    with database.write() as connection:
        know_destination(connection, destination)
        connection.execute(
            "INSERT INTO server_profile (destination_id, learned_ms, profile)"
            " SELECT id, ?, ? FROM destination WHERE name = ?"
            " ON CONFLICT (destination_id) DO UPDATE SET learned_ms = excluded.learned_ms, profile = excluded.profile",
            (at_ms, json.dumps(known, ensure_ascii=False), destination),
        )


def known_server(database: Database, destination: str) -> KnownServer | None:
    """What was last learned of a destination's server; `None`: nothing yet, or nothing that can be read."""
    rows = database.read(
        "SELECT profile, learned_ms FROM sound_server_profile"
        " WHERE destination_id = (SELECT id FROM destination WHERE name = ?)",
        (destination,),
    )
    if not rows:
        return None
    try:
        known = json.loads(rows[0][0])
        names = {field.name for field in fields(ServerProfile)}  # a newer gateway may have known more
        return KnownServer(ServerProfile(**{name: value for name, value in known.items() if name in names}), rows[0][1])
    except (ValueError, TypeError, AttributeError):
        return None  # damaged: it is learned anew


def profile_recorder(database: Database, destination: str, clock: Clock) -> Callable[[ServerProfile], None] | None:
    """What keeps the profile of a destination's server when it is probed; `None` while it is known and not old."""
    now_ms = clock.now().wall_ms
    known = known_server(database, destination)
    if known is not None and abs(now_ms - known.at_ms) < _FRESH_FOR_MS:
        return None
    return lambda profile: record_profile(database, destination, profile, clock.now().wall_ms)
