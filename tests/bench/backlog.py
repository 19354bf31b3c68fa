"""Sixty days of slots that were closed and never sent, as an outage leaves them behind."""

from __future__ import annotations

from pathlib import Path

from gateway.core.averaging import Average
from gateway.core.interfaces import Instant
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.db import open_database
from gateway.files.filer import Filer
from gateway.files.formats import Rendering
from gateway.files.store import FileStore
from gateway.outbox.plan_store import PlanStore
from gateway.outbox.planner import Planner, Subscription
from gateway.records.store import RecordStore
from tests.support.live.expectation import COLUMNS

FILES = 60 * 288
_APART_MS = 300_000


def fill(file: Path, slot_ms: int, before_ms: int, destinations: list[str]) -> None:
    """Put them into a new database: one slot every five minutes, each waiting for every destination."""
    file.parent.mkdir(parents=True, exist_ok=True)
    database = open_database(file)
    database.read("PRAGMA synchronous = OFF")  # filling is not what is measured
    parameters = [Parameter(column.symbol, column.unit) for column in COLUMNS]
    store = RecordStore(database)
    newest_ms = before_ms // _APART_MS * _APART_MS
    for n in range(FILES):
        average = Average(n / 100, Status.MEASURING, 10, 10)
        slot = Slot(newest_ms - n * _APART_MS, slot_ms)
        store.add(Record(slot, tuple(Line(parameter, average) for parameter in parameters)), slot.end_ms + 2_000)
    decimals = tuple((column.symbol, column.decimals) for column in COLUMNS)
    rendering = Rendering("tt10", "HN", "ABCD", "NUO001", "Asia/Ho_Chi_Minh", "NULL", decimals)
    filer = Filer(FileStore(database), [rendering])
    planner = Planner(PlanStore(database), [Subscription(name, slot_ms) for name in destinations], lambda: None)
    for stage in (filer, planner):
        now = Instant(before_ms, 0.0)
        while stage.step(now) <= now.mono_s:
            pass  # a portion at a time, until it says that it has nothing more to do
    database.close()
