"""Acceptance tests in the database: durable step by step, so that one that was broken off goes on where it was. The
journal tells of its begin, of each verdict and of its end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.core.acceptance import SeenFact, StepName, StepOutcome, StepVerdict
from gateway.core.journal_entry import EntryKind, canonical, sayable
from gateway.db import Database
from gateway.journal.chain import append

_COLUMNS = "id, began_ms, begun_by, parties, remarks, lists, finished_ms, digest"


@dataclass(frozen=True, slots=True)
class AcceptanceRun:
    """One row. `parties`: `enterprise`, `integrator`, `authority`, `place`, as far as they were named."""

    id: int
    began_ms: int
    begun_by: str
    parties: Mapping[str, str]
    remarks: tuple[str, ...]
    lists: Mapping[str, Any]
    finished_ms: int | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class SettledStep:
    """The verdict on one subject of a step."""

    step: StepName
    subject: str
    began_ms: int
    settled_ms: int
    outcome: StepOutcome


class AcceptanceStore:
    """All access to acceptance tests. `by`: the user name of who types."""

    def __init__(self, database: Database, by: str) -> None:
        self._database = database
        self._by = by

    def newest(self) -> AcceptanceRun | None:
        rows = self._database.read(f"SELECT {_COLUMNS} FROM sound_acceptance ORDER BY id DESC LIMIT 1")  # noqa: S608  # constants
        return next(iter(self._database.objects("acceptance", rows, _run)), None)

    def begin(self, parties: Mapping[str, str], lists: Mapping[str, Any], now_ms: int) -> AcceptanceRun:
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO acceptance (began_ms, begun_by, parties, remarks, lists) VALUES (?, ?, ?, '[]', ?)",
                (now_ms, self._by, _json(parties), _json(lists)),
            )
            number: int = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
            what = {"act": "begun", "acceptance": number, "parties": dict(parties), "lists": _hashes(lists)}
            append(connection, now_ms, EntryKind.ACCEPTANCE, what, self._by)
        return AcceptanceRun(number, now_ms, self._by, dict(parties), (), dict(lists), None, None)

    def note(
        self,
        number: int,
        parties: Mapping[str, str],
        lists: Mapping[str, Any],
        remarks: Sequence[str],
    ) -> None:
        """What people said since: names, lists, remarks."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE acceptance SET parties = ?, lists = ?, remarks = ? WHERE id = ?",
                (_json(parties), _json(lists), _json(remarks), number),
            )

    def ask(self, number: int, step: StepName, now_ms: int) -> None:
        """A person is asked for the next thing of this step, now."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO acceptance_request (acceptance_id, step, asked_ms) VALUES (?, ?, ?)",
                (number, step.value, now_ms),
            )

    def asked(self, number: int, step: StepName) -> list[int]:
        """When each request of the step was made, in their order; those of a step that was repeated begin anew."""
        rows = self._database.read(
            "SELECT asked_ms FROM sound_acceptance_request WHERE acceptance_id = ? AND step = ? ORDER BY id",
            (number, step.value),
        )
        return [asked_ms for (asked_ms,) in rows]

    def repeat(self, number: int, step: StepName) -> None:
        """Ask for everything of this step again."""
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM acceptance_request WHERE acceptance_id = ? AND step = ?", (number, step.value)
            )
            connection.execute("UPDATE acceptance SET finished_ms = NULL, digest = NULL WHERE id = ?", (number,))

    def settle(self, number: int, one: SettledStep) -> None:
        outcome = one.outcome
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO acceptance_verdict (acceptance_id, step, subject, began_ms, settled_ms, verdict, seen,"
                " reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    one.step.value,
                    one.subject,
                    one.began_ms,
                    one.settled_ms,
                    outcome.verdict.value,
                    _json([{"key": fact.key, **fact.values} for fact in outcome.seen]),
                    outcome.reason,
                ),
            )
            what = {
                "act": "verdict",
                "acceptance": number,
                "step": one.step.value,
                "subject": one.subject or None,
                "verdict": outcome.verdict.value,
                "reason": outcome.reason,
            }
            append(connection, one.settled_ms, EntryKind.ACCEPTANCE, what, self._by)

    def settled(self, number: int) -> dict[tuple[StepName, str], SettledStep]:
        """The newest verdict on each subject of each step."""
        rows = self._database.read(
            "SELECT id, step, subject, began_ms, settled_ms, verdict, seen, reason FROM sound_acceptance_verdict"
            " WHERE acceptance_id = ? ORDER BY id",
            (number,),
        )
        found = self._database.objects("acceptance_verdict", rows, _settled)
        return {(one.step, one.subject): one for one in found}

    def finish(self, number: int, digest: str, passed: bool, counts: Mapping[str, int], now_ms: int) -> None:
        """Every step has its verdict. `digest`: SHA-256 of the protocol's content."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE acceptance SET finished_ms = ?, digest = ? WHERE id = ?", (now_ms, digest, number)
            )
            what = {"act": "finished", "acceptance": number, "passed": passed, "verdicts": dict(counts)}
            append(connection, now_ms, EntryKind.ACCEPTANCE, {**what, "protocol_sha256": digest}, self._by)

    def written(self, number: int, name: str, sha256: str, now_ms: int) -> None:
        """The protocol was written into a file, to be printed and signed: by which bytes it is known again."""
        with self._database.write() as connection:
            what = {"act": "written", "acceptance": number, "file": name, "sha256": sha256}
            append(connection, now_ms, EntryKind.ACCEPTANCE, what, self._by)


def _json(content: object) -> str:
    return canonical(sayable(content))


def _hashes(lists: Mapping[str, Any]) -> dict[str, str]:
    return {name: one["sha256"] for name, one in lists.items()}


def _run(number: int, began_ms: int, by: str, parties: str, remarks: str, lists: str, *rest: Any) -> AcceptanceRun:
    named: dict[str, str] = json.loads(parties)
    return AcceptanceRun(number, began_ms, by, named, tuple(json.loads(remarks)), json.loads(lists), *rest)


def _settled(_number: int, step: str, subject: str, *row: Any) -> SettledStep:
    began_ms, settled_ms, verdict, seen, reason = row
    facts = tuple(SeenFact(one.pop("key"), one) for one in json.loads(seen))
    return SettledStep(
        StepName(step), subject, began_ms, settled_ms, StepOutcome(StepVerdict(verdict), facts, reason=reason)
    )
