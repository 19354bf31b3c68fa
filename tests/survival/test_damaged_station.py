"""A station whose card flipped a bit in many rows while it was off: it measures, closes and sends on, what lies at both
authorities stays as it was, and `status` tells.

With GATEWAY_BIT_SEEDS only, which the campaign `bits` sets: it takes a minute for each three.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from gateway.db import open_database, verify
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway, command, wait_between_deliveries
from tests.support.live.simulator import WASTEWATER, SimulatedStation, files_at
from tests.survival.bits import flip, triggers_of

SEEDS = int(os.environ.get("GATEWAY_BIT_SEEDS", "0")) // 3
FIRST_SEED = int(os.environ.get("GATEWAY_BIT_SEED", "1"))
FIRST_LIFE_S, SECOND_LIFE_S = 28.0, 50.0
"""Long enough for two slots and more; the second, for the look through the database."""
DAMAGED = (
    ("layout", "definition"),
    ("rendering", "definition"),
    ("server_profile", "profile"),
    ("run", "version"),
    ("component", "state"),
    ("record", "packed"),
    ("reading_block", "packed"),
    ("file", "name"),
    ("file", "sha256"),
    ("delivery", "answer"),
    ("delivery", "planned_ms"),
)

pytestmark = [pytest.mark.timeout(300), pytest.mark.skipif(not SEEDS, reason="a part of the campaign 'bits'")]


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SEEDS))
def test_flipped_bits_cost_a_running_station_nothing(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    simulator = SimulatedStation(WASTEWATER.read_text("utf-8"), tmp_path)
    database = tmp_path / "storage/gateway.db"
    try:
        wanted = [
            Wanted(name, Server.of(simulator.authorities[name], scheme), name)
            for name, scheme in (("province", "sftp"), ("ministry", "ftps"))
        ]
        configuration = write(tmp_path, simulator.instruments, wanted)
        _live(configuration, tmp_path, FIRST_LIFE_S)
        before = {one.name: files_at(simulator.root(one.name)) for one in wanted}
        with closing(sqlite3.connect(database)) as connection:
            triggers = triggers_of(connection)
        rows = {flip(database, table, column, chance, triggers) for table, column in DAMAGED} - {None}
        status = _live(configuration, tmp_path, SECOND_LIFE_S)
        after = {one.name: files_at(simulator.root(one.name)) for one in wanted}
        scores = simulator.scores
    finally:
        simulator.stop()
    told = {one["subject"] for one in status["set_aside"]}
    assert rows <= told, rows - told
    assert status["stages"] == []
    log = (tmp_path / "gateway.log").read_text("utf-8")
    assert "Traceback" not in log
    for name, files in before.items():
        assert len(files) >= 1
        assert {file: after[name].get(file) for file in files} == files
        assert len(after[name]) >= len(files) + 3
        assert (scores[name]["malformed"], scores[name]["duplicates_altered"]) == (0, 0), scores[name]["problems"]
    with closing(open_database(database)) as opened:
        assert verify(opened) == []


def _live(configuration: Path, folder: Path, lasts_s: float) -> dict[str, list[dict[str, str]]]:
    """One life of the daemon. Returns what `status` says at its end."""
    gateway = RunningGateway(configuration, folder / "gateway.log")
    try:
        time.sleep(lasts_s)
        wait_between_deliveries()
        gateway.check()
        told: dict[str, list[dict[str, str]]] = json.loads(command("status", "--json", "-c", configuration).stdout)
        assert gateway.stop().code == 0
    finally:
        gateway.kill()
    return told
