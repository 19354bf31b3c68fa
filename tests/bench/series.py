"""How long a chart takes: years of a parameter read and thinned to the width of a picture, and drawn; a year of records
beside it as they are read one by one; and the sparklines of all parameters."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from gateway.config import Language, load
from gateway.core.averaging import Average
from gateway.core.instants import DAY_MS
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.db import Database, open_database
from gateway.records.packing import pack
from gateway.records.store import RecordStore
from gateway.reports.series import read_series
from gateway.web.charts.picture import draw_picture
from gateway.web.charts.sparkline import MOST_STEPS as SPARKLINE_STEPS
from gateway.web.page_words import PageWords
from gateway.web.pages.charts import MOST_ROWS, MOST_STEPS
from tests.support.journey import MIDNIGHT_MS, SLOT_MS

DAYS = 3 * 365
ROUNDS = 7
PARAMETERS = tuple(Parameter(f"P{number}", "mg/L") for number in range(8))

YAML = """
station: {{name: Charts, province: HN, facility: LOAD, code: NUO008, kind: wastewater}}
storage: {{path: {folder}}}
links: {{plc: {{type: modbus-tcp, host: 127.0.0.1}}}}
instruments:
  - name: plc
    link: plc
    poll: 1s
    parameters:
"""
REGISTER = "custom: true, register: 'holding:{at}', type: float32, limit: {{max: 30}}"
LINE = f"      - {{{{symbol: {{symbol}}, unit: mg/L, {REGISTER}}}}}"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = (LINE.format(symbol=parameter.symbol, at=2 * number) for number, parameter in enumerate(PARAMETERS))
        (folder / "gateway.yaml").write_text(YAML.format(folder=folder) + "\n".join(lines), "utf-8")
        configuration = load(folder / "gateway.yaml")
        database = _filled(folder / "gateway.db")
        words = PageWords.of(Language.VIETNAMESE, configuration.station.timezone)
        until_ms = MIDNIGHT_MS + DAYS * DAY_MS
        one, day_ms = PARAMETERS[:1], until_ms - DAY_MS
        records = RecordStore(database)
        (series,) = read_series(configuration, database, one, MIDNIGHT_MS, until_ms, MOST_STEPS, MOST_ROWS)
        whole_ms = _took_ms(
            lambda: read_series(configuration, database, one, MIDNIGHT_MS, until_ms, MOST_STEPS, MOST_ROWS)
        )
        single_ms = _took_ms(lambda: list(records.series(one[0], SLOT_MS, MIDNIGHT_MS, until_ms)))
        drawn_ms = _took_ms(lambda: draw_picture(series, words, "chart"))
        small_ms = _took_ms(lambda: read_series(configuration, database, PARAMETERS, day_ms, until_ms, SPARKLINE_STEPS))
        database.close()
    print(
        f"series: {DAYS} days of one of {len(PARAMETERS)} parameters in {whole_ms:.0f} ms (goal: 300 for three years;"
        f" record by record {single_ms:.0f}), drawn in {drawn_ms:.0f} ms; a day of all {len(PARAMETERS)} in"
        f" {small_ms:.0f} ms"
    )


def _filled(file: Path) -> Database:
    """With a fault, a calibration and a hole each fortnight."""
    database = open_database(file)
    RecordStore(database).add(_record(1), MIDNIGHT_MS)
    with database.write() as connection:
        connection.executemany(
            "INSERT INTO record (length_ms, end_ms, layout_id, closed_ms, packed)"
            " SELECT length_ms, ?, layout_id, closed_ms, ? FROM record WHERE id = 1",
            (
                (MIDNIGHT_MS + number * SLOT_MS, pack(_record(number).lines))
                for number in range(2, DAYS * 288 + 1)
                if number % 4032 >= 12
            ),
        )
    database.close()  # all into the file, as after some days: a log of a million pages would be measured instead
    return open_database(file)


def _record(number: int) -> Record:
    phase = number % 4032
    status = Status.FAULT if phase < 30 else Status.CALIBRATING if phase < 50 else Status.MEASURING
    lines = (
        Line(
            parameter,
            Average(
                None if status is Status.FAULT else 20.0 + at + 5 * math.sin(number / 46) + number % 7, status, 300, 300
            ),
        )
        for at, parameter in enumerate(PARAMETERS)
    )
    return Record(Slot(MIDNIGHT_MS + number * SLOT_MS, SLOT_MS), tuple(lines))


def _took_ms(do: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        do()
        took.append(time.perf_counter() - began_s)
    return median(took) * 1000


if __name__ == "__main__":
    main()
