"""What the tests of the journey's stages build their cases from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.core.averaging import Average
from gateway.core.interfaces import ClockTrust, Instant
from gateway.core.reading import Parameter, Reading, Readings, Sample, Status
from gateway.core.record import Aggregation, Line, Record
from gateway.core.slot import Slot, slot_of
from gateway.db import Database, open_database
from gateway.files.formats import Rendering
from gateway.files.store import RENDERERS, FileStore
from gateway.outbox.plan_store import PlanStore
from gateway.outbox.store import OutboxStore
from gateway.readings.calibrations import CalibrationStore
from gateway.readings.packing import Row
from gateway.readings.parameter_board import ParameterBoard
from gateway.readings.recorder import Recorder
from gateway.readings.store import Block, Layout, ReadingStore
from gateway.readings.unstamped import UnstampedStore
from gateway.records.store import RecordStore
from tests.support.new_database import put_new_database
from tests.support.trust import BOOT, CountedFrom1970

MIDNIGHT_MS = 1_767_200_400_000
"""2026-01-01T00:00:00+07:00"""
SLOT_MS = 300_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

PH = Parameter("pH", "-")
COD = Parameter("COD", "mg/L")
WD = Parameter("WD", "degree")

RENDERING = Rendering("tt10", "HN", "ABCD", "NUO001", "Asia/Ho_Chi_Minh", "NULL", (("pH", 2), ("COD", 1)))


def at(wall_ms: int, mono_s: float = 1000.0) -> Instant:
    return Instant(wall_ms, mono_s)


def measured(value: float) -> Reading:
    return Reading(value, Status.MEASURING)


def calibrating(value: float | None = None) -> Reading:
    return Reading(value, Status.CALIBRATING)


def faulty(value: float | None = None) -> Reading:
    return Reading(value, Status.FAULT)


def sample(at_ms: int, *readings: Reading, instrument: str = "multiprobe") -> Sample:
    """Of a machine that was started in 1970, as `tests.support.trust.CountedFrom1970` has it."""
    return Sample(instrument, at_ms, at_ms / 1000, (PH, COD)[: len(readings)], Readings.of(readings))


def block(at_ms: int, *readings: Reading, period_ms: int = 5000, slot_ms: int = SLOT_MS) -> Block:
    """A block with one sample."""
    layout = Layout("multiprobe", period_ms, (PH, COD)[: len(readings)])
    return Block(layout, slot_of(at_ms, slot_ms), (Row(at_ms, Readings.of(readings)),))


def record(end_ms: int, value: float | None = 7.21, length_ms: int = SLOT_MS) -> Record:
    """A record with one line, pH."""
    status = Status.FAULT if value is None else Status.MEASURING
    return Record(Slot(end_ms, length_ms), (Line(PH, Average(value, status, 60, 60)),))


class Journey:
    """A real database in a folder, and every store on it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "gateway.db"
        put_new_database(self.file)
        self.reopen()

    def reopen(self) -> None:
        """As after a restart: nothing in memory survives."""
        self.database: Database = open_database(self.file)
        self.readings = ReadingStore(self.database)
        self.unstamped = UnstampedStore(self.database, self.readings, BOOT, SLOT_MS)
        self.records = RecordStore(self.database)
        self.files = FileStore(self.database)
        self.plans = PlanStore(self.database)
        self.outbox = OutboxStore(self.database)

    def recorder(
        self,
        period_ms: Mapping[str, int],
        slot_ms: int = SLOT_MS,
        grace_ms: int = 2000,
        aggregations: Mapping[Parameter, Aggregation] | None = None,
        calibrations: CalibrationStore | None = None,
        trust: ClockTrust | None = None,
        parameter_board: ParameterBoard | None = None,
    ) -> Recorder:
        """Of a clock that is always right, unless another `trust` is given."""
        vouching = trust or CountedFrom1970()
        return Recorder(
            self.readings,
            self.unstamped,
            vouching,
            period_ms,
            slot_ms,
            grace_ms,
            aggregations,
            calibrations,
            parameter_board,
        )

    def restart(self) -> None:
        self.database.close()
        self.reopen()

    def file_of(self, kept: Record, rendering: Rendering = RENDERING) -> int:
        """Keep the record and make its file. Returns the file's number."""
        self.records.add(kept, kept.slot.end_ms + 2000)
        key = (kept.slot.length_ms, kept.slot.end_ms)
        [(record_id,)] = self.database.read("SELECT id FROM record WHERE length_ms = ? AND end_ms = ?", key)
        document = RENDERERS[rendering.format](kept, rendering)
        self.files.add(record_id, [(rendering, document)], kept.slot.end_ms + 2000)
        return int(self.database.read("SELECT id FROM file WHERE record_id = ?", (record_id,))[0][0])

    def send(self, end_ms: int, destinations: Sequence[str], value: float = 7.21) -> int:
        """A record whose file waits for these destinations. Returns the file's number."""
        file_id = self.file_of(record(end_ms, value))
        self.plans.plan(file_id, destinations, end_ms + 2000)
        return file_id

    def deliveries(self) -> dict[tuple[str, int], str]:
        """State by destination and slot."""
        rows = self.database.read(
            "SELECT name, end_ms, state FROM delivery JOIN destination ON destination.id = destination_id"
        )
        return {(name, end_ms): state for name, end_ms, state in rows}
