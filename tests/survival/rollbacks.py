"""A live station whose database is put back again and again as it was before, with two authorities.

Copies of the database, its log and nothing else are taken at random moments. Then the daemon is killed, one of them is
put back in one of several ways, and it is started again; the anchors stay as they are, as the world does. The tests
look at what each of these left behind. `GATEWAY_ROLLBACKS` says how often, `GATEWAY_ROLLBACK_SEED` by which chance.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.db.anchor import NAMES
from gateway.db.write_ahead_log import look_into
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway, Stopped, command
from tests.support.live.simulator import WASTEWATER, SimulatedStation

ROLLBACKS = int(os.environ.get("GATEWAY_ROLLBACKS", "1"))
SEED = int(os.environ.get("GATEWAY_ROLLBACK_SEED", "2021"))
AUTHORITIES = {"province": "sftp", "ministry": "ftps"}
COPIES = 3
CALM_WITHIN_S = 60.0
WAYS = ("database and log", "log cut", "database alone", "newer log beside it", "log flipped", "nothing left")

Lying = dict[str, tuple[bytes, int]]
"""What lies at an authority: path → bytes and the instant at which they were written."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """One time that an older database was put back. Instants are UTC milliseconds."""

    way: str
    began_ms: int
    newest_ms: int
    """End of the newest slot that had been closed before."""
    before: dict[str, Lying]
    after: dict[str, Lying]
    status: dict[str, Any]
    log: str
    closed: list[tuple[int, int]]
    """End and closing of each slot that was closed afterwards."""
    refused: int


@dataclass(slots=True)
class Rollbacks:
    """Everything that the run left behind."""

    cases: list[PutBack] = field(default_factory=list)
    copies: Path = Path()
    """Folders of copies, and the anchors as they were in the end."""
    stopped: Stopped | None = None
    log: str = ""


def run(folder: Path) -> Rollbacks:
    chance = random.Random(SEED)
    simulator = SimulatedStation(WASTEWATER.read_text("utf-8"), folder)
    found = Rollbacks(copies=folder / "copies")
    station = _Station(folder, simulator)
    try:
        station.start()
        for number in range(COPIES):
            time.sleep(chance.uniform(3.0, 8.0))
            station.copy(found.copies / str(number))
        station.wait_until_calm(_now_ms() - 10_000)
        first = chance.randrange(len(WAYS)) if len(WAYS) > ROLLBACKS else 0
        for number in range(ROLLBACKS):
            time.sleep(chance.uniform(3.0, 8.0))
            way = WAYS[(first + number) % len(WAYS)]
            found.cases.append(station.put_back(way, found.copies, chance))
            station.copy(found.copies / f"after-{number}")
        found.stopped = station.stop()
        for name in NAMES:
            shutil.copy(station.storage / name, found.copies / name)
    finally:
        station.kill()
        simulator.stop()
    found.log = station.log.read_text("utf-8")
    return found


class _Station:
    """The daemon, its storage and what its authorities hold."""

    def __init__(self, folder: Path, simulator: SimulatedStation) -> None:
        self.storage, self.log = folder / "storage", folder / "gateway.log"
        self.database = self.storage / "gateway.db"
        self._simulator = simulator
        wanted = [Wanted(name, Server.of(simulator.authorities[name], way), name) for name, way in AUTHORITIES.items()]
        self._configuration = write(folder, simulator.instruments, wanted)
        self._gateway: RunningGateway | None = None

    def start(self) -> None:
        self._gateway = RunningGateway(self._configuration, self.log)

    def kill(self) -> None:
        if self._gateway is not None:
            self._gateway.kill()

    def stop(self) -> Stopped:
        assert self._gateway is not None
        return self._gateway.stop()

    def copy(self, target: Path) -> None:
        """As a backup takes it that knows nothing of SQLite: the database, then its log."""
        target.mkdir(parents=True)
        for name in ("gateway.db", "gateway.db-wal"):
            if (self.storage / name).exists():
                shutil.copy(self.storage / name, target / name)

    def lying(self) -> dict[str, Lying]:
        return {
            name: {
                str(file.relative_to(root)): (file.read_bytes(), file.stat().st_mtime_ns)
                for root in [self._simulator.root(name)]
                for file in sorted(root.rglob("*.txt"))
            }
            for name in AUTHORITIES
        }

    def put_back(self, way: str, copies: Path, chance: random.Random) -> PutBack:
        self.kill()
        (newest_ms,) = self._ask("SELECT coalesce(max(end_ms), 0) FROM record")[0]
        before = self.lying()
        kept = sorted(one for one in copies.iterdir() if one.is_dir())[:-1]  # the last may be as new as what is there
        change(way, self.storage, chance.choice(kept), chance)
        began_ms, said = _now_ms(), self.log.stat().st_size
        self.start()
        self.wait_until_calm(began_ms)
        status = json.loads(command("status", "--json", "--config", self._configuration).stdout)
        closed = self._ask("SELECT end_ms, closed_ms FROM record WHERE closed_ms >= ?", began_ms)
        (refused,) = self._ask("SELECT count(*) FROM delivery WHERE state = 'refused'")[0]
        log = self.log.read_bytes()[said:].decode()
        return PutBack(way, began_ms, newest_ms, before, self.lying(), status, log, closed, refused)

    def wait_until_calm(self, after_ms: int) -> None:
        """Until a slot that ended since has been closed, and everything closed has been settled."""
        assert self._gateway is not None
        deadline_s = time.monotonic() + CALM_WITHIN_S
        while True:
            time.sleep(0.5)
            self._gateway.check()
            assert time.monotonic() < deadline_s, f"not calm: {self.log.read_text(errors='replace')[-3000:]}"
            try:
                (newest_ms,) = self._ask("SELECT coalesce(max(end_ms), 0) FROM record")[0]
                (waiting,) = self._ask(
                    "SELECT (SELECT count(*) FROM delivery WHERE state = 'waiting')"
                    " + (SELECT count(*) FROM file WHERE planned_ms IS NULL)"
                    " + (SELECT count(*) FROM record WHERE filed_ms IS NULL)"
                )[0]
            except sqlite3.OperationalError:  # it is being made
                continue
            if newest_ms > after_ms and not waiting:
                return

    def _ask(self, sql: str, *parameters: object) -> list[Any]:
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as reader:
            return reader.execute(sql, parameters).fetchall()


def change(way: str, storage: Path, kept: Path, chance: random.Random) -> None:
    """Make the storage folder older than it is. The daemon does not run."""
    log = storage / "gateway.db-wal"
    if way == "log cut":
        cut(log, 0.5 * chance.random())  # more than the last two seconds, which may go untold: they harm nobody
    elif way == "log flipped":
        flip(log, chance)
    elif way == "nothing left":
        for name in ("gateway.db", "gateway.db-wal", "gateway.db-shm"):
            (storage / name).unlink(missing_ok=True)
    else:
        shutil.copy(kept / "gateway.db", storage / "gateway.db")
        (storage / "gateway.db-shm").unlink(missing_ok=True)
        if way == "database alone":
            log.unlink(missing_ok=True)
        elif way == "database and log" and (kept / "gateway.db-wal").exists():
            shutil.copy(kept / "gateway.db-wal", log)


def cut(log: Path, share: float) -> None:
    """Let the log end behind an earlier commit, by its share of all."""
    whole = log.read_bytes()
    log.write_bytes(whole[: _length(log, int(share * look_into(log).commits))])


def flip(log: Path, chance: random.Random) -> int:
    """Turn one bit somewhere in what the log holds; behind it may lie what it held once. Returns the byte."""
    content = bytearray(log.read_bytes())
    place = chance.randrange(max(1, _length(log, look_into(log).commits - 1)))
    content[place] ^= 1 << chance.randrange(8)
    log.write_bytes(content)
    return place


def _length(log: Path, commits: int) -> int:
    """The greatest number of bytes in which there are not more commits than that."""
    whole = log.read_bytes()
    low, high = 0, len(whole)
    while high - low > 1:
        middle = (low + high) // 2
        log.write_bytes(whole[:middle])
        low, high = (middle, high) if look_into(log).commits <= commits else (low, middle)
    log.write_bytes(whole)
    return low


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
