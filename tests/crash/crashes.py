"""`kill -9` again and again at random moments, with two authorities that turn away every fifth connection.

Every second life is as long from the end of its start on as the others are from its beginning, for on a slow machine
these see little but the start. At the end the daemon is left alone until nothing waits any more, and told to stop; the
tests look at what the run left behind. `GATEWAY_CRASHES` says how often it is killed, `GATEWAY_CRASH_SEED` at which
moments.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway, Stopped
from tests.support.live.refusing_proxy import RefusingProxy
from tests.support.live.simulator import WASTEWATER, SimulatedStation, files_at

CRASHES = int(os.environ.get("GATEWAY_CRASHES", "10"))
SEED = int(os.environ.get("GATEWAY_CRASH_SEED", "2021"))
REFUSED = 0.2
SHORTEST_LIFE_S, LONGEST_LIFE_S = 4.0, 7.0
CALM_WITHIN_S = 90.0
SLOT_MS = 10_000


@dataclass(frozen=True, slots=True)
class Life:
    """One run of the daemon, from its start to its end, in UTC milliseconds."""

    began_ms: int
    ended_ms: int


@dataclass(frozen=True, slots=True)
class Crashes:
    """Everything that the run left behind."""

    lives: list[Life]
    database: Path
    truth: list[dict[str, Any]]
    files: dict[str, dict[str, bytes]]
    scores: dict[str, dict[str, Any]]
    refused: int
    stopped: Stopped
    log: str


def run(folder: Path) -> Crashes:
    chance = random.Random(SEED)
    simulator = SimulatedStation(WASTEWATER.read_text("utf-8"), folder)
    refusals = random.Random(SEED + 1)
    proxies = {
        authority: RefusingProxy(simulator.authorities[authority][scheme]["port"], lambda: refusals.random() < REFUSED)
        for authority, scheme in (("province", "sftp"), ("ministry", "ftps"))
    }
    database = folder / "storage/gateway.db"
    lives: list[Life] = []
    try:
        configuration = write(
            folder,
            simulator.instruments,
            [
                Wanted(name, Server.of(simulator.authorities[name], scheme, at=("127.0.0.1", proxies[name].port)), name)
                for name, scheme in (("province", "sftp"), ("ministry", "ftps"))
            ],
        )
        for number in range(CRASHES):
            began_ms, log = _now_ms(), folder / "gateway.log"
            starts = _starts(log)
            gateway = RunningGateway(configuration, log)
            if number % 2:
                _wait_until_started(gateway, starts)
            time.sleep(chance.uniform(SHORTEST_LIFE_S, LONGEST_LIFE_S))
            gateway.check()
            gateway.kill()
            lives.append(Life(began_ms, _now_ms()))
        began_ms = _now_ms()
        gateway = RunningGateway(configuration, folder / "gateway.log")
        try:
            _wait_until_calm(gateway, database, began_ms)
            stopped = gateway.stop()
        finally:
            gateway.kill()
        lives.append(Life(began_ms, _now_ms()))
    finally:
        simulator.stop()
        for proxy in proxies.values():
            proxy.close()
    return Crashes(
        lives,
        database,
        simulator.truth(),
        {name: files_at(simulator.root(name)) for name in proxies},
        simulator.scores,
        sum(proxy.refused for proxy in proxies.values()),
        stopped,
        gateway.log.read_text("utf-8"),
    )


def _starts(log: Path) -> int:
    """How many starts it tells of."""
    return log.read_text("utf-8").count("gateway started") if log.exists() else 0


def _wait_until_started(gateway: RunningGateway, before: int) -> None:
    """Until the log tells of more starts than before."""
    deadline_s = time.monotonic() + CALM_WITHIN_S
    while _starts(gateway.log) == before:
        gateway.check()
        assert time.monotonic() < deadline_s, "the gateway does not start"
        time.sleep(0.05)


def _wait_until_calm(gateway: RunningGateway, database: Path, began_ms: int) -> None:
    """Until a slot of the last run has been closed and everything closed has been delivered."""
    deadline_s = time.monotonic() + CALM_WITHIN_S
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as reader:
        while True:
            time.sleep(0.5)
            gateway.check()
            (newest_ms,) = reader.execute("SELECT coalesce(max(end_ms), 0) FROM record").fetchone()
            (waiting,) = reader.execute(
                "SELECT (SELECT count(*) FROM delivery WHERE state = 'waiting')"
                " + (SELECT count(*) FROM file WHERE planned_ms IS NULL)"
                " + (SELECT count(*) FROM record WHERE filed_ms IS NULL)"
            ).fetchone()
            if newest_ms > began_ms and not waiting:
                return
            if time.monotonic() > deadline_s:
                raise AssertionError(f"{waiting} files still wait {CALM_WITHIN_S:.0f} s after the last start")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
