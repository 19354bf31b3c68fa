"""Alerts in the database: what each target is to be told, what it was told and when, and how its tries went."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.core.alert import Alert, AlertKind, AlertState
from gateway.core.alert_digest import alert_to_json
from gateway.core.alert_entries import alert_of
from gateway.db import Database

MOST_SETTLED = 500
"""Of a target, that are kept to be looked at."""
MOST_WAITING = 500
"""Of a target; what is more stays in the journal until there is room."""
_COLUMNS = "id, target, seq, message, kind, state, subjects, began_ms, ended_ms, facts, made_ms, tries, last_error,"
_COLUMNS += " settled_ms, outcome, told_as"


class AlertOutcome(StrEnum):
    TOLD = "told"
    REFUSED = "refused"
    """By the far end, for good."""
    REMOVED = "removed"
    """With its target."""
    PASSED = "passed"
    """Over before it was told, of what is told only if it stays."""


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """What a target is to be told, or was. `settled_ms`, `outcome`: `None` while it waits. `told_as`: the id of the
    digest in which it was."""

    number: int
    target: str
    seq: int | None
    alert: Alert
    made_ms: int
    tries: int
    last_error: str | None
    settled_ms: int | None
    outcome: AlertOutcome | None
    told_as: str | None


@dataclass(frozen=True, slots=True)
class TargetState:
    """How a target fares. `kinds`: of each the entry after which it is told. `failures`: in a row."""

    name: str
    kinds: Mapping[AlertKind, int]
    since_ms: int
    read_seq: int
    told_ms: int | None
    failures: int
    last_error: str | None
    last_error_ms: int | None
    removed_ms: int | None
    waiting: int
    oldest_waiting_ms: int | None


class AlertStore:
    """All access to the tables `alert_target` and `alert` but for a start's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def targets(self) -> list[TargetState]:
        """By name, those that are gone as well."""
        rows = self._database.read(
            "SELECT id, name, kinds, since_ms, read_seq, told_ms, failures, last_error, last_error_ms, removed_ms,"
            " (SELECT count(*) FROM alert WHERE target = name AND settled_ms IS NULL),"
            " (SELECT min(made_ms) FROM alert WHERE target = name AND settled_ms IS NULL)"
            " FROM sound_alert_target ORDER BY name"
        )
        return self._database.objects("alert_target", rows, _target)

    def waiting(self, target: str) -> list[KeptAlert]:
        """What it is still to be told, in order."""
        return self._select("WHERE target = ? AND settled_ms IS NULL ORDER BY id", target)

    def newest(self, most: int, target: str | None = None) -> list[KeptAlert]:
        """Of one target or of all, newest first."""
        return self._select("WHERE ? IS NULL OR target = ? ORDER BY id DESC LIMIT ?", target, target, most)

    def _select(self, rest: str, *parameters: Any) -> list[KeptAlert]:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_alert {rest}", parameters)  # noqa: S608  # constants
        return self._database.objects("alert", rows, _kept)

    def count_waiting(self, target: str) -> int:
        return int(
            self._database.read("SELECT count(*) FROM alert WHERE target = ? AND settled_ms IS NULL", (target,))[0][0]
        )

    def was_told_of_clock(self, target: str) -> bool:
        """Whether it believes that something is the matter with the clock: by what it was told last, or was tried to
        be told."""
        rows = self._database.read(
            "SELECT state FROM sound_alert WHERE target = ? AND (settled_ms IS NOT NULL OR tries > 0)"
            " AND coalesce(outcome, '') <> 'passed' AND (kind = 'clock' OR kind IS NULL AND facts LIKE ?)"
            " ORDER BY id DESC LIMIT 1",
            (target, '%"kind":"clock"%'),
        )
        return bool(rows) and rows[0][0] != AlertState.ENDED.value

    def keep(self, target: str, news: Sequence[tuple[int, Alert]], passed: Sequence[int], seq: int, at_ms: int) -> None:
        """What the journal says up to that entry, each with its own; `passed` need not be told any more."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE alert SET settled_ms = ?, outcome = 'passed' WHERE id = ? AND settled_ms IS NULL",
                [(at_ms, number) for number in passed],
            )
            for one_seq, alert in news:
                add_alert(connection, target, one_seq, alert, at_ms)
            connection.execute("UPDATE alert_target SET read_seq = ? WHERE name = ?", (seq, target))

    def settle(
        self,
        target: str,
        numbers: Sequence[int],
        outcome: AlertOutcome,
        error: str | None,
        told_as: str | None,
        at_ms: int,
    ) -> None:
        """What came of a message, for good."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE alert SET settled_ms = ?, outcome = ?, last_error = coalesce(?, last_error), told_as = ?"
                " WHERE id = ? AND settled_ms IS NULL",
                [(at_ms, outcome.value, error, told_as, number) for number in numbers],
            )
            if outcome is AlertOutcome.TOLD:
                connection.execute("UPDATE alert_target SET told_ms = ?, failures = 0 WHERE name = ?", (at_ms, target))
            connection.execute(
                "DELETE FROM alert WHERE target = ? AND settled_ms IS NOT NULL AND id <= (SELECT id FROM alert"
                " WHERE target = ? AND settled_ms IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (target, target, MOST_SETTLED),
            )

    def failed(self, target: str, number: int, tries: int, error: str, at_ms: int) -> None:
        """It could not be told. `number`: the oldest alert of the message, which `tries` more of them failed for."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE alert SET tries = tries + ?, last_error = ? WHERE id = ? AND settled_ms IS NULL",
                (tries, error, number),
            )
            connection.execute(
                "UPDATE alert_target SET failures = failures + ?, last_error = ?, last_error_ms = ? WHERE name = ?",
                (tries, error, at_ms, target),
            )

    def entries_after(self, seq: int, most: int) -> list[tuple[int, Alert | None]]:
        """What the next entries of the journal are to be told as, each with its number; damaged ones are left out."""
        rows = self._database.read(
            "SELECT seq, kind, what, time_ms, hash FROM sound_journal WHERE seq > ? ORDER BY seq LIMIT ?", (seq, most)
        )
        return self._database.objects(
            "journal",
            rows,
            lambda number, kind, what, at_ms, entry_hash: (
                number,
                alert_of(kind, json.loads(what), at_ms, entry_hash),
            ),
        )

    def newest_entry(self) -> int:
        """Number of the journal's newest entry, damaged or not; 0: there is none."""
        return int(self._database.read("SELECT coalesce(max(seq), 0) FROM journal")[0][0])

    def forget_damaged(self, target: str) -> int | None:
        """Rows that cannot be read any more go. Returns after which entry the journal is to be read once more for what
        they said; `None`: there are none. What is there already is not made twice."""
        where = "target = ? AND id NOT IN (SELECT id FROM sound_alert)"
        if not self._database.read(f"SELECT 1 FROM alert WHERE {where} LIMIT 1", (target,)):  # noqa: S608  # a constant
            return None
        with self._database.write() as connection:
            connection.execute(f"DELETE FROM alert WHERE {where}", (target,))  # noqa: S608  # a constant
            (first,) = connection.execute("SELECT min(seq) FROM sound_alert WHERE target = ?", (target,)).fetchone()
            (read,) = connection.execute("SELECT min(read_seq) FROM alert_target WHERE name = ?", (target,)).fetchone()
        return max(0, min(read or 0, (first or read or 0) - 1))


def add_alert(connection: sqlite3.Connection, target: str, seq: int | None, alert: Alert, at_ms: int) -> None:
    """It is to be told; for the transaction that goes on from the entry that it is of. Twice is once."""
    content = alert_to_json(alert)
    connection.execute(
        "INSERT OR IGNORE INTO alert (target, seq, message, kind, state, subjects, began_ms, ended_ms, facts, made_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            target,
            seq,
            alert.id,
            None if alert.state is AlertState.DIGEST else alert.kind.value,
            alert.state.value,
            _json(content["subjects"]),
            alert.began_ms,
            alert.ended_ms,
            _json(content["facts"]),
            at_ms,
        ),
    )


def kinds_of(text: str) -> dict[AlertKind, int]:
    """Of a target's row. Kinds that only another version knows of are left out."""
    found: Mapping[str, int] = json.loads(text)
    return {kind: int(found[kind]) for kind in AlertKind if kind in found}


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _target(_number: int, name: str, kinds: str, *rest: Any) -> TargetState:
    return TargetState(name, kinds_of(kinds), *rest)


def _kept(
    number: int, target: str, seq: int | None, message: str, kind: str | None, state: str, *rest: Any
) -> KeptAlert:
    subjects, began_ms, ended_ms, facts, made_ms, tries, last_error, settled_ms, outcome, told_as = rest
    content = json.loads(facts)
    alert_kind = AlertKind(content["alerts"][-1]["kind"] if kind is None else kind)
    alert = Alert(message, alert_kind, AlertState(state), tuple(json.loads(subjects)), began_ms, ended_ms, content)
    return KeptAlert(
        number,
        target,
        seq,
        alert,
        made_ms,
        tries,
        last_error,
        settled_ms,
        None if outcome is None else AlertOutcome(outcome),
        told_as,
    )
