"""The power goes seconds after the very first start: what one instrument said is kept, of the other nothing was. The
slot's record has every line of the configuration all the same, for a receiver refuses a file that lacks some."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.journey import COD, PH, Journey, measured, sample
from tests.support.live.gateway import RunningGateway
from tests.support.three_days import configuration

SLOT_MS = 10_000
PATIENCE_S = 90.0


def wait_for(gateway: RunningGateway, database: Path, query: str) -> None:
    """Until the query finds something."""
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        gateway.check()
        try:
            with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as reader:
                if reader.execute(query).fetchall():
                    return
        except sqlite3.OperationalError:
            pass  # not there yet, or without its tables
        time.sleep(0.05)
    raise AssertionError(
        f"nothing after {PATIENCE_S:.0f} s: {query}: {gateway.log.read_text(errors='replace')[-2000:]}"
    )


def test_the_cut_slot_has_every_configured_line_and_is_told_in_the_time_of_its_files_name(tmp_path: Path) -> None:
    configuration(tmp_path)
    file = tmp_path / "gateway.yaml"
    text = file.read_text("utf-8").replace("host: 127.0.0.1", "host: 192.0.2.1, timeout: 30s")  # nothing is answered
    file.write_text(text + "reporting: {slot: 10s}\n", "utf-8")
    database = tmp_path / "gateway.db"
    first = RunningGateway(file, tmp_path / "log")
    try:
        wait_for(first, database, "SELECT 1 FROM configuration_in_force")
    finally:
        first.kill()
    journey = Journey(tmp_path)
    assert journey.database.read("SELECT * FROM reading_block") == []
    at_ms = time.time_ns() // 1_000_000
    recorder = journey.recorder({"multiprobe": 5000}, SLOT_MS)
    recorder.accept(sample(at_ms, measured(7.0)))
    recorder.flush()
    journey.database.close()
    end_ms = (at_ms // SLOT_MS + 1) * SLOT_MS
    time.sleep(max(0.0, end_ms / 1000 - time.time()))
    second = RunningGateway(file, tmp_path / "log")
    try:
        wait_for(second, database, "SELECT 1 FROM record")
    finally:
        second.stop()
        second.kill()
    (cut,) = Journey(tmp_path).records.records(SLOT_MS, end_ms - 1, end_ms)
    assert [line.parameter for line in cut.lines] == [PH, COD]
    local = datetime.fromtimestamp(end_ms / 1000, UTC) + timedelta(hours=7)
    assert f"slot closed end={local:%Y-%m-%dT%H:%M:%S}+07:00 " in (tmp_path / "log").read_text("utf-8")
