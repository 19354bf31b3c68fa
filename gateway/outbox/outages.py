"""When a destination took nothing, and why: one row for the whole of it, however many files waited meanwhile.

Written by the couriers in the transaction that settles their batch, so that it survives a restart: an outage goes on
where it was, and a destination that rejected us is not tried again because we started anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.lateness import DelayCause, Outage
from gateway.db import Database


@dataclass(frozen=True, slots=True)
class BatchFailure:
    """A batch of which the destination decided on nothing, or on nothing more."""

    cause: DelayCause
    began_ms: int
    failed_ms: int
    error: str


@dataclass(frozen=True, slots=True)
class OutageDetails:
    """An outage as people want to read of it."""

    outage: Outage
    tries: int
    error: str


@dataclass(frozen=True, slots=True)
class DestinationOutcome:
    """What a batch tells of the destination itself: that it decided on something, that the batch failed, or both."""

    destination: str
    decided_ms: int | None = None
    failure: BatchFailure | None = None


def record_outcome(connection: sqlite3.Connection, outcome: DestinationOutcome) -> None:
    """Write down what is known now; for the transaction that settles the batch."""
    if outcome.decided_ms is not None:
        _end(connection, outcome.destination, outcome.decided_ms)
    if outcome.failure is not None:
        _go_on(connection, outcome.destination, outcome.failure)


def outages(database: Database, destination: str, from_ms: int, until_ms: int) -> Sequence[OutageDetails]:
    """The destination's outages that touch the time, oldest first."""
    rows = database.read(
        "SELECT id, cause, began_ms, ended_ms, tries, error FROM sound_outage"
        " WHERE destination_id = (SELECT id FROM destination WHERE name = ?)"
        " AND began_ms <= ? AND (ended_ms IS NULL OR ended_ms >= ?) ORDER BY began_ms, id",
        (destination, until_ms, from_ms),
    )
    return database.objects("outage", rows, _details)


def _details(_number: int, cause: str, began_ms: int, ended_ms: int | None, tries: int, error: str) -> OutageDetails:
    return OutageDetails(Outage(DelayCause(cause), began_ms, ended_ms), tries, error)


def rejected_ms(database: Database, destination: str) -> int | None:
    """When the destination last rejected us, if it has taken nothing since."""
    rows = database.read(
        "SELECT tried_ms FROM sound_outage WHERE destination_id = (SELECT id FROM destination WHERE name = ?)"
        " AND ended_ms IS NULL AND cause = 'rejected'",
        (destination,),
    )
    return int(rows[0][0]) if rows else None


def rejected_since_ms(database: Database, destination: str) -> int | None:
    """Since when the destination has rejected us, if it has taken nothing since."""
    rows = database.read(
        "SELECT began_ms FROM sound_outage WHERE destination_id = (SELECT id FROM destination WHERE name = ?)"
        " AND ended_ms IS NULL AND cause = 'rejected'",
        (destination,),
    )
    return int(rows[0][0]) if rows else None


def _go_on(connection: sqlite3.Connection, destination: str, failure: BatchFailure) -> None:
    """The outage lasts, or begins. Another cause ends one and begins the next."""
    same = connection.execute(
        "UPDATE outage SET tries = tries + 1, tried_ms = ?, error = ?"
        " WHERE destination_id = (SELECT id FROM destination WHERE name = ?) AND ended_ms IS NULL AND cause = ?",
        (failure.failed_ms, failure.error, destination, failure.cause.value),
    )
    if same.rowcount:
        return
    began_ms = failure.failed_ms if _end(connection, destination, failure.failed_ms) else failure.began_ms
    connection.execute(
        "INSERT INTO outage (destination_id, cause, began_ms, tried_ms, tries, error)"
        " SELECT id, ?, ?, ?, 1, ? FROM destination WHERE name = ?",
        (failure.cause.value, began_ms, failure.failed_ms, failure.error, destination),
    )


def _end(connection: sqlite3.Connection, destination: str, at_ms: int) -> bool:
    """Whether there was one to be ended."""
    ended = connection.execute(
        "UPDATE outage SET ended_ms = ? WHERE destination_id = (SELECT id FROM destination WHERE name = ?)"
        " AND ended_ms IS NULL",
        (at_ms, destination),
    )
    return ended.rowcount > 0
