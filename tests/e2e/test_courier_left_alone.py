"""Couriers that do not end within a reload's ten seconds, for their server hangs in the middle of a file: others take
their place meanwhile, and no file is sent twice, also when the server wakes up again."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.app.delivery_wiring import delivery_workers
from gateway.config.load import load
from gateway.core.interfaces import Worker
from gateway.db.board import Board
from gateway.outbox.batch_size import FEWEST
from gateway.outbox.in_flight import InFlight
from gateway.runtime.clock import AlwaysTrusted, SystemClock
from gateway.runtime.supervisor import Supervisor
from gateway.uplinks.timeouts import Timeouts
from tests.support.journey import Journey
from tests.support.landings import landings
from tests.support.measuring_station import secret_file, station_file
from tests.support.proxy import Fault, Faults, proxied
from tests.support.servers import openssh
from tests.support.servers.private import UID

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a server that logs accounts in"),
]
DESTINATION = """\
url: sftp://{user}@{host}:{port}{path}
host_key: "{host_key}"
password: {{file: {secret}}}
folder: in
"""
FILES = 3 * FEWEST
SLOT_MS = 300_000
SLOW = 2000.0
"""Bytes a second: a batch takes some seconds."""


def test_who_is_left_alone_and_who_takes_his_place_send_each_file_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.uplinks.pool.uplink.Timeouts", partial(Timeouts, answer_s=200.0))
    (tmp_path / "storage").mkdir()
    journey = Journey(tmp_path / "storage")
    newest_ms = time.time_ns() // 1_000_000 // SLOT_MS * SLOT_MS - 3_600_000
    ends_ms = [newest_ms - number * SLOT_MS for number in reversed(range(FILES))]
    for end_ms in ends_ms:
        journey.send(end_ms, ["so"])
    with openssh(tmp_path / "ssh") as server, proxied(server.port) as proxy:
        (server.root / "in").mkdir()
        os.chown(server.root / "in", UID, UID)
        begun_with = _couriers(journey, _configured(tmp_path, server, proxy))
        proxy.control = Faults(up=Fault(bytes_per_s=SLOW))
        with landings(server.root / "in") as seen:
            first = begun_with()
            for one in first:
                one.interrupt = lambda: None  # type: ignore[method-assign]  # nothing that is done to it helps
            supervisor = Supervisor(first, SystemClock(), lambda: None)
            supervisor.start()
            _until(lambda: seen.begun)
            hanging = server.child.sessions()
            for session in hanging:
                session.suspend()
            assert supervisor.end(first, 0.5) == ["so/backlog"]
            proxy.clear_faults()
            second = begun_with()
            supervisor.begin(second)
            _until(lambda: len(_delivered(journey)) >= FILES - FEWEST)
            assert _delivered(journey) == ends_ms[FEWEST:]  # the oldest are the first one's, who has not let go of them
            for session in hanging:
                session.resume()
            _until(lambda: len(seen.landed) >= FILES)
            _until(lambda: _delivered(journey) == ends_ms)
            assert supervisor.stop(30.0) == []
    assert [name for name, times in Counter(seen.landed).items() if times > 1] == []
    journey.database.close()


def _configured(folder: Path, server: Any, proxy: Any) -> Path:
    secret = secret_file(folder / "so.secret", server.password)
    file = folder / "gateway.yaml"
    where = {"user": server.user, "host": proxy.host, "port": proxy.port, "path": server.path}
    destination = DESTINATION.format(**where, host_key=server.host_key, secret=secret)
    file.write_text(station_file(destination), "utf-8")
    return file


def _couriers(journey: Journey, configuration: Path) -> Callable[[], list[Worker]]:
    """Another set of them each time, of one run."""
    clock, board, in_flight = SystemClock(), Board(journey.database), InFlight()
    loaded, trust = load(configuration, {}), AlwaysTrusted(clock)

    def begun() -> list[Worker]:
        return delivery_workers(
            loaded, journey.outbox, journey.files, board, journey.database, clock, trust, in_flight
        )["so"]

    return begun


def _delivered(journey: Journey) -> list[int]:
    """The slots' ends, oldest first."""
    return sorted(end_ms for (_, end_ms), state in journey.deliveries().items() if state == "delivered")


def _until(is_so: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
