"""`gateway reload` while files are on their way to a slow SFTP server of Debian's: each arrives whole, once, in order;
a server that says nothing any more holds nobody up; a new password is used and never told; and a daemon that is told to
end meanwhile ends, and begins with the file."""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.audit import runs
from gateway.audit.reload_requests import ReloadState
from gateway.uplinks.sftp.pipeline import UNDER_WAY
from tests.support.journey import Journey, record
from tests.support.landings import Landings, landings
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.reloaded import ReloadedStation
from tests.support.proxy import Fault, Faults, Proxy, proxied
from tests.support.servers import Server as SshServer
from tests.support.servers import openssh
from tests.support.servers.private import UID, free_port

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a server that logs accounts in"),
]
CHANGES = min(20, int(os.environ.get("GATEWAY_RELOADS", "1")))
"""Of the destination, while its backlog drains; a long campaign has more of them."""
STOPS = min(10, int(os.environ.get("GATEWAY_RELOAD_KILLS", "1")))
SEED = int(os.environ.get("GATEWAY_RELOAD_SEED", "1"))
SLOT_MS = 10_000
FILES = 120 + 40 * CHANGES
SLOW = 4000.0
"""Bytes a second towards the server: a file takes one or two thousand with all that is asked, a log-in three."""
VERY_SLOW = 400.0
WRONG = "sai-mật-khẩu-cũ"
_WAITING = "SELECT count(*) FROM delivery WHERE state = 'waiting' AND end_ms <= ?"
_NAMES = "SELECT name FROM delivery JOIN file ON file.id = file_id ORDER BY end_ms"
_DELIVERED = "SELECT name, file.sha256 FROM delivery JOIN file ON file.id = file_id WHERE state = 'delivered'"
SECRET = "secret of destinations.so.password changed"


class Delivering(ReloadedStation):
    """A daemon with a backlog, whose instruments say nothing, and a server behind a slow line."""

    def __init__(self, folder: Path, server: SshServer, proxy: Proxy, seen: Landings) -> None:
        self.server, self.proxy, self.seen = server, proxy, seen
        self.secret = folder / "gateway/so.secret"
        self.old_ms = self._fall_due(folder / "gateway/storage")
        super().__init__(folder, self._configure(folder / "gateway"))

    def _configure(self, folder: Path) -> Path:
        instruments = {"plc": {"host": "127.0.0.1", "port": free_port()}, "bus": {"device": str(folder / "ttyUSB0")}}
        far = Server("sftp", self.proxy.host, self.proxy.port, self.server.user, WRONG, self.server.host_key or "")
        file = write(folder, instruments, [Wanted("so", far)])
        text = file.read_text("utf-8").replace(f":{self.proxy.port}/NUO001", f":{self.proxy.port}{self.server.path}")
        file.write_text(f'{text}    folder: "in"\n    official_name: Sở 0\n', "utf-8")
        return file

    def _fall_due(self, storage: Path) -> list[int]:
        """As if the gateway had run until a moment ago, and nothing had been sent. Returns the slots' ends."""
        storage.mkdir(parents=True)
        journey = Journey(storage)
        now_ms = time.time_ns() // 1_000_000
        runs.end(journey.database, runs.begin(journey.database, now_ms - 3_600_000, "0"), now_ms, "SIGTERM")
        newest_ms = (now_ms - 300_000) // SLOT_MS * SLOT_MS
        ends_ms = [newest_ms - number * SLOT_MS for number in reversed(range(FILES))]
        for end_ms in ends_ms:
            journey.plans.plan(journey.file_of(record(end_ms, length_ms=SLOT_MS)), ["so"], end_ms + 2000)
        journey.database.close()
        return ends_ms

    def change(self, number: int) -> None:
        """Something of the destination, which therefore begins anew."""
        self.edit(f"official_name: Sở {number}", f"official_name: Sở {number + 1}")

    def rows(self, query: str, *parameters: int) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.storage / "gateway.db")) as database:
            return database.execute(query, parameters).fetchall()

    def is_drained(self) -> bool:
        return self.rows(_WAITING, self.old_ms[-1]) == [(0,)]

    def names(self) -> list[str]:
        """Of all files that there are for it, oldest first."""
        return [name for (name,) in self.rows(_NAMES)]

    def landed(self) -> list[str]:
        return list(self.seen.landed)


@contextmanager
def _delivering(folder: Path) -> Iterator[Delivering]:
    (folder / "gateway").mkdir()
    with openssh(folder / "ssh") as server, proxied(server.port) as proxy:
        into = server.root / "in"
        into.mkdir()
        os.chown(into, UID, UID)
        proxy.control = Faults(up=Fault(bytes_per_s=SLOW))
        with landings(into) as seen:
            station = Delivering(folder, server, proxy, seen)
            try:
                yield station
            finally:
                station.gateway.stop()


@pytest.mark.timeout(900)
def test_a_station_that_is_changed_while_it_delivers(tmp_path: Path) -> None:
    with _delivering(tmp_path) as station:
        _uses_a_new_password_and_never_tells_it(station)
        _drains_on(station)
        _is_not_held_up_by_a_server_that_says_nothing(station)
        _ends_when_it_is_told_to(station)
        station.gateway.stop()
        _arrived_whole_and_once(station)


def _uses_a_new_password_and_never_tells_it(station: Delivering) -> None:
    """The file of the configuration is the same; the one of the password is not."""
    station.wait_until(lambda: "destination rejected destination=so" in station.said())
    assert station.landed() == []
    station.secret.write_text(station.server.password, "utf-8")
    answer = station.run("reload")
    assert (answer.returncode, "secret of destinations.so.password" in answer.stdout) == (0, True), answer.stderr
    station.wait_until(lambda: station.landed())
    told = station.journal("configuration")[-1]["what"]
    assert (told["secrets"], told["changes"], told["before"]) == ([SECRET], [], told["sha256"])
    kept = b"".join(one.read_bytes() for one in station.storage.glob("gateway.db*"))
    for secret in (WRONG, station.server.password):
        assert secret.encode() not in kept
        assert secret not in station.said() + answer.stdout + answer.stderr


def _drains_on(station: Delivering) -> None:
    """What does not concern the destination leaves its connections alone; what does breaks off what is under way, and
    another one begins where it was."""
    logins = station.server.said().count("Accepted password")
    station.edit("9600, timeout: 500ms", "9600, timeout: 501ms")
    assert station.answer(station.ask()).state is ReloadState.TAKEN
    assert station.server.said().count("Accepted password") <= logins + 1  # the backlog may only just begin
    for number in range(CHANGES):
        before = len(station.landed())
        station.change(number)
        assert not station.is_drained()
        both = [station.ask(), station.ask()] if number == 1 else [station.ask()]
        assert [station.answer(one).state for one in both] == [ReloadState.TAKEN, ReloadState.UNCHANGED][: len(both)]
        station.wait_until(lambda before=before: len(station.landed()) > before)  # type: ignore[misc]
    station.proxy.control.up.bytes_per_s = None
    station.wait_until(station.is_drained)
    assert station.server.said().count("Accepted password") > logins + CHANGES - 1
    assert station.rows("SELECT cause FROM outage WHERE cause <> 'rejected'") == []  # broken off by ourselves


def _is_not_held_up_by_a_server_that_says_nothing(station: Delivering) -> None:
    """In the middle of a file, whose couriers wait for an answer."""
    slow, begun = station.proxy.control.up, len(station.seen.begun)
    slow.bytes_per_s = VERY_SLOW
    station.wait_until(lambda: len(station.seen.begun) > begun)
    slow.silent_after = 0
    station.proxy.clear_faults()  # for whoever connects from now on
    name = next(one for one in reversed(station.names()) if one not in station.landed())
    station.change(CHANGES)
    assert station.answer(station.ask()).state is ReloadState.TAKEN
    assert "did not end in time" not in station.said()
    station.wait_until(lambda: name in station.landed())


def _ends_when_it_is_told_to(station: Delivering) -> None:
    """At whatever moment of a reload: soon, and the next start begins with the file and says so to who asked."""
    chance = random.Random(SEED)
    for number in range(STOPS):
        station.change(CHANGES + 1 + number)
        asked = station.ask()
        time.sleep(chance.uniform(0.0, 3.0) if number else 0.8)
        stopped = station.gateway.stop()
        assert stopped.code == 0
        assert "did not stop in time" not in station.said()
        station.start()
        assert station.answer(asked).state is ReloadState.TAKEN
        configured = station.journal("configuration")[-1]
        assert (configured["what"]["sha256"], configured["who"]) == (station.answer(asked).sha256, "lan")


def _arrived_whole_and_once(station: Delivering) -> None:
    landed = station.landed()
    assert [name for name, times in Counter(landed).items() if times > 1] == []
    delivered = dict(station.rows(_DELIVERED))
    lying = {one.name: one.read_bytes() for one in (station.server.root / "in").glob("*.txt")}
    assert {name: hashlib.sha256(lying[name]).digest() for name in delivered} == delivered
    assert len(delivered) >= FILES
    old = [name for name in landed if name in station.names()[:FILES]]
    assert len(old) == FILES
    late = [abs(old.index(name) - place) for place, name in enumerate(sorted(old))]
    assert max(late) <= UNDER_WAY  # so many are on their way at once, and overtake each other
