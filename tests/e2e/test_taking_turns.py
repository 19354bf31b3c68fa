"""A server that takes one connection, and a person's command that has to wait for it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey, record
from tests.support.live.configuration import Server as Address
from tests.support.live.configuration import Wanted, write
from tests.support.servers import Server
from tests.support.servers.vsftpd import vsftpd

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
SOON_S = 60.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with vsftpd(tmp_path / "vsftpd", extra="max_clients=1") as server:
        yield server


@pytest.fixture
def configuration(tmp_path: Path, server: Server) -> Path:
    """One slot in the ledger; at the server lies a file of its folder that is not ours."""
    folder = tmp_path / "station"
    (folder / "storage").mkdir(parents=True)
    journey = Journey(folder / "storage")
    file_id = journey.file_of(record(MIDNIGHT_MS + SLOT_MS))
    journey.plans.plan(file_id, ["province"], MIDNIGHT_MS + SLOT_MS)
    journey.database.close()
    (server.root / "2026/01/01").mkdir(parents=True)
    (server.root / "2026/01/01/not_ours.txt").touch()
    address = Address("ftp", server.host, server.port, server.user, server.password, "", server.path)
    return write(folder, INSTRUMENTS, [Wanted("province", address)])


@pytest.mark.parametrize(
    "arguments", [("verify", "province", "--from", "2026-01-01", "--to", "2026-01-01"), ("check", "--online")]
)
def test_it_says_so_and_waits_until_whoever_was_there_has_left(
    server: Server, configuration: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    said = tmp_path / "said"
    in_the_way = socket.create_connection((server.host, server.port), 10)
    assert in_the_way.recv(100).startswith(b"220")
    with said.open("w") as errors:
        asked = subprocess.Popen(
            [sys.executable, "-m", "gateway", *arguments, "--json", "--config", configuration],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            deadline_s = time.monotonic() + SOON_S
            while "waiting up to 60 s until somebody leaves" not in said.read_text():
                assert asked.poll() is None, said.read_text()
                assert time.monotonic() < deadline_s
                time.sleep(0.05)
            in_the_way.close()
            told, _ = asked.communicate(timeout=SOON_S)
        finally:
            asked.kill()
    assert "destination province: " in said.read_text()
    if arguments[0] == "verify":
        assert (asked.returncode, json.loads(told)["extra"]) == (0, 1)
    else:
        (province,) = json.loads(told)["online"]["destinations"]
        assert (province["destination"], province["tried"], province["error"]) == ("province", True, None)
