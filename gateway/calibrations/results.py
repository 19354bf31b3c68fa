"""The results of calibrations and comparisons, as they were noted, and told in the journal. Rows are never changed and
never deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.core.calibration_check import CalibrationCheck, CheckKind
from gateway.core.instants import local_time
from gateway.core.journal_entry import EntryKind
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.journal.chain import append
from gateway.journal.person import attributed

_COLUMNS = (
    "id, symbol, unit, at_ms, kind, reference, measured, readings, spread,"
    " reason, kept_by, kept_ms, certificate, expires, calibration_ms, corrects_ms, adjusted"
)
_BELONGS_MS = 3_600_000
"""Whoever calibrates writes down what came of it soon afterwards: so long a declared calibration is still meant."""


@dataclass(frozen=True, slots=True)
class ReferenceStandard:
    """The cylinder or solution that was used: the number of its certificate, and the last day on which that holds."""

    certificate: str | None = None
    expires: date | None = None

    def had_expired(self, at_ms: int, zone: str) -> bool:
        return self.expires is not None and local_time(at_ms, zone).date() > self.expires


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """One row. `calibration_ms`: when the declared calibration began that it belongs to; `corrects_ms`: which result of
    the same parameter it replaces, by that one's `kept_ms`."""

    id: int
    check: CalibrationCheck
    reason: str
    kept_by: str
    kept_ms: int
    standard: ReferenceStandard
    calibration_ms: int | None
    corrects_ms: int | None
    was_adjusted: bool
    """Whether the instrument was adjusted afterwards: drift is told from the next check on."""


class CalibrationResults:
    """All access to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        check: CalibrationCheck,
        reason: str,
        kept_by: str,
        now_ms: int,
        standard: ReferenceStandard = ReferenceStandard(),  # noqa: B008  # frozen
        corrects: CalibrationResult | None = None,
        *,
        was_adjusted: bool = False,
        typed_by: str | None = None,
    ) -> CalibrationResult:
        """Keep one. Returns it as it is kept. `typed_by`: the user who does so in another's name.

        Raises:
            ValueError: `corrects` is another parameter's, or was corrected before.
        """
        corrects_ms = None if corrects is None else corrects.kept_ms
        if corrects is not None and corrects.check.symbol != check.symbol:
            raise ValueError(Phrase("result {id} is one of {symbol}", id=corrects.id, symbol=corrects.check.symbol))
        with self._database.write() as connection:
            later = connection.execute(
                "SELECT id FROM calibration_result WHERE symbol = ? AND corrects_ms = ?", (check.symbol, corrects_ms)
            ).fetchone()
            if later is not None:
                raise ValueError(
                    Phrase(
                        "result {id} was corrected by {later}: correct that",
                        id=corrects.id if corrects else 0,
                        later=later[0],
                    )
                )
            newest = connection.execute(
                "SELECT max(kept_ms) FROM calibration_result WHERE symbol = ? AND kept_ms BETWEEN ?2 AND ?2 + 1000",
                (check.symbol, now_ms),
            ).fetchone()[0]
            kept_ms = now_ms if newest is None else newest + 1  # the name of a result is its own
            began = connection.execute(
                "SELECT began_ms FROM sound_calibration WHERE symbol = ?1 AND began_ms <= ?2"
                " AND coalesce(ended_ms, planned_ms, ?2) >= ?2 - ?3 ORDER BY began_ms DESC LIMIT 1",
                (check.symbol, check.at_ms, _BELONGS_MS),
            ).fetchone()
            connection.execute(
                "INSERT INTO calibration_result (symbol, unit, at_ms, kind, reference, measured, readings, spread,"
                " reason, kept_by, kept_ms, certificate, expires, calibration_ms, corrects_ms, adjusted)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    check.symbol, check.unit, check.at_ms, check.kind.value, check.reference, check.measured,
                    check.readings, check.spread, reason, kept_by, kept_ms, standard.certificate,
                    None if standard.expires is None else standard.expires.isoformat(),
                    None if began is None else began[0], corrects_ms, int(was_adjusted),
                ),
            )  # fmt: skip
            number: int = connection.execute("SELECT last_insert_rowid()").fetchone()[0]
            what = {
                "act": "result",
                "parameter": check.symbol,
                "unit": check.unit,
                "measured_ms": check.at_ms,
                "kind": check.kind.value,
                "reference": check.reference,
                "measured": check.measured,
                "readings": check.readings,
                "spread": check.spread,
                "reason": reason,
                "certificate": standard.certificate,
                "expires": standard.expires,
                "corrects_ms": corrects_ms,
                "adjusted": was_adjusted,
            }
            append(connection, now_ms, EntryKind.CALIBRATION, *attributed(what, kept_by, typed_by))
        return self._select("WHERE id = ?", number)[0]

    def find(self, number: int) -> CalibrationResult | None:
        """`None`: there is no such result."""
        return next(iter(self._select("WHERE id = ?", number)), None)

    def newest(self, most: int, symbol: str | None = None) -> list[CalibrationResult]:
        """Newest first by when they were measured, whether or not they were corrected."""
        if symbol is None:
            return self._select("ORDER BY at_ms DESC, id DESC LIMIT ?", most)
        return self._select("WHERE symbol = ? ORDER BY at_ms DESC, id DESC LIMIT ?", symbol, most)

    def measured_in(self, from_ms: int, until_ms: int) -> list[CalibrationResult]:
        """Measured in `[from_ms, until_ms]`, oldest first, whether or not they were corrected."""
        return self._select("WHERE at_ms BETWEEN ? AND ? ORDER BY at_ms, id", from_ms, until_ms)

    def newest_valid(self, symbol: str, kinds: Iterable[CheckKind] = CheckKind) -> CalibrationResult | None:
        """The newest of these kinds that nobody has corrected."""
        wanted = set(kinds)
        return next((one for one in in_force(self.newest(_NEWEST, symbol)) if one.check.kind in wanted), None)

    def _select(self, rest: str, *parameters: object) -> list[CalibrationResult]:
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM sound_calibration_result {rest}",  # noqa: S608  # constants
            parameters,
        )
        return self._database.objects("calibration_result", rows, _result)


_NEWEST = 200


def in_force(results: Iterable[CalibrationResult]) -> list[CalibrationResult]:
    """Those that none of the others corrects, in their order."""
    known = list(results)
    corrected = {(one.check.symbol, one.corrects_ms) for one in known if one.corrects_ms is not None}
    return [one for one in known if (one.check.symbol, one.kept_ms) not in corrected]


def _result(number: int, symbol: str, unit: str, at_ms: int, kind: str, *rest: Any) -> CalibrationResult:
    numbers, (reason, kept_by, kept_ms, certificate, expires, calibration_ms, corrects_ms, adjusted) = (
        rest[:4],
        rest[4:],
    )
    return CalibrationResult(
        number,
        CalibrationCheck(symbol, unit, at_ms, CheckKind(kind), *numbers),
        reason,
        kept_by,
        kept_ms,
        ReferenceStandard(certificate, None if expires is None else date.fromisoformat(expires)),
        calibration_ms,
        corrects_ms,
        bool(adjusted),
    )
