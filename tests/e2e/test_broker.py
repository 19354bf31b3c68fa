"""A station whose authority takes messages: what its broker hears, from the daemon's first start to `kill -9`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.certificates import Authority
from tests.support.journey import Journey, record
from tests.support.listener import Heard, Listener, listening
from tests.support.live import configuration
from tests.support.live.gateway import RunningGateway, command
from tests.support.live.simulator import WASTEWATER, SimulatedStation
from tests.support.servers.mosquitto import mosquitto

pytestmark = pytest.mark.timeout(180)

SLOT_MS = 10_000
OLD_SLOTS = 30
STATUS = "NUO001/NUO001/status"


@dataclass(frozen=True, slots=True)
class Run:
    """What the broker's receiver heard, and what the gateway said of itself."""

    heard: list[Heard]
    """Everything until the first live message, that included."""
    shown: list[bytes]
    """The last word of each: while it ran, after the stop, after the second start, after `kill -9`."""
    status: dict[str, Any]
    old_ms: list[int]
    code: int
    log: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("broker")
    authority = Authority(folder / "authority")
    certificate = authority.issue("127.0.0.1")
    simulator = SimulatedStation(WASTEWATER.read_text("utf-8"), folder)
    try:
        with mosquitto(folder / "broker", certificate=certificate, ca=authority.file) as broker:
            server = configuration.Server(
                "mqtts", broker.host, broker.port, broker.user, broker.password, str(authority.file)
            )
            file = configuration.write(folder, simulator.instruments, [configuration.Wanted("broker", server)])
            old_ms = keep_old_records(folder / "storage")
            with listening(broker) as listener:
                gateway = RunningGateway(file, folder / "gateway.log")
                try:
                    heard = until_live(listener)
                    status = json.loads(command("status", "--json", "--config", file).stdout)
                    shown = [heard[0].payload]
                    stopped = gateway.stop()
                    shown.append(last_word(listener))
                    gateway = RunningGateway(file, folder / "gateway.log")
                    shown.append(last_word(listener))
                finally:
                    gateway.kill()
                shown.append(last_word(listener))
            log = (folder / "gateway.log").read_text("utf-8")
            yield Run(heard, shown, status, old_ms, stopped.code, log)
    finally:
        simulator.stop()


def keep_old_records(storage: Path) -> list[int]:
    """As if the gateway had been cut off an hour ago and killed before it made the files."""
    storage.mkdir()
    journey = Journey(storage)
    newest_ms = (time.time_ns() // 1_000_000 - 3_600_000) // SLOT_MS * SLOT_MS
    ends = [newest_ms - n * SLOT_MS for n in reversed(range(OLD_SLOTS))]
    for end_ms in ends:
        journey.records.add(record(end_ms, 7.21, SLOT_MS), end_ms)
    journey.database.close()
    return ends


def until_live(listener: Listener) -> list[Heard]:
    heard = [listener.next(2.5 * SLOT_MS / 1000)]
    old = 0
    while old < OLD_SLOTS or heard[-1].topic == STATUS or b'"historical":true' in heard[-1].payload:
        heard.append(listener.next(2.5 * SLOT_MS / 1000))
        old += b'"historical":true' in heard[-1].payload
    return heard


def last_word(listener: Listener) -> bytes:
    while (heard := listener.next()).topic != STATUS:
        pass
    return heard.payload


def messages(run: Run) -> list[dict[str, Any]]:
    return [json.loads(heard.payload) for heard in run.heard if heard.topic == "NUO001/NUO001/data"]


def test_what_is_late_says_so_and_comes_in_order(run: Run) -> None:
    late = [message for message in messages(run) if message["historical"]]
    times = [message["time"] for message in late]
    assert len(late) == len(run.old_ms)
    assert times == sorted(times)
    assert late[0]["parameters"] == [{"symbol": "pH", "value": 7.21, "unit": "-", "status": "00"}]


def test_what_is_live_says_so_and_has_everything(run: Run) -> None:
    live = [message for message in messages(run) if not message["historical"]]
    assert live
    for message in live:
        assert message["station"] == "NUO001"
        assert message["time"].endswith("+07:00")
        assert message["slot_s"] == SLOT_MS // 1000
        symbols = [each["symbol"] for each in message["parameters"]]
        assert symbols == ["Flow", "Temp", "pH", "COD", "Color", "TOC", "NH4", "TN", "TP", "TSS", "Cl"]
        assert all(each["unit"] and each["status"] in ("00", "01", "02") for each in message["parameters"])


def test_it_is_online_while_it_runs_and_offline_however_it_ends(run: Run) -> None:
    assert run.shown == [b"online", b"offline", b"online", b"offline"]


def test_status_tells_of_the_destination_and_its_certificate(run: Run) -> None:
    (destination,) = run.status["destinations"]
    assert destination["state"] == "up"
    assert destination["certificate"] == "ending", "it is valid for another day"


def test_it_stops_cleanly_and_warns_of_the_certificate_once_a_start(run: Run) -> None:
    assert run.code == 0
    assert "Traceback" not in run.log
    assert "worker failed" not in run.log
    assert 1 <= run.log.count("certificate ends soon destination=broker") <= 2
