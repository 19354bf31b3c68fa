"""The simulated year as the gateway's own stores keep it: configurations, journal, runs, records."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice, pairwise
from pathlib import Path
from typing import cast

from gateway.audit import runs
from gateway.audit.in_force import tell_limits
from gateway.config import Configuration, load
from gateway.core.averaging import Average
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.records.store import RecordStore
from tests.reference.year import (
    BEGIN_MS,
    CHANGE_OF_PERMIT,
    END_MS,
    HOUR_MS,
    SLOT_MS,
    SLOTS,
    SlotSeries,
    Year,
    ambient_year,
    wastewater_year,
)
from tests.support.journey import Journey

NOW_MS = END_MS + HOUR_MS
READINGS = 60
STATION = """
station: {{name: Trạm, province: HN, facility: ABCD, code: {code}, kind: {kind}, language: vi}}
storage: {{path: {storage}}}
clock: {{trust: assume}}
links: {{plc: {{type: modbus-tcp, host: 127.0.0.1}}}}
instruments:
  - name: analysers
    link: plc
    unit: 1
    poll: 5s
    parameters:
{parameters}
"""
_STATUS = (Status.MEASURING, Status.CALIBRATING, Status.FAULT)


def ambient(folder: Path) -> Configuration:
    limit = '{standard: "QCVN 05:2023"}'
    return _configuration(folder, "KHI001", "ambient_air", ambient_year(), dict.fromkeys(ambient_year().series, limit))


def before_the_change(folder: Path) -> Configuration:
    """Column B; TSS is limited until the end of November."""
    limits = dict.fromkeys(wastewater_year().series, _by_column("B"))
    limits["TSS"] = _by_column("B", ", until: 2025-11-30")
    return _configuration(folder, "NUO001", "wastewater", wastewater_year(), limits)


def after_the_change(folder: Path) -> Configuration:
    """Column A; of TSS nothing is said any more."""
    limits = {symbol: _by_column("A") for symbol in wastewater_year().series if symbol != "TSS"}
    return _configuration(folder, "NUO001", "wastewater", wastewater_year(), limits)


def _by_column(column: str, rest: str = "") -> str:
    return f'{{standard: "QCVN 40:2011", column: {column}, kq: 0.9, kf: 1.1{rest}}}'


def _configuration(folder: Path, code: str, kind: str, year: Year, limits: Mapping[str, str]) -> Configuration:
    lines = []
    for number, (symbol, one) in enumerate(year.series.items()):
        limit = f", limit: {limits[symbol]}" if symbol in limits else ""
        lines.append(
            f'      - {{symbol: "{symbol}", unit: "{one.unit}", register: "holding:{2 * number}", type: float32,'
            f" decimals: {one.decimals}{limit}}}"
        )
    file = folder / f"gateway-{len(limits)}.yaml"
    file.write_text(STATION.format(code=code, kind=kind, storage=folder, parameters="\n".join(lines)), "utf-8")
    return load(file, {})


def year_of(folder: Path, shared: Path, name: str) -> Journey:
    """A database with that station's year behind it, in `folder`: lived through once in `shared`, whoever asks."""
    shared.mkdir(exist_ok=True)
    made = shared / name / "gateway.db"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = shared / f"{name}-making"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            _live_through(making, name)
            making.rename(made.parent)
    shutil.copy(made, folder / "gateway.db")
    return Journey(folder)


def _live_through(folder: Path, name: str) -> None:
    journey = Journey(folder)
    journey.database.read("PRAGMA synchronous = OFF")  # what is measured here is not the disk
    year = ambient_year() if name == "ambient" else wastewater_year()
    changes = (
        {0: ambient(folder)}
        if name == "ambient"
        else {0: before_the_change(folder), CHANGE_OF_PERMIT: after_the_change(folder)}
    )
    parameters = [Parameter(symbol, one.unit) for symbol, one in year.series.items()]
    slots = zip(*map(_averages_of, year.series.values()), strict=True)
    run = runs.begin(journey.database, BEGIN_MS - HOUR_MS, "1")
    off = {one.first: one for one in year.off}
    for first, behind in pairwise(sorted({*off, *changes, SLOTS})):
        begin_ms = BEGIN_MS + first * SLOT_MS
        if first in off:
            one = off[first]
            runs.end(journey.database, run, begin_ms + 10_000 - (one.early_ms and one.early_ms + 10_000), "SIGTERM")
            run = runs.begin(journey.database, BEGIN_MS + one.behind * SLOT_MS - 20_000, "1")
        if first in changes:
            tell_limits(journey.database, changes[first].finding_rules, begin_ms + 40_000)
        with journey.database.write() as connection:
            records = RecordStore(cast(Database, _UnderWay(connection)))
            for place, averages in enumerate(islice(slots, behind - first), first):
                if year.is_recorded[place]:
                    slot = Slot(BEGIN_MS + (place + 1) * SLOT_MS, SLOT_MS)
                    records.add(Record(slot, tuple(map(Line, parameters, averages))), slot.end_ms + 2000)
    journey.database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    journey.database.close()


class _UnderWay:
    """A database in the middle of a transaction, for a store to add to: a commit for each slot of a year takes long."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        yield self._connection


def _averages_of(one: SlotSeries) -> Iterator[Average]:
    values = (one.whole / 10**one.decimals).tolist()
    for value, status, has_value in zip(values, one.status.tolist(), one.has_value.tolist(), strict=True):
        yield Average(value if has_value else None, _STATUS[status], READINGS if has_value else 0, READINGS)
