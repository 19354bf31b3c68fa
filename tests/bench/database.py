"""How large the database grows with sixty parameters at 1 Hz, and how fast it answers: written by the gateway's own
recorder, closer and stores, with a clock that runs ahead."""

from __future__ import annotations

import os
import random
import struct
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median

from gateway.core.averaging import Average
from gateway.core.reading import Parameter, Readings, Sample, Status
from gateway.core.record import Expectation, Line, Record
from gateway.core.slot import Slot
from gateway.db import Database, open_database
from gateway.files.filer import Filer
from gateway.files.formats import Rendering
from gateway.files.store import FileStore
from gateway.outbox.plan_store import PlanStore
from gateway.outbox.planner import Planner, Subscription
from gateway.readings.recorder import Recorder
from gateway.readings.store import ReadingStore
from gateway.readings.unstamped import UnstampedStore
from gateway.records.closer import Closer, ClosingRules
from gateway.records.store import RecordStore
from gateway.runtime.clerk import Clerk
from gateway.runtime.clock import AlwaysTrusted
from tests.support.clock import FakeClock

HOURS = float(os.environ.get("BENCH_HOURS", "6"))
KEPT_DAYS = 60
SLOT_MS, GRACE_MS = 300_000, 2_000
DAY_MS = 86_400_000
PARAMETERS = tuple(Parameter(f"P{n:02}", "mg/L") for n in range(1, 61))
ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        size, cpu_s = _written(Path(name) / "readings.db")
        series_ms, day_ms, count = _read_back(Path(name) / "records.db")
    days = HOURS / 24
    print(
        f"database: {len(PARAMETERS)} parameters at 1 Hz, {HOURS:g} h written: {size / days / 1e6:.1f} MB a day,"
        f" {size / days * KEPT_DAYS / 1e9:.2f} GB in {KEPT_DAYS} days (goal 1.5), {cpu_s / days:.0f} CPU s a day;"
        f" one parameter over {count:,} records {series_ms:.0f} ms (goal 50);"
        f" one day of all parameters {day_ms:.1f} ms (goal 10)"
    )


def _written(file: Path) -> tuple[int, float]:
    """Bytes on disk and CPU seconds for the simulated hours, from sample to planned delivery."""
    clock = FakeClock()
    database = open_database(file)
    recorder, clerk = _station(database, clock)
    walk = _walk()
    cpu_s = time.process_time()
    for _ in range(round(HOURS * 3600)):
        now = clock.advance(1.0)
        recorder.accept(Sample("plc", now.wall_ms, now.mono_s, PARAMETERS, next(walk)))
        clerk.step(now)
    cpu_s = time.process_time() - cpu_s
    database.close()
    return sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*")), cpu_s


def _walk() -> Iterator[Readings]:
    """Values that wander, half of them scaled integers and half float32, as registers show them; made once and told
    again and again."""
    chance = random.Random(60)
    values = [20.0 + n for n in range(len(PARAMETERS))]
    made = []
    for _ in range(1000):
        values = [max(0.0, value + chance.gauss(0.0, 0.05)) for value in values]
        shown = [_float32(value) if n % 2 else round(value * 100) / 100 for n, value in enumerate(values)]
        made.append(Readings(tuple(shown), (Status.MEASURING,) * len(shown)))
    while True:
        yield from made


def _float32(value: float) -> float:
    shown: float = struct.unpack("f", struct.pack("f", value))[0]
    return shown


def _station(database: Database, clock: FakeClock) -> tuple[Recorder, Clerk]:
    readings, records = ReadingStore(database), RecordStore(database)
    trust = AlwaysTrusted(clock)
    unstamped = UnstampedStore(database, readings, trust.boot_id, SLOT_MS)
    recorder = Recorder(readings, unstamped, trust, {"plc": 1000}, SLOT_MS, GRACE_MS)
    expected = [Expectation(parameter, 1000) for parameter in PARAMETERS]
    rules = ClosingRules(SLOT_MS, GRACE_MS, 75)
    decimals = tuple((parameter.symbol, 2) for parameter in PARAMETERS)
    rendering = Rendering("tt10", "HN", "LOAD", "NUO060", "Asia/Ho_Chi_Minh", "NULL", decimals)
    destinations = [Subscription(name, SLOT_MS) for name in ("province", "ministry")]
    return recorder, Clerk(
        [
            recorder,
            Closer(readings, records, rules, expected, clock.mono_s, (), recorder.flush, trust),
            Filer(FileStore(database), [rendering]),
            Planner(PlanStore(database), destinations, lambda: None),
        ]
    )


def _read_back(file: Path) -> tuple[float, float, int]:
    """Milliseconds for one parameter over sixty days and for one day of everything; how many records there are."""
    database = open_database(file)
    first_ms = FakeClock().wall_ms
    ends = range(first_ms + SLOT_MS, first_ms + KEPT_DAYS * DAY_MS + 1, SLOT_MS)
    store = RecordStore(database)
    # Filling is not what is measured: without waiting for the disk 17,280 times.
    database.read("PRAGMA synchronous = OFF")
    for end_ms in ends:
        average = Average(end_ms / 1e9, Status.MEASURING, 300, 300)
        lines = tuple(Line(parameter, average) for parameter in PARAMETERS)
        store.add(Record(Slot(end_ms, SLOT_MS), lines), end_ms + GRACE_MS)
    series_ms = _median_ms(lambda: store.series(PARAMETERS[30], SLOT_MS, first_ms, ends[-1]))
    day_ms = _median_ms(lambda: store.records(SLOT_MS, ends[-1] - DAY_MS, ends[-1]))
    database.close()
    return series_ms, day_ms, len(ends)


def _median_ms(query: Callable[[], Iterable[object]]) -> float:
    took = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        for _row in query():
            pass
        took.append((time.perf_counter() - began_s) * 1000)
    return median(took)


if __name__ == "__main__":
    main()
