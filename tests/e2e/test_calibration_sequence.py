"""Zero and span at a simulated analyser by the daemon, asked for at the command line: from the coils to the report."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from gateway.db import open_database
from gateway.readings.store import ReadingStore
from tests.support.live.gateway import RunningGateway, command
from tests.support.live.simulator import SimulatedStation

pytestmark = pytest.mark.timeout(120)

SCENARIO = """
name: calibrated
seed: 1
slot: 10s
station: {province: HN, facility: ABCD, code: KHI001, kind: emission}
instruments:
  - name: plc
    type: modbus-tcp
    units:
      1:
        valves: {zero: "coil:20", span: "coil:21", gas: {SO2: 250}, drift: {SO2: 2.5}, lag: 20ms}
        parameters:
          SO2: {unit: mg/Nm3, register: "input:0", type: float32, signal: {base: 80}}
"""

GATEWAY = """
station: {{name: Stack, province: HN, facility: ABCD, code: KHI001, kind: emission}}
storage: {{path: {folder}/storage}}
clock: {{trust: assume}}
links:
  plc: {{type: modbus-tcp, host: {host}, port: {port}, timeout: 1s}}
instruments:
  - name: rack
    link: plc
    poll: 100ms
    calibration:
      zero: {{coil: 20, for: 1s, settle: 500ms}}
      span: {{coil: 21, for: 1s, settle: 500ms}}
      reference: {{SO2: 250}}
      purge: 500ms
      max_drift: 0.5%
    parameters:
      - {{symbol: SO2, unit: mg/Nm3, register: "input:0", type: float32, range: [0, 1000]}}
destinations: []
"""


def test_zero_and_span_are_played_kept_and_nothing_of_them_is_sent_as_measured(tmp_path: Path) -> None:
    simulator = SimulatedStation(SCENARIO, tmp_path / "sim")
    file = tmp_path / "gateway.yaml"
    plc = simulator.instruments["plc"]
    file.write_text(GATEWAY.format(folder=tmp_path, host=plc["host"], port=plc["port"]), "utf-8")
    gateway = RunningGateway(file, tmp_path / "gateway.log")
    try:
        database = tmp_path / "storage/gateway.db"
        until_s = time.monotonic() + 40
        while not _is_measuring(database):
            gateway.check()
            assert time.monotonic() < until_s
            time.sleep(0.2)
        ran = command("calibrate", "run", "rack", "--reason", "new lamp", "--by", "Lan", "--wait", "--json", "-c", file)
        assert ran.returncode == 0, ran.stderr + ran.stdout + (tmp_path / "gateway.log").read_text()
    finally:
        gateway.stop()
        simulator.stop()
    run = json.loads(ran.stdout)
    assert (run["state"], run["outcome"]) == ("done", "SO2 zero: +2.5 mg/Nm3; SO2 span: +2.5 mg/Nm3")
    assert [step["outcome"] for step in run["steps"]] == ["confirmed"] * 4
    results = json.loads(command("calibrate", "results", "SO2", "--json", "-c", file).stdout)
    assert [(one["kind"], round(one["deviation"], 3), one["by"]) for one in results] == [
        ("span", 2.5, "gateway"),
        ("zero", 2.5, "gateway"),
    ]
    with closing(open_database(database, read_only=True)) as reader:
        readings = [row.readings[0] for _, rows in ReadingStore(reader).blocks(0, 1 << 62) for row in rows]
    measured = {one.value for one in readings if one.status.value == "00"}
    assert measured == {82.5}  # the stack's, drift and all: nothing was corrected
    assert any(one.status.value == "01" and one.value is not None and one.value > 250 for one in readings)


def _is_measuring(database: Path) -> bool:
    """The daemon has kept its first readings, and its valves were seen closed by then."""
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reader:
            return bool(reader.execute("SELECT 1 FROM run").fetchone())
    except sqlite3.Error:
        return False
