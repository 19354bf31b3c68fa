"""A gateway that is started on a card without a free byte: where a reserve lies, it measures on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.db import open_database, reserve
from tests.support.journey import Journey
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway, command
from tests.support.small_disk import SmallDisk, small_disk

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SmallDisk]:
    (tmp_path / "storage").mkdir()
    with small_disk(tmp_path / "storage", 64 << 10) as disk:
        if not disk.is_real:
            pytest.skip("needs the right to mount")
        Journey(disk.folder).database.close()
        yield disk


def count_blocks(card: SmallDisk) -> int:
    database = open_database(card.folder / "gateway.db", read_only=True)
    try:
        return int(database.read("SELECT count(*) FROM reading_block")[0][0])
    finally:
        database.close()


def test_it_measures_on_and_says_so(card: SmallDisk, tmp_path: Path) -> None:
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    assert reserve.hold(card.folder, 8 << 20)
    card.fill_up()
    gateway = RunningGateway(configuration, tmp_path / "log")
    try:
        until_s = time.monotonic() + 30
        while time.monotonic() < until_s and "its reserve was given up" not in (tmp_path / "log").read_text():
            gateway.check()
            time.sleep(0.1)
        while time.monotonic() < until_s and count_blocks(card) < 3:
            gateway.check()
            time.sleep(0.5)
        assert count_blocks(card) >= 3
        shown = command("status", "-c", configuration)
        assert "MB left, and its reserve is used up or was never taken: make room\n" in shown.stdout
        disk = json.loads(command("status", "--json", "-c", configuration).stdout)["disk"]
        assert disk["reserve"] is False
    finally:
        stopped = gateway.stop()
    assert stopped.code == 0
    log = (tmp_path / "log").read_text()
    assert log.count("the card is full, its reserve was given up") == 1
    assert "the card fills up, make room" in log
    assert "Traceback" not in log


def test_without_a_reserve_it_says_what_is_missing_and_is_started_again(card: SmallDisk, tmp_path: Path) -> None:
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    card.fill_up()
    done = command("run", "-c", configuration)
    assert done.returncode == 1
    assert "no space left" in done.stderr
    assert "Traceback" not in done.stderr
