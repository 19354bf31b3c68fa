"""Records and raw readings as rows, oldest first, each with its time as people and as programs want it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import ClassVar

from gateway.core.instants import HOUR_MS, local_time
from gateway.core.reading import Status
from gateway.core.record import Line
from gateway.readings.store import ReadingStore
from gateway.records.store import RecordStore
from gateway.reports.period import ReportPeriod


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One parameter of one slot. `value` is as it was computed, not rounded as in the file.

    `measured` is what the instrument said where that is not what is sent (converted to standard conditions, dry, at
    reference oxygen), in its own unit and with its own status; `None` where the value itself was measured.
    """

    HEADS: ClassVar[tuple[str, ...]] = (
        "end_local", "end_utc", "symbol", "value", "unit", "status", "readings", "expected",
        "measured", "measured_unit", "measured_status",
    )  # fmt: skip

    at_ms: int
    end_local: str
    end_utc: str
    symbol: str
    value: float | None
    unit: str
    status: str
    readings: int
    expected: int
    measured: float | None
    measured_unit: str | None
    measured_status: str | None

    def cells(self) -> tuple[str | float | int | None, ...]:
        return (
            self.end_local, self.end_utc, self.symbol, self.value, self.unit, self.status, self.readings, self.expected,
            self.measured, self.measured_unit, self.measured_status,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One raw reading, as the instrument gave it. `late`: its slot was closed already when it came."""

    HEADS: ClassVar[tuple[str, ...]] = ("time_local", "time_utc", "instrument", "symbol", "value", "unit", "status")

    at_ms: int
    time_local: str
    time_utc: str
    instrument: str
    symbol: str
    value: float | None
    unit: str
    status: str

    def cells(self) -> tuple[str | float | int | None, ...]:
        return (self.time_local, self.time_utc, self.instrument, self.symbol, self.value, self.unit, self.status)


Row = RecordRow | ReadingRow

Measured = tuple[float | None, str | None, str | None]
"""Value, unit and status as the instrument had them."""

_AS_SENT: Measured = (None, None, None)
_CODES = {status: status.value for status in Status}


def record_rows(
    records: RecordStore, period: ReportPeriod, length_ms: int, symbols: frozenset[str]
) -> Iterator[RecordRow]:
    """Of slots of that length; without `symbols`, of all parameters."""
    for record in records.records(length_ms, period.from_ms - 1, period.until_ms):
        end_ms = record.slot.end_ms
        times = _times(end_ms, period.zone, "seconds")
        measured = {line.parameter.symbol: _measured(line) for line in record.measured}
        for line in record.lines:
            if not symbols or line.parameter.symbol in symbols:
                mean = line.average
                was, was_unit, was_status = measured.get(line.parameter.symbol, _AS_SENT)
                yield RecordRow(
                    end_ms, *times, line.parameter.symbol, mean.value, line.parameter.unit, _CODES[mean.status],
                    mean.readings, mean.expected, was, was_unit, was_status,
                )  # fmt: skip


def _measured(line: Line) -> Measured:
    return line.average.value, line.parameter.unit, _CODES[line.average.status]


def reading_rows(readings: ReadingStore, period: ReportPeriod, symbols: frozenset[str]) -> Iterator[ReadingRow]:
    """Instrument by instrument within each commit of ten seconds; without `symbols`, of all parameters. Also those that
    came after their slot was closed."""
    # A block lies in one slot, so it begins at most an hour before its last reading.
    for layout, rows in readings.blocks(period.from_ms - HOUR_MS, period.until_ms + 1, late=True):
        wanted = [(column, one) for column, one in enumerate(layout.parameters) if not symbols or one.symbol in symbols]
        for row in rows:
            if wanted and period.from_ms <= row.at_ms <= period.until_ms:
                times = _times(row.at_ms, period.zone, "milliseconds")
                for column, parameter in wanted:
                    yield ReadingRow(
                        row.at_ms, *times, layout.instrument, parameter.symbol, row.readings.values[column],
                        parameter.unit, _CODES[row.readings.statuses[column]],
                    )  # fmt: skip


def _times(at_ms: int, zone: str, precision: str) -> tuple[str, str]:
    local = local_time(at_ms, zone)
    utc = local.astimezone(UTC).replace(tzinfo=None)
    return local.isoformat(timespec=precision), f"{utc.isoformat(timespec=precision)}Z"
