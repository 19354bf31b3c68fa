"""How long a month of reports takes, and what an export costs in time and memory: the commands as a person runs them,
on a database with thirty days of sixty parameters in five-minute records."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from gateway.core.averaging import Average
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.db import open_database
from gateway.records.packing import pack
from gateway.records.store import RecordStore
from tests.support.journey import MIDNIGHT_MS, SLOT_MS
from tests.support.peak_memory import peak_kb

PARAMETERS = tuple(Parameter(f"P{n:02}", "mg/L") for n in range(60))
SLOTS = 30 * 288
ROUNDS = 5

YAML = """
station: {{name: Load, province: HN, facility: LOAD, code: NUO060, kind: wastewater}}
storage: {{path: {folder}}}
links: {{plc: {{type: modbus-tcp, host: 127.0.0.1}}}}
instruments:
  - name: plc
    link: plc
    poll: 1s
    parameters:
"""
LINE = '      - {{symbol: {symbol}, unit: mg/L, custom: true, register: "holding:{at}", type: float32}}\n'


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder)
        took = {
            kind: _run(folder, "report", kind, "--format", "html")[0] for kind in ("completeness", "outages", "monthly")
        }
        export_s, peak_mb = _run(folder, "export")
    reports = ", ".join(f"{kind} {seconds:.1f} s" for kind, seconds in took.items())
    print(
        f"reports: {len(PARAMETERS)} parameters, {SLOTS:,} records: {reports} (goal: a few seconds);"
        f" export {len(PARAMETERS) * SLOTS / export_s / 1000:.0f} thousand rows/s in {peak_mb:.0f} MB"
    )


def _fill(folder: Path) -> None:
    lines = (LINE.format(symbol=parameter.symbol, at=2 * number) for number, parameter in enumerate(PARAMETERS))
    (folder / "gateway.yaml").write_text(YAML.format(folder=folder) + "".join(lines), "utf-8")
    database = open_database(folder / "gateway.db")
    store = RecordStore(database)
    store.add(_record(0), MIDNIGHT_MS)
    with database.write() as connection:
        connection.executemany(
            "INSERT INTO record (length_ms, end_ms, layout_id, closed_ms, packed)"
            " SELECT length_ms, ?, layout_id, closed_ms, ? FROM record WHERE id = 1",
            ((MIDNIGHT_MS + number * SLOT_MS, pack(_record(number).lines)) for number in range(1, SLOTS)),
        )
    database.close()


def _record(number: int) -> Record:
    lines = (
        Line(parameter, Average(20.0 + column * 0.5 + number % 97 * 0.125, Status.MEASURING, 300, 300))
        for column, parameter in enumerate(PARAMETERS)
    )
    return Record(Slot(MIDNIGHT_MS + number * SLOT_MS, SLOT_MS), tuple(lines))


def _run(folder: Path, *arguments: str) -> tuple[float, float]:
    """Median seconds and the most megabytes of memory."""
    took, peaks = [], []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        peaks.append(peak_kb(*arguments, "--month", "2026-01", "-c", str(folder / "gateway.yaml")))
        took.append(time.perf_counter() - began_s)
    return median(took), max(peaks) / 1000


if __name__ == "__main__":
    main()
