"""A coach station as processes: orders come in by spool, door and command while the gateway is killed and restarted,
the line is cut, the server fails and its token ends in the middle; each is at the road administration once, as it was
signed. And a station with both cargoes, whose files do not wait for its orders.

`GATEWAY_ORDER_KILLS` says how often it is killed, `GATEWAY_ORDER_SEED` when, `GATEWAY_ORDER_SLOTS` for how many slots
orders flood the other.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import pytest

import stationsim
from gateway.core.transport_order import OrderState
from stationsim.acts import ask
from tests.support.coach_station import CoachStation, coach_configuration, orders_section, verified
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.expectation import end_of
from tests.support.live.gateway import RunningGateway, command
from tests.support.live.simulator import WASTEWATER, SimulatedStation, completed_ms
from tests.support.live.warm_gateway import WarmGateway
from tests.support.servers.private import free_port

KILLS = int(os.environ.get("GATEWAY_ORDER_KILLS", "12"))
SEED = int(os.environ.get("GATEWAY_ORDER_SEED", "18"))
SLOTS = int(os.environ.get("GATEWAY_ORDER_SLOTS", "1"))
PATIENCE_S = 120.0
OPENED = "orders are taken over HTTP"
ACCEPTED = "order accepted"
FAULTS = """\
    faults:
      - {kind: code, code: 30006, orders: [L-BAD]}
      - {kind: status, status: 503, chance: 0.05}
      - {kind: cut, bytes: 40, chance: 0.1}
      - {kind: unheard, chance: 0.05}
      - {kind: partial, chance: 0.1}
      - {kind: repeated, chance: 0.1}
      - {kind: slow, delay: 300ms, chance: 0.2}
"""


class Running(Protocol):
    def check(self) -> None: ...


class Log:
    """What a gateway says from the newest `mark` on."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._from = 0

    def mark(self) -> None:
        self._from = self.file.stat().st_size if self.file.exists() else 0

    def has(self, words: str, times: int = 1) -> bool:
        if not self.file.exists():
            return False
        with self.file.open("rb") as file:
            file.seek(self._from)
            return file.read().count(words.encode()) >= times


def wait(what: Callable[[], bool], gateway: Running, saying: str, within_s: float = PATIENCE_S) -> None:
    until_s = time.monotonic() + within_s
    while not what():
        gateway.check()
        assert time.monotonic() < until_s, saying
        time.sleep(0.05)


@contextmanager
def is_cut(simulator: SimulatedStation, *, wanted: bool) -> Iterator[None]:
    """The line to the administration, or all is as ever."""
    if not wanted:
        yield
        return
    assert ask(simulator.folder, "cut", "cuc-dbvn") is None
    try:
        yield
    finally:
        assert ask(simulator.folder, "restore", "cuc-dbvn") is None


@pytest.mark.timeout(300 + 20 * KILLS)
def test_killed_again_and_again_none_is_lost_and_none_is_there_twice(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    scenario = stationsim.scenario("coach-station").read_text("utf-8").replace("token_life: 15min", "token_life: 2s")
    simulator = SimulatedStation(scenario + FAULTS, tmp_path / "sim")
    road, port = simulator.roads["cuc-dbvn"], free_port()
    file, log = coach_configuration(tmp_path, road, port), Log(tmp_path / "gateway.log")
    station = CoachStation(tmp_path, file, port)
    gateway = WarmGateway(file, log.file)
    try:
        station.move_in("L-BAD")
        gateway.start()
        wait(lambda: log.has(OPENED), gateway, "the door did not open")
        station.by_hand()
        for number in range(KILLS):
            with is_cut(simulator, wanted=chance.random() < 0.15):
                _ended_somewhere(station, gateway, log, chance, politely=number % 8 == 5)
                station.move_in()
                log.mark()
                gateway.start()
        wait(lambda: log.has(OPENED), gateway, "the door did not open again")
        station.post()
        wait(station.is_settled, gateway, "orders wait still", within_s=PATIENCE_S + KILLS)
        gateway.stop()
        _judge(station, road)
        log.mark()
        released = command("orders", "release", "L-BAD", "--reason", "the plate is known now", "-c", file)
        assert released.returncode == 0, released.stderr
        gateway.start()
        wait(lambda: log.has("order set aside"), gateway, "it was not tried again")
        wait(lambda: station.states()["L-BAD"] is OrderState.SET_ASIDE, gateway, "it is not set aside again")
        assert station.refusals("L-BAD") == 2
    finally:
        gateway.close()
        simulator.stop()
    journal = command("journal", "verify", "-c", file)
    assert journal.returncode == 0, journal.stdout + journal.stderr
    assert "the plate is known now" in command("journal", "show", "-c", file).stdout
    said = log.file.read_text(errors="replace")
    for trouble in ("Traceback", "worker failed"):
        at = said.find(trouble)
        assert at < 0, said[max(0, at - 1000) : at + 3000]


def _ended_somewhere(
    station: CoachStation, gateway: WarmGateway, log: Log, chance: random.Random, *, politely: bool
) -> None:
    """Orders come in, and it ends: while it starts, while it takes one, or just when one more was accepted."""
    when = chance.choice(("starting", "taking", "accepting"))
    if when != "starting":
        wait(lambda: log.has(OPENED), gateway, "the door did not open again")
    for _ in range(chance.randint(2, 6)):
        chance.choice((station.move_in, station.post if when != "starting" else station.move_in))()
    if when == "accepting":
        accepted = log.file.read_bytes().count(ACCEPTED.encode())
        until_s = time.monotonic() + 3.0
        while log.file.read_bytes().count(ACCEPTED.encode()) == accepted and time.monotonic() < until_s:
            time.sleep(0.01)
    time.sleep(chance.uniform(0.0, 0.5))
    if politely:
        gateway.stop()
    else:
        gateway.kill()


def _judge(station: CoachStation, road: dict[str, Any]) -> None:
    found = station.listed()
    assert station.sure <= found.keys()
    bad = found.pop("L-BAD")
    assert bad["state"] == "set_aside"
    assert (bad["code"], bad["meaning"]) == (30006, "the code of the route is invalid")
    assert {one["state"] for one in found.values()} == {"accepted"}
    assert verified(station, road) == found.keys()


@pytest.mark.timeout(300 + 60 * SLOTS)
def test_files_are_no_later_while_orders_flood(tmp_path: Path) -> None:
    """One daemon with both cargoes; where there are more slots than one, as many before the flood are what is compared
    with."""
    coach = stationsim.scenario("coach-station").read_text("utf-8")
    road_administration = coach[coach.index("road_administrations:") :]
    simulator = SimulatedStation(
        f"{WASTEWATER.read_text('utf-8')}\n{road_administration}    verify: {str(SLOTS == 1).lower()}\n",
        tmp_path / "sim",
    )
    road, port = simulator.roads["cuc-dbvn"], free_port()
    section, destination = orders_section(tmp_path, road, port)
    server = Server.of(simulator.authorities["province"], "sftp")
    file = write(tmp_path, simulator.instruments, [Wanted("province", server)])
    file.write_text(f"{file.read_text('utf-8')}{destination}{section}", "utf-8")
    station, log = CoachStation(tmp_path, file, port), Log(tmp_path / "gateway.log")
    gateway = RunningGateway(file, log.file)

    def delays_s(from_ms: int) -> list[float]:
        """Of the files of slots that ended since."""
        arrived = completed_ms(simulator.root("province"))
        return [(at_ms - end_of(name)) / 1000 for name, at_ms in arrived.items() if end_of(name) > from_ms]

    try:
        wait(lambda: log.has(OPENED), gateway, "the door did not open")
        quiet_ms = time.time_ns() // 1_000_000
        if SLOTS > 1:
            wait(lambda: len(delays_s(quiet_ms)) >= SLOTS, gateway, "files are missing", PATIENCE_S + 10 * SLOTS)
        quiet_s = delays_s(quiet_ms)
        flood_ms = time.time_ns() // 1_000_000
        until_s = time.monotonic() + PATIENCE_S + 10 * SLOTS
        while len(delays_s(flood_ms)) < SLOTS:
            gateway.check()
            assert time.monotonic() < until_s, "files are missing"
            _fill(station)
            time.sleep(0.2)
        flooded_s = delays_s(flood_ms)
        lasted_s = time.time_ns() / 1e9 - flood_ms / 1000
        wait(station.is_settled, gateway, "orders wait still")
        assert set(station.states().values()) == {OrderState.ACCEPTED}
        assert verified(station, road) == station.sure
        assert gateway.stop().code == 0
    finally:
        gateway.kill()
        simulator.stop()
    assert "worker failed" not in log.file.read_text(errors="replace")
    if SLOTS > 1:
        rate = len(station.sure) / lasted_s
        print(f"files after their slots: alone {median(quiet_s):.2f} s, at most {max(quiet_s):.2f};", end=" ")
        print(f"beside {rate:.1f} orders/s {median(flooded_s):.2f} s, at most {max(flooded_s):.2f}")
        assert median(flooded_s) <= median(quiet_s) + 1.0


def _fill(station: CoachStation) -> None:
    """There is always something to take, and never more than can be carried in the end."""
    waiting = sum(1 for file in (station.folder / "spool").glob("*.json"))
    for _ in range(max(0, 20 - waiting)):
        station.move_in()
