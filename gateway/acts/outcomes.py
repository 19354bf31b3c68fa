"""What became of each request, in the daemon's database: written with what was done, so that nothing is done twice, and
read by the page."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from gateway.core.act import ActOutcome, ActRefusal, ActRequest, ActState, PageActKind
from gateway.core.instants import DAY_MS
from gateway.db import Database

KEPT_DAYS = 90
_COLUMNS = "id, request, kind, person, asked_ms, done_ms, state, count, refusal, words"


@dataclass(frozen=True, slots=True)
class SettledAct:
    """`kind`, `asked_ms`: `None` where the request could not be read."""

    request: str
    kind: PageActKind | None
    person: str
    asked_ms: int | None
    done_ms: int
    outcome: ActOutcome


class ActOutcomes:
    """All access to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, connection: sqlite3.Connection, request: ActRequest, outcome: ActOutcome, done_ms: int) -> None:
        """In the transaction that does it."""
        told = (request.id, request.kind.value, request.person, request.asked_ms)
        _insert(connection, told, outcome, done_ms)

    def keep_unreadable(self, connection: sqlite3.Connection, request_id: str, why: str, done_ms: int) -> None:
        outcome = ActOutcome(ActState.REFUSED, 0, ActRefusal.NO_REQUEST, why)
        _insert(connection, (request_id, "", "", None), outcome, done_ms)

    def settled(self, ids: Collection[str]) -> set[str]:
        """Those of them that have an outcome."""
        marks = ", ".join("?" * len(ids))
        rows = self._database.read(f"SELECT request FROM page_act WHERE request IN ({marks})", tuple(ids))  # noqa: S608
        return {request for (request,) in rows}

    def find(self, request_id: str) -> SettledAct | None:
        found = self._select("WHERE request = ?", (request_id,))
        return found[0] if found else None

    def newest(self, most: int, kinds: Iterable[PageActKind]) -> list[SettledAct]:
        """Newest first."""
        wanted = [kind.value for kind in kinds]
        marks = ", ".join("?" * len(wanted))
        return self._select(f"WHERE kind IN ({marks}) ORDER BY id DESC LIMIT ?", (*wanted, most))

    def forget(self, now_ms: int, waiting: Collection[str]) -> None:
        """Old ones, but for those whose request still lies there: it would be carried out anew."""
        before_ms = now_ms - KEPT_DAYS * DAY_MS
        if self._database.read("SELECT 1 FROM page_act WHERE done_ms < ? LIMIT 1", (before_ms,)):
            marks = ", ".join("?" * len(waiting))
            with self._database.write() as connection:
                connection.execute(
                    f"DELETE FROM page_act WHERE done_ms < ? AND request NOT IN ({marks})",  # noqa: S608
                    (before_ms, *waiting),
                )

    def _select(self, rest: str, parameters: Sequence[str | int]) -> list[SettledAct]:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_page_act {rest}", parameters)  # noqa: S608
        return self._database.objects("page_act", rows, _settled)


def _insert(
    connection: sqlite3.Connection, told: tuple[str, str, str, int | None], outcome: ActOutcome, done_ms: int
) -> None:
    refusal = None if outcome.refusal is None else outcome.refusal.value
    connection.execute(
        "INSERT INTO page_act (request, kind, person, asked_ms, done_ms, state, count, refusal, words)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*told, done_ms, outcome.state.value, outcome.count, refusal, outcome.words),
    )


def _settled(
    _: int,
    request: str,
    kind: str,
    person: str,
    asked_ms: int | None,
    done_ms: int,
    state: str,
    count: int,
    refusal: str | None,
    words: str,
) -> SettledAct:
    outcome = ActOutcome(ActState(state), count, None if refusal is None else ActRefusal(refusal), words)
    return SettledAct(request, PageActKind(kind) if kind else None, person, asked_ms, done_ms, outcome)
