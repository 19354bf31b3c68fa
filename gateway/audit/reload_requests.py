"""Requests to take another configuration over while the gateway runs, and what came of each. What was taken over and
what was refused is told in the journal; nothing here ever holds a value of the configuration."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.core.errors import GatewayError
from gateway.core.journal_entry import EntryKind
from gateway.core.phrase import Phrase, packed, unpacked
from gateway.db import Database
from gateway.journal.chain import append

KEPT = 200
"""The newest requests; of older ones the journal tells."""
_MOST_TOLD = 20
"""Faults of one refused file in the journal; of more their number is told."""
_MOST_KEPT = 100
"""The same in the row: who asked was told all of them by the command."""


class RequestWithdrawn(GatewayError):
    """A request that is not to be carried out any more."""


class ReloadState(StrEnum):
    """How far a request has come. All but the first three are final."""

    WAITING = "waiting"
    TAKING = "taking"
    """It is decided and journalled, and workers are being exchanged."""
    RESTARTING = "restarting"
    TAKEN = "taken"
    UNCHANGED = "unchanged"
    """It is what runs already."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Whoever asked did not wait for it any longer."""


@dataclass(frozen=True, slots=True)
class ReloadOutcome:
    """`why`: of a refusal, and what else there is to say in a line. `changed`: places in the configuration, of secrets,
    too."""

    why: str = ""
    problems: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReloadRequest:
    """One row. `outcome` is empty until it is settled."""

    id: int
    asked_ms: int
    asked_by: str
    sha256: str
    may_restart: bool
    state: ReloadState
    settled_ms: int | None
    outcome: ReloadOutcome


_COLUMNS = "id, asked_ms, asked_by, sha256, may_restart, state, settled_ms, outcome"


class ReloadRequests:
    """All access to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, sha256: str, asked_by: str, at_ms: int, *, may_restart: bool) -> int:
        """Returns the request's number."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO reload_request (asked_ms, asked_by, sha256, may_restart, state)"
                " VALUES (?, ?, ?, ?, 'waiting')",
                (at_ms, asked_by, sha256, may_restart),
            )
            number: int = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
            connection.execute("DELETE FROM reload_request WHERE id <= ?", (number - KEPT,))
            return number

    def find(self, number: int) -> ReloadRequest | None:
        found = self._select("WHERE id = ?", number)
        return found[0] if found else None

    def newest(self) -> ReloadRequest | None:
        """Of those that are settled."""
        found = self._select("WHERE settled_ms IS NOT NULL ORDER BY id DESC LIMIT 1")
        return found[0] if found else None

    def open(self) -> list[ReloadRequest]:
        """Those without an outcome, oldest first."""
        return self._select("WHERE settled_ms IS NULL ORDER BY id")

    def mark(self, connection: sqlite3.Connection, number: int, state: ReloadState) -> None:
        """It has come so far; in the transaction that decides.

        Raises:
            RequestWithdrawn: whoever asked was told meanwhile that nothing is changed, and nothing is to be.
        """
        marked = connection.execute(
            "UPDATE reload_request SET state = ? WHERE id = ? AND settled_ms IS NULL", (state.value, number)
        )
        if marked.rowcount != 1:
            raise RequestWithdrawn

    def settle(self, number: int, state: ReloadState, outcome: ReloadOutcome, at_ms: int) -> None:
        """For good."""
        with self._database.write() as connection:
            _settle(connection, number, state, outcome, at_ms)

    def withdraw(self, number: int, why: str, at_ms: int) -> bool:
        """Whoever asked waits no longer. Tells whether it was still to be had: of what is being taken over already the
        outcome is the daemon's to tell."""
        outcome = json.dumps(_kept(ReloadOutcome(why)), ensure_ascii=False)
        with self._database.write() as connection:
            withdrawn = connection.execute(
                "UPDATE reload_request SET state = ?, settled_ms = ?, outcome = ? WHERE id = ? AND state = ?",
                (ReloadState.WITHDRAWN.value, at_ms, outcome, number, ReloadState.WAITING.value),
            )
            return withdrawn.rowcount == 1

    def refuse(self, request: ReloadRequest, running: str, outcome: ReloadOutcome, at_ms: int) -> None:
        """For good, and told in the journal. `running`: the SHA-256 of what goes on."""
        what = {
            "request": request.id,
            "sha256": request.sha256,
            "running": running,
            "why": outcome.why,
            "problems": list(outcome.problems[:_MOST_TOLD]),
            "problems_untold": max(0, len(outcome.problems) - _MOST_TOLD),
        }
        with self._database.write() as connection:
            if _settle(connection, request.id, ReloadState.REFUSED, outcome, at_ms):
                append(connection, at_ms, EntryKind.CONFIGURATION_REFUSED, what, request.asked_by)

    def settle_at_start(self, left: Sequence[ReloadRequest], sha256: str, at_ms: int) -> None:
        """What the run before `left` open: the file is what this one has begun with, and everybody works by it."""
        for request in left:
            if request.sha256 == sha256:
                self.settle(
                    request.id, ReloadState.TAKEN, ReloadOutcome(Phrase("the gateway has started with it")), at_ms
                )
            elif request.state is not ReloadState.WAITING:
                why = Phrase("the gateway was started meanwhile, with another file than the one that was checked")
                self.refuse(request, sha256, ReloadOutcome(why), at_ms)

    def _select(self, rest: str, *parameters: int) -> list[ReloadRequest]:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_reload_request {rest}", parameters)  # noqa: S608  # constants
        return self._database.objects("reload_request", rows, _request)


def asked_for_the_start(requests: Sequence[ReloadRequest], sha256: str) -> str | None:
    """Who asked for a start with this file, if somebody did."""
    return next((one.asked_by for one in requests if one.sha256 == sha256), None)


def _settle(
    connection: sqlite3.Connection, number: int, state: ReloadState, outcome: ReloadOutcome, at_ms: int
) -> bool:
    settled = connection.execute(
        "UPDATE reload_request SET state = ?, settled_ms = ?, outcome = ? WHERE id = ? AND settled_ms IS NULL",
        (state.value, at_ms, json.dumps(_kept(outcome), ensure_ascii=False), number),
    )
    return settled.rowcount == 1


def _kept(outcome: ReloadOutcome) -> dict[str, Any]:
    """Each sentence with what it was made from, so that everybody reads it in his language."""
    return {
        "why": packed(outcome.why),
        "problems": [packed(one) for one in outcome.problems[:_MOST_KEPT]],
        "changed": [packed(one) for one in outcome.changed],
        "notes": [packed(one) for one in outcome.notes],
    }


def _request(
    number: int, asked_ms: int, asked_by: str, sha256: str, may_restart: int, state: str, settled_ms: Any, outcome: Any
) -> ReloadRequest:
    told = json.loads(outcome) if outcome else {}
    words = ReloadOutcome(
        unpacked(told.get("why", "")),
        *(tuple(map(unpacked, told.get(name, ()))) for name in ("problems", "changed", "notes")),
    )
    return ReloadRequest(number, asked_ms, asked_by, sha256, bool(may_restart), ReloadState(state), settled_ms, words)
