"""A coach station's daemon on a small board: what it holds after twenty orders with pictures."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from tests.support.coach_station import CoachStation, coach_configuration
from tests.support.live.gateway import RunningGateway
from tests.support.road import open_road
from tests.support.servers.private import free_port

MOST_BYTES = 75_000_000
"""65 MB here; the bound is 80."""


def test_a_daemon_that_carries_orders_is_lean(tmp_path: Path) -> None:
    road, port = open_road(tmp_path / "road"), free_port()
    file, log = coach_configuration(tmp_path, road.access, port), tmp_path / "gateway.log"
    station = CoachStation(tmp_path, file, port)
    gateway = RunningGateway(file, log, {"MALLOC_ARENA_MAX": "1"})  # as its unit has it
    try:
        wait(lambda: "orders are taken over HTTP" in log.read_text("utf-8", "replace"), gateway)
        for number in range(20):
            (station.move_in if number % 2 else station.post)()
        wait(station.is_settled, gateway)
        daemon = psutil.Process(gateway.pid)
        mapped = {Path(one.path).name for one in daemon.memory_maps()}
        assert not [name for name in mapped if name.startswith(("_pydantic_core", "_multiarray_umath"))]
        assert daemon.memory_info().rss <= MOST_BYTES
        assert gateway.stop().code == 0
    finally:
        gateway.kill()
        road.close()


def wait(what: object, gateway: RunningGateway) -> None:
    assert callable(what)
    until_s = time.monotonic() + 120.0
    while not what():
        gateway.check()
        assert time.monotonic() < until_s
        time.sleep(0.05)
