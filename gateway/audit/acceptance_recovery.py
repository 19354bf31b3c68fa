"""Brings acceptance tests back from another database, a set-aside one above all: what people did and said in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.audit.recovered import RecoveredRows
from gateway.audit.row_transfer import whole_rows, without_number
from gateway.db import Database
from gateway.db.put_back import lowest_number, number_of, put_back
from gateway.db.salvage import Salvage
from gateway.db.salvaged_row import SalvagedRow

TABLES = ("acceptance", "acceptance_request", "acceptance_verdict")
_SAME = ("began_ms", "begun_by")


class AcceptanceRecovery:
    """One other database's acceptance tests. Each comes whole, in one transaction, and below all that are here: the
    newest is the one that goes on. Of one that is here, too (a database that was put back), only verdicts on what has
    none here are taken; what was asked for is asked for again."""

    def __init__(self, source: Salvage, database: Database, on_progress: Callable[[str, int], None]) -> None:
        self._source = source
        self._database = database
        self._on_progress = on_progress
        self.found = RecoveredRows()

    def run(self) -> RecoveredRows:
        """
        Raises:
            StoreError: our own database takes nothing more; what was taken stays.
        """
        tests, requests, verdicts = (whole_rows(self._source, table, self.found, self._on_progress) for table in TABLES)
        numbers = {one.id for one in tests}
        for table, rows in zip(TABLES[1:], (requests, verdicts), strict=True):
            self.found.lost[table] += sum(one.values["acceptance_id"] not in numbers for one in rows)
        for test in sorted(tests, key=lambda one: one.id, reverse=True):
            self._take(
                test,
                [one for one in requests if one.values["acceptance_id"] == test.id],
                [one for one in verdicts if one.values["acceptance_id"] == test.id],
            )
        return self.found

    def _take(self, test: SalvagedRow, requests: list[SalvagedRow], verdicts: list[SalvagedRow]) -> None:
        with self._database.write() as connection:
            known = number_of(connection, "acceptance", {name: test.values[name] for name in _SAME})
            if known is not None:
                self.found.already["acceptance"] += 1
                self.found.already["acceptance_request"] += len(requests)
                verdicts = self._not_here(connection, known, verdicts)
                requests = []
            else:
                known = self._number(connection, test.id)
                self._put(connection, "acceptance", {**test.values, "id": known})
            for table, rows in (("acceptance_request", requests), ("acceptance_verdict", verdicts)):
                for row in rows:
                    self._put(connection, table, {**without_number(row.values), "acceptance_id": known})

    def _not_here(self, connection: Any, number: int, verdicts: list[SalvagedRow]) -> list[SalvagedRow]:
        settled = set(
            connection.execute("SELECT step, subject FROM acceptance_verdict WHERE acceptance_id = ?", (number,))
        )
        rest = [one for one in verdicts if (one.values["step"], one.values["subject"]) not in settled]
        self.found.already["acceptance_verdict"] += len(verdicts) - len(rest)
        return rest

    def _number(self, connection: Any, theirs: int) -> int:
        """The one that it bore, by which the journal and what was printed name it, if it is below all that are here."""
        is_first = connection.execute("SELECT NOT EXISTS (SELECT 1 FROM acceptance)").fetchone()[0]
        lowest = lowest_number(connection, "acceptance")
        return theirs if is_first or theirs < lowest else lowest - 1

    def _put(self, connection: Any, table: str, values: dict[str, Any]) -> None:
        taken = put_back(connection, table, values) is not None
        (self.found.taken if taken else self.found.lost)[table] += 1
