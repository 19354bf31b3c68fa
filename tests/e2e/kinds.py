"""A stack, an ambient air station and a river station, side by side, as their shipped examples configure them; among
their authorities each of the receiver's layouts once. The stack's controller is at fault for a while.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stationsim
from gateway.config import load
from gateway.db import open_database
from gateway.reports.explain.slot import explain
from gateway.reports.explain.to_json import to_json
from tests.support.live.examples import LATE_AFTER_MS, Office, content_of, put_to_work, scenario_with
from tests.support.live.expectation import end_of
from tests.support.live.gateway import RunningGateway, Stopped, command, wait_between_deliveries
from tests.support.live.recomputation import STACK, Derivation
from tests.support.live.simulator import SimulatedStation, files_at

PATIENCE_S = 150.0
SUMMARY_MS = 20_000
"""Stands for the hour, which nobody can wait for: an interval of several slots."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`watched_s` after the simulator's start, slots end that have it all, if the gateway came up as usual. `troubled`:
    the lines that faults befall. `unsteady`: those that the example itself lets calibrate (a hold, a warm-up, a
    schedule)."""

    example: str
    scenario: str
    offices: tuple[Office, ...]
    watched_s: float
    faults: tuple[dict[str, Any], ...] = ()
    derivations: Mapping[str, Derivation] = field(default_factory=dict)
    troubled: tuple[str, ...] = ()
    unsteady: tuple[str, ...] = ()


_LOAD = (("SO2_load", "kg/h"),)
_DEAD = {"at": "25s", "for": "12s", "instrument": "plc", "unit": 1, "kind": "fault"}
KINDS = {
    "emission": Kind(
        "emission-ak",
        "emission",
        (
            Office("province", "ftps", "YYYY/ThangMM/NgayDD", "%Y/Thang%m/Ngay%d", omitted=("SO2_load",)),
            Office("ministry", "sftp", "YYYYMMDD", "%Y%m%d", declares=_LOAD),
            Office("owner", "ftp", "YYYY-MM-DD", "%Y-%m-%d", declares=_LOAD),
        ),
        47.0,
        (_DEAD,),
        STACK,
        ("Flow", "Temp", "P", "SO2", "PM", "SO2_load"),
    ),
    "ambient_air": Kind(
        "ambient-air-streaming",
        "ambient-air",
        (
            Office("province", "sftp", "YYYY/MM/DD", "%Y/%m/%d"),
            Office("centre", "sftp", "YYYY/ThangMM/YYYYMMDD", "%Y/Thang%m/%Y%m%d", SUMMARY_MS),
            Office("ministry", "ftps-implicit", "YYYY_MM_DD", "%Y_%m_%d"),
        ),
        30.0,
    ),
    "surface_water": Kind(
        "surface-water",
        "surface-water",
        (
            Office("province", "ftp", "YYYY/ThangMM/DDMMYYYY", "%Y/Thang%m/%d%m%Y"),
            Office("ministry", "sftp", "YYYY/MM/DDMMYYYY", "%Y/%m/%d%m%Y"),
        ),
        30.0,
        unsteady=("pH", "EC", "NH4", "NO3", "PO4"),
    ),
}


@dataclass(frozen=True, slots=True)
class Lived:
    """Everything that one station left behind."""

    configuration: dict[str, Any]
    truth: list[dict[str, Any]]
    files: dict[str, dict[str, bytes]]
    scores: dict[str, dict[str, Any]]
    readings: list[dict[str, str]]
    """`gateway export --readings`."""
    records: list[dict[str, str]]
    """`gateway export`."""
    exported: dict[str, dict[str, bytes]]
    """`gateway export --format tt10`, for each authority."""
    explained: dict[int, dict[str, Any]]
    """What `gateway explain --json` says, by the slots' end."""
    stopped: Stopped
    log: str


def run(folder: Path) -> dict[str, Lived]:
    with ThreadPoolExecutor(len(KINDS)) as side_by_side:
        living = {name: side_by_side.submit(_live, kind, folder / name) for name, kind in KINDS.items()}
        return {name: one.result() for name, one in living.items()}


def _live(kind: Kind, folder: Path) -> Lived:
    scenario = scenario_with(stationsim.scenario(kind.scenario), kind.offices, kind.faults)
    simulator = SimulatedStation(scenario, folder)
    try:
        began_ms = time.time_ns() // 1_000_000
        configuration = put_to_work(kind.example, folder, simulator.instruments, simulator.authorities, kind.offices)
        gateway = RunningGateway(configuration, folder / "gateway.log")
        try:
            _wait_until_seen(gateway, simulator, kind, began_ms + round(kind.watched_s * 1000))
            wait_between_deliveries()
            stopped = gateway.stop()
        finally:
            gateway.kill()
    finally:
        simulator.stop()
    return Lived(
        content_of(configuration),
        simulator.truth(),
        {office.name: files_at(simulator.root(office.name)) for office in kind.offices},
        simulator.scores,
        _exported_rows(configuration, "--readings"),
        _exported_rows(configuration),
        {office.name: _exported_files(configuration, office, folder) for office in kind.offices},
        _explained(configuration),
        stopped,
        gateway.log.read_text("utf-8") + simulator.said(),
    )


def _wait_until_seen(gateway: RunningGateway, simulator: SimulatedStation, kind: Kind, until_ms: int) -> None:
    """Until every authority has the file of a slot that ended then or later, and its first one is old enough for it to
    say that none is missing."""
    deadline_s = time.monotonic() + PATIENCE_S
    waiting = {office.name for office in kind.offices}
    while waiting:
        gateway.check()
        if time.monotonic() > deadline_s:
            raise AssertionError(f"after {PATIENCE_S:.0f} s nothing new came to {', '.join(sorted(waiting))}")
        time.sleep(0.5)
        for name in tuple(waiting):
            arrived = [end_of(file.name) for file in simulator.root(name).rglob("*.txt")]
            if arrived and max(arrived) >= max(until_ms, min(arrived) + LATE_AFTER_MS):
                waiting.remove(name)


_ALWAYS = ("--from", "2020-01-01", "--to", "2099-12-31")


def _exported_rows(configuration: Path, *what: str) -> list[dict[str, str]]:
    done = command("export", *_ALWAYS, *what, "--config", configuration)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def _exported_files(configuration: Path, office: Office, folder: Path) -> dict[str, bytes]:
    out = folder / f"tt10-{office.name}"
    done = command(
        "export", *_ALWAYS, "--format", "tt10", "--destination", office.name, "--folder", office.layout,
        "--interval", f"{office.interval_ms // 1000}s", "-o", out, "--config", configuration,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return files_at(out)


def _explained(file: Path) -> dict[int, dict[str, Any]]:
    """Of every slot, in this process: a command for each would take as long as the station lived."""
    configuration = load(file)
    with closing(open_database(configuration.storage.path / "gateway.db", read_only=True)) as database:
        ends = [end_ms for (end_ms,) in database.read("SELECT DISTINCT end_ms FROM record")]
        now_ms = max(ends) + SUMMARY_MS
        return {
            end_ms: to_json(explain(database, configuration, end_ms, now_ms, runs_now=False), configuration)
            for end_ms in ends
        }
