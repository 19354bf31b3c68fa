"""A coach station as processes: orders come in by spool, door and command while the gateway is killed, the server is
down and its token ends; each is at the road administration once, as it was signed. And a station with both cargoes.

`GATEWAY_ORDER_KILLS` says how often it is killed, `GATEWAY_ORDER_SEED` when.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import stationsim
from stationsim.road.signatures import Signatures
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import RunningGateway, command
from tests.support.live.simulator import WASTEWATER, SimulatedStation
from tests.support.order_keys import signer_files
from tests.support.servers.private import free_port

KILLS = int(os.environ.get("GATEWAY_ORDER_KILLS", "1"))
SEED = int(os.environ.get("GATEWAY_ORDER_SEED", "18"))
PATIENCE_S = 90.0
TOKEN = "of-the-door"

pytestmark = pytest.mark.timeout(300 + 60 * KILLS)


@dataclass
class CoachStation:
    """Its files, and who submits. `sure`: orders of which somebody was told that they were taken, or that were moved
    in whole."""

    folder: Path
    configuration: Path
    port: int
    sure: set[str] = field(default_factory=set)
    number: int = 0

    def order(self, name: str = "") -> tuple[str, bytes]:
        self.number += 1
        name = name or f"L-{self.number}"
        now_ms = time.time_ns() // 1_000_000
        content = {"id": name, "issued_ms": now_ms, "plate": "30E-123.45", "operator": "0100109106", "station": "BXMD"}
        rest = {"department": "01", "route": "2901.1511.A", "departure_ms": now_ms + 1_800_000}
        return name, json.dumps(content | rest | {"driver": {"name": "Nguyễn Văn A"}}).encode()

    def move_in(self, name: str = "") -> None:
        name, content = self.order(name)
        spool = self.folder / "spool"
        spool.mkdir(exist_ok=True)
        (spool / f"{name}.part").write_bytes(content)
        (spool / f"{name}.part").rename(spool / f"{name}.json")
        self.sure.add(name)

    def post(self) -> None:
        """Nobody may be there to answer, or be killed before he does: then nothing is sure."""
        name, content = self.order()
        with (
            suppress(OSError, http.client.HTTPException),
            closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection,
        ):
            connection.request("POST", "/orders", content, {"Authorization": f"Bearer {TOKEN}"})
            status = connection.getresponse().status
            assert status in (201, 503)
            if status == 201:
                self.sure.add(name)

    def by_hand(self) -> None:
        name, content = self.order()
        file = self.folder / f"{name}.json"
        file.write_bytes(content)
        said = command("orders", "submit", file, "-c", self.configuration)
        assert said.returncode == 0, said.stderr
        self.sure.add(name)

    def listed(self) -> dict[str, dict[str, Any]]:
        said = command("orders", "list", "--json", "-c", self.configuration)
        assert said.returncode == 0, said.stderr
        return {one["id"]: one for one in json.loads(said.stdout)}

    def is_settled(self) -> bool:
        found = self.listed()
        return self.sure <= found.keys() and all(one["state"] != "waiting" for one in found.values())


def orders_section(folder: Path, road: dict[str, Any], port: int) -> tuple[str, str]:
    """The section, and the destination's entry."""
    signer = signer_files(folder / "keys")
    for name, secret in (("road", road["password"]), ("door", TOKEN)):
        file = folder / f"{name}.secret"
        file.touch(mode=0o600)
        file.write_text(secret, "utf-8")
    section = f"""\
orders:
  spool: {folder / "spool"}
  listen: 127.0.0.1:{port}
  token: {{file: {folder / "door.secret"}}}
  sign: [{{role: station, key: {{file: {signer.key}}}, certificate: {{file: {signer.certificate}}}}}]
"""
    destination = f"""\
  - name: cuc-dbvn
    authority: road
    url: {road["url"]}
    password: {{file: {folder / "road.secret"}}}
    ca: {road["ca"]}
"""
    return section, destination


def verified(station: CoachStation, road: dict[str, Any]) -> set[str]:
    """The orders that lie at the administration; each verifies with openssl, and is there once."""
    lines = [json.loads(one) for one in Path(road["root"], "accepted.jsonl").read_text().splitlines()]
    names = [one["id"] for one in lines]
    assert len(names) == len(set(names))
    signatures = Signatures(["station"], [station.folder / "keys" / "station.pem"])
    for file in Path(road["root"], "orders").glob("*.json"):
        assert signatures.fault(json.loads(file.read_text("utf-8"))) is None
    return set(names)


def wait(what: Callable[[], bool], gateway: RunningGateway, saying: str) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not what():
        gateway.check()
        assert time.monotonic() < until_s, saying
        time.sleep(0.3)


def log_has(log: Path, words: str, times: int = 1) -> Callable[[], bool]:
    return lambda: log.is_file() and log.read_text(errors="replace").count(words) >= times


def test_killed_again_and_again_none_is_lost_and_none_is_there_twice(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    faults = """\
    faults:
      - {kind: code, code: 30006, orders: [L-BAD]}
      - {kind: status, status: 503, chance: 0.1}
      - {kind: cut, bytes: 40, chance: 0.1}
      - {kind: unheard, chance: 0.1}
"""
    scenario = (
        stationsim.scenario("coach-station").read_text("utf-8").replace("token_life: 15min", "token_life: 5s") + faults
    )
    simulator = SimulatedStation(scenario, tmp_path / "sim")
    road = simulator.roads["cuc-dbvn"]
    port = free_port()
    section, destination = orders_section(tmp_path, road, port)
    file = tmp_path / "gateway.yaml"
    file.write_text(
        "station: {name: Bến xe, province: HN, facility: BXGB, code: BX2901, kind: coach_station}\n"
        f"storage: {{path: {tmp_path / 'storage'}}}\nclock: {{trust: assume}}\n{section}destinations:\n{destination}",
        "utf-8",
    )
    station, log = CoachStation(tmp_path, file, port), tmp_path / "gateway.log"
    station.move_in()
    gateway = RunningGateway(file, log)
    try:
        wait(log_has(log, "orders are taken over HTTP"), gateway, "the door did not open")
        station.move_in("L-BAD")
        station.by_hand()
        for _ in range(KILLS):
            for _ in range(chance.randint(5, 15)):
                chance.choice((station.move_in, station.post))()
            time.sleep(chance.uniform(0.0, 1.5))
            gateway.kill()
            station.move_in()
            times = log.read_text(errors="replace").count("orders are taken over HTTP") + 1
            gateway = RunningGateway(file, log)
            wait(log_has(log, "orders are taken over HTTP", times), gateway, "the door did not open again")
        station.post()
        wait(station.is_settled, gateway, "orders wait still")
        found = station.listed()
        assert found["L-BAD"]["state"] == "set_aside"
        assert (found["L-BAD"]["code"], found["L-BAD"]["meaning"]) == (30006, "the code of the route is invalid")
        assert {one["state"] for name, one in found.items() if name != "L-BAD"} == {"accepted"}
        assert verified(station, road) == found.keys() - {"L-BAD"}
        assert station.sure <= found.keys()
        released = command("orders", "release", "L-BAD", "-c", file)
        assert released.returncode == 0, released.stderr
        wait(lambda: len(tries_of(file, "L-BAD")) == 2, gateway, "it was not tried again")
        assert gateway.stop().code == 0
    finally:
        gateway.kill()
        simulator.stop()
    journal = command("journal", "verify", "-c", file)
    assert journal.returncode == 0, journal.stdout + journal.stderr
    said = log.read_text(errors="replace")
    assert "Traceback" not in said
    assert "worker failed" not in said


def tries_of(configuration: Path, name: str) -> list[dict[str, Any]]:
    said = command("orders", "show", name, "--json", "-c", configuration)
    assert said.returncode == 0, said.stderr
    found: list[dict[str, Any]] = json.loads(said.stdout)["tries"]
    return [one for one in found if one["outcome"] == "refused"]


def test_one_daemon_carries_files_and_orders(tmp_path: Path) -> None:
    coach = stationsim.scenario("coach-station").read_text("utf-8")
    simulator = SimulatedStation(
        f"{WASTEWATER.read_text('utf-8')}\n{coach[coach.index('road_administrations:') :]}", tmp_path / "sim"
    )
    road, port = simulator.roads["cuc-dbvn"], free_port()
    authority = simulator.authorities["province"]
    section, destination = orders_section(tmp_path, road, port)
    file = write(tmp_path, simulator.instruments, [Wanted("province", Server.of(authority, "sftp"))])
    file.write_text(f"{file.read_text('utf-8')}{destination}{section}", "utf-8")
    station, log = CoachStation(tmp_path, file, port), tmp_path / "gateway.log"
    gateway = RunningGateway(file, log)
    try:
        wait(log_has(log, "orders are taken over HTTP"), gateway, "the door did not open")
        for _ in range(20):
            station.move_in()
        wait(lambda: station.is_settled(), gateway, "orders wait still")
        wait(lambda: any(simulator.root("province").rglob("*.txt")), gateway, "no file arrived")
        assert {one["state"] for one in station.listed().values()} == {"accepted"}
        assert verified(station, road) == station.sure
        assert gateway.stop().code == 0
    finally:
        gateway.kill()
        simulator.stop()
    assert "worker failed" not in log.read_text(errors="replace")
