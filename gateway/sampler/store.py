"""Requests for a sample, and what came of each. Both are told in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.core.journal_entry import EntryKind
from gateway.db import Database
from gateway.journal.chain import append


class SampleState(StrEnum):
    """How far a request has come. All but the first two are final."""

    WAITING = "waiting"
    WRITING = "writing"
    TAKEN = "taken"
    UNCONFIRMED = "unconfirmed"
    """The sampler took the command; what should show that it obeyed does not show it."""
    UNKNOWN = "unknown"
    """Nobody knows whether the command reached the sampler. Not repeated."""
    NOT_TAKEN = "not_taken"
    TOO_SOON = "too_soon"


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """One row. `outcome` says in words what the state says in one."""

    id: int
    asked_ms: int
    asked_by: str
    reason: str
    state: SampleState
    writing_ms: int | None
    settled_ms: int | None
    outcome: str | None


_COLUMNS = "id, asked_ms, asked_by, reason, state, writing_ms, settled_ms, outcome"


class SampleStore:
    """All access to the requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, reason: str, asked_by: str, at_ms: int) -> int:
        """Ask for a sample. Returns the request's number."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO sample_request (asked_ms, asked_by, reason, state) VALUES (?, ?, ?, 'waiting')",
                (at_ms, asked_by, reason),
            )
            number: int = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
            what = {"act": "asked", "request": number, "reason": reason}
            append(connection, at_ms, EntryKind.SAMPLE, what, asked_by)
            return number

    def find(self, number: int) -> SampleRequest:
        """Raises KeyError: no such request."""
        rows = self._select("WHERE id = ?", number)
        if not rows:
            raise KeyError(number)
        return rows[0]

    def newest(self, most: int) -> list[SampleRequest]:
        return self._select("ORDER BY id DESC LIMIT ?", most)

    def open(self) -> list[SampleRequest]:
        """Those without an outcome, oldest first."""
        return self._select("WHERE settled_ms IS NULL ORDER BY id")

    def last_written_ms(self, now_ms: int) -> int | None:
        """When the sampler was told, or may have been, nearest to now: the clock may have been ahead then."""
        rows = self._database.read(
            "SELECT writing_ms FROM sound_sample_request WHERE writing_ms IS NOT NULL AND state <> 'not_taken'"
            " ORDER BY abs(writing_ms - ?) LIMIT 1",
            (now_ms,),
        )
        return rows[0][0] if rows else None

    def begin(self, number: int, at_ms: int) -> None:
        """Durably: the sampler is about to be told."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE sample_request SET state = 'writing', writing_ms = ? WHERE id = ? AND state = 'waiting'",
                (at_ms, number),
            )

    def settle(self, number: int, state: SampleState, outcome: str, at_ms: int) -> None:
        """What came of it, for good."""
        with self._database.write() as connection:
            settled = connection.execute(
                "UPDATE sample_request SET state = ?, outcome = ?, settled_ms = ? WHERE id = ? AND settled_ms IS NULL",
                (state.value, outcome, at_ms, number),
            )
            if settled.rowcount:
                what = {"act": "settled", "request": number, "state": state.value, "outcome": outcome}
                append(connection, at_ms, EntryKind.SAMPLE, what)

    def _select(self, rest: str, *parameters: int) -> list[SampleRequest]:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_sample_request {rest}", parameters)  # noqa: S608  # constants
        return self._database.objects("sample_request", rows, _request)


def _request(number: int, asked_ms: int, asked_by: str, reason: str, state: str, *rest: Any) -> SampleRequest:
    return SampleRequest(number, asked_ms, asked_by, reason, SampleState(state), *rest)
