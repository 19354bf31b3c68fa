"""A station whose line to its one authority is dead when files fall due, and comes back; whose files are then looked
for at the authority, where one is lost and made good; and which the authority rejects in the end, start after start.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.audit import runs
from tests.support.journey import Journey, record
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway, command
from tests.support.live.refusing_proxy import RefusingProxy
from tests.support.servers import openssh
from tests.support.servers.private import free_port

NAME = "province"
SLOT_MS = 10_000
DUE_MS = 300_000
OLD_SLOTS = 6
"""Slots that were closed in time and fall due while the line is dead."""
DEAD_FOR_S = 24.0
"""The oldest of them falls due ten to twenty seconds after the start."""
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Outage:
    """What was said at each step."""

    old: list[int]
    waiting: dict[str, Any]
    """`gateway deliveries --late` while the line was dead."""
    seen: dict[str, Any]
    """`gateway status NAME` then."""
    arrived: dict[str, Any]
    """`gateway deliveries` when everything had arrived."""
    clean: subprocess.CompletedProcess[str]
    lost: subprocess.CompletedProcess[str]
    repaired: subprocess.CompletedProcess[str]
    clean_again: subprocess.CompletedProcess[str]
    logins: list[int]
    """How often the authority was called: in the run that was rejected, in the three runs after it, and in the one
    after the configuration was touched."""
    log: str


def run(folder: Path) -> Outage:
    storage = folder / "storage"
    storage.mkdir(parents=True)
    is_dead = True
    with openssh(folder / "ssh") as server:
        proxy = RefusingProxy(server.port, lambda: is_dead)
        try:
            configuration = _configure(folder, proxy.port, server.user, server.password, server.host_key or "")
            old = _fall_due(storage)
            log = folder / "gateway.log"
            gateway = RunningGateway(configuration, log)
            try:
                time.sleep(DEAD_FOR_S)
                waiting = _asked("deliveries", NAME, "--late", configuration=configuration)
                seen = _asked("status", NAME, configuration=configuration)
                is_dead = False
                _wait(storage, "SELECT count(*) = 0 FROM delivery WHERE state = 'waiting' AND end_ms <= ?", old[-1])
                arrived = _asked("deliveries", NAME, "--late", configuration=configuration)
                span = ("--from", _iso(old[0]), "--to", _iso(old[-1]), "--content", "--config", configuration)
                clean = command("verify", NAME, *span)
                next((server.root / "NUO001").rglob(f"*_{_local(old[2])}.txt")).unlink()
                lost = command("verify", NAME, *span, "--json")
                repaired = command("verify", NAME, *span, "--repair")
                _wait(storage, "SELECT count(*) = ? FROM delivery WHERE resent_ms IS NOT NULL", 1)
                clean_again = command("verify", NAME, *span)
            finally:
                gateway.stop()
                gateway.kill()
            logins = _be_rejected(configuration, proxy, log)
        finally:
            proxy.close()
    said = log.read_text("utf-8")
    return Outage(old, waiting, seen, arrived, clean, lost, repaired, clean_again, logins, said)


def _configure(folder: Path, port: int, user: str, password: str, host_key: str) -> Path:
    instruments = {"plc": {"host": "127.0.0.1", "port": free_port()}, "bus": {"device": str(folder / "ttyUSB0")}}
    wanted = Wanted(NAME, Server("sftp", "127.0.0.1", port, user, password, host_key))
    file = write(folder, instruments, [wanted])
    file.write_text(file.read_text("utf-8").replace(f":{port}/NUO001", f":{port}/files/NUO001"), "utf-8")
    return file


def _fall_due(storage: Path) -> list[int]:
    """As if the gateway had run until a moment ago: slots that ended not quite five minutes ago, and were not sent."""
    journey = Journey(storage)
    now_ms = time.time_ns() // 1_000_000
    runs.end(journey.database, runs.begin(journey.database, now_ms - 3_600_000, "0"), now_ms, "SIGTERM")
    newest_ms = (now_ms - DUE_MS) // SLOT_MS * SLOT_MS + (OLD_SLOTS + 1) * SLOT_MS
    ends_ms = [newest_ms - n * SLOT_MS for n in reversed(range(OLD_SLOTS))]
    for end_ms in ends_ms:
        journey.plans.plan(journey.file_of(record(end_ms, length_ms=SLOT_MS)), [NAME], end_ms + 2000)
    journey.database.close()
    return ends_ms


def _be_rejected(configuration: Path, proxy: RefusingProxy, log: Path) -> list[int]:
    """Its host key has changed: how often is it called, over several starts?"""
    text = configuration.read_text("utf-8")
    pinned = next(line for line in text.splitlines() if "host_key" in line)
    configuration.write_text(text.replace(pinned, f'    host_key: "SHA256:{"B" * 43}"'), "utf-8")
    first = _logins_seen(configuration, proxy, log, until_one=True)
    in_a_loop = sum(_logins_seen(configuration, proxy, log) for _ in range(3))
    configuration.touch()
    return [first, in_a_loop, _logins_seen(configuration, proxy, log, until_one=True)]


def _logins_seen(configuration: Path, proxy: RefusingProxy, log: Path, *, until_one: bool = False) -> int:
    """In one run of four seconds. `until_one`: beginning with the first, for there may be no file to call for before
    the next slot is closed."""
    before = proxy.admitted
    gateway = RunningGateway(configuration, log)
    try:
        deadline_s = time.monotonic() + PATIENCE_S
        while until_one and proxy.admitted == before and time.monotonic() < deadline_s:
            time.sleep(0.05)
        time.sleep(4.0)
    finally:
        gateway.stop()
        gateway.kill()
    return proxy.admitted - before


def _asked(*arguments: str, configuration: Path) -> dict[str, Any]:
    done = command(*arguments, "--json", "--config", configuration)
    shown: dict[str, Any] = json.loads(done.stdout or "null")
    assert done.returncode == 0, done.stderr
    return shown


def _wait(storage: Path, is_so: str, number: int) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        with closing(sqlite3.connect(storage / "gateway.db")) as database:
            if database.execute(is_so, (number,)).fetchone()[0]:
                return
        time.sleep(0.2)
    raise AssertionError(f"still not so after {PATIENCE_S} s: {is_so}")


def _iso(at_ms: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(at_ms / 1000))


def _local(at_ms: int) -> str:
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(at_ms / 1000 + 7 * 3600))
