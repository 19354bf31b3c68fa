"""What has been learned of the destinations' servers (gateway.uplinks.manners), kept in the database over restarts.

A note, never a vital path: what cannot be written or read is learned anew.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from gateway.config import Destination
from gateway.core.errors import StoreError
from gateway.core.interfaces import Clock
from gateway.core.manner import LearnedManner, Manner
from gateway.db import Database
from gateway.outbox.destinations import know_destination
from gateway.uplinks.manners import Manners

_log = logging.getLogger(__name__)


def known_manners(database: Database, destination: str) -> tuple[LearnedManner, ...]:
    """What was learned of a destination's server, newest last."""
    rows = database.read(
        "SELECT manner, learned_ms, words, number FROM sound_server_manner"
        " WHERE destination_id = (SELECT id FROM destination WHERE name = ?) ORDER BY learned_ms, manner",
        (destination,),
    )
    known = {manner.value for manner in Manner}  # a newer gateway may have known more
    return tuple(
        LearnedManner(Manner(manner), learned_ms, words, number)
        for manner, learned_ms, words, number in rows
        if manner in known
    )


def known_of_account(
    database: Database, destination: str, configured: Sequence[Destination]
) -> tuple[LearnedManner, ...]:
    """What was learned of a destination's server by any that logs in to its account, of each manner the newest."""
    own = next((one for one in configured if one.name == destination), None)
    names = [destination, *(one.name for one in configured if own and one.account == own.account)]
    newest = {
        learned.manner: learned
        for learned in sorted(
            (learned for name in names for learned in known_manners(database, name)), key=lambda one: one.learned_ms
        )
    }
    return tuple(sorted(newest.values(), key=lambda one: one.learned_ms))


def manners_of(database: Database, destinations: Sequence[Destination], clock: Clock) -> dict[str, Manners]:
    """Those of each destination, by its name, kept in the database. Destinations of one account share them."""
    shared: dict[tuple[object, ...], Manners] = {}
    for one in destinations:
        if one.account not in shared:
            keeper = _Keeper(database, one.name)
            known = known_manners(database, one.name)
            shared[one.account] = Manners(clock, known, one.name, keeper.keep, keeper.forget)
    return {one.name: shared[one.account] for one in destinations}


class _Keeper:
    """Of one destination."""

    def __init__(self, database: Database, destination: str) -> None:
        self._database = database
        self._destination = destination

    def keep(self, learned: LearnedManner) -> None:
        try:
            with self._database.write() as connection:
                know_destination(connection, self._destination)
                connection.execute(
                    "INSERT INTO server_manner (destination_id, manner, learned_ms, words, number)"
                    " SELECT id, ?, ?, ?, ? FROM destination WHERE name = ?"
                    " ON CONFLICT (destination_id, manner) DO UPDATE SET learned_ms = excluded.learned_ms,"
                    " words = excluded.words, number = excluded.number",
                    (learned.manner.value, learned.learned_ms, learned.words, learned.number, self._destination),
                )
        except StoreError as error:
            _log.warning("what was learned of a server is not kept destination=%s error=%r", self._destination, error)

    def forget(self, manner: Manner) -> None:
        try:
            with self._database.write() as connection:
                connection.execute(
                    "DELETE FROM server_manner WHERE manner = ?"
                    " AND destination_id = (SELECT id FROM destination WHERE name = ?)",
                    (manner.value, self._destination),
                )
        except StoreError as error:
            _log.warning("what was learned of a server is not kept destination=%s error=%r", self._destination, error)
