"""The Ansible role of `config/fleet/ansible`, on Debians that are booted: installs from the repository, configures,
refuses, upgrades in waves, collects. What stations measure and where they deliver stands in their networks."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.ansible import Host, attended, changes, play
from tests.support.debian_machine import Machine

pytestmark = [
    pytest.mark.timeout(3000),
    pytest.mark.skipif(not os.environ.get("GATEWAY_FLEET"), reason="a part of the campaign 'fleet'"),
    pytest.mark.skipif(os.geteuid() != 0, reason="machines are booted by root"),
]

PROJECT = Path(__file__).parents[2]
NEXT, FAULTY = "99.0.0", "99.1.0"
CODES = ("NUO001", "NUO002")
SCENARIO = """
name: fleet
seed: 1
slot: 10s
station: {province: HN, facility: ABCD, code: CODE, kind: wastewater, timezone: Asia/Ho_Chi_Minh}
instruments:
  - name: plc
    type: modbus-tcp
    listen: 127.0.0.1:1502
    units:
      1:
        parameters:
          pH: {unit: "-", register: "holding:0", type: float32, signal: {base: 7.2, min: 0, max: 14}}
          COD: {unit: mg/L, register: "holding:2", type: float32, signal: {base: 68, noise: 1, min: 5, max: 500}}
authorities:
  - {name: department, protocols: [sftp], user: station, password: mat-khau, layout: "%Y/%m/%d"}
"""


@dataclass(frozen=True, slots=True)
class Station:
    """A booted machine, and the authority that stands in its network beside the instruments."""

    code: str
    host: Host
    authority: dict[str, Any]
    shared: Path
    """What it sees as `/machine`."""

    def arrived(self) -> set[str]:
        return {one.name for one in Path(self.authority["root"]).rglob("*.txt")}

    def wait_for_more(self) -> None:
        before, deadline_s = self.arrived(), time.monotonic() + 90
        while len(self.arrived() - before) < 2:
            assert time.monotonic() < deadline_s, self.host.run("gateway status; journalctl -n 50")
            time.sleep(0.5)

    def configuration(self, code: str = "") -> dict[str, Any]:
        parameters = [
            {"symbol": "pH", "unit": "-", "register": "holding:0", "type": "float32", "decimals": 2},
            {"symbol": "COD", "unit": "mg/L", "register": "holding:2", "type": "float32", "decimals": 1},
        ]
        return {
            "station": {
                "name": "Trạm nước thải thử nghiệm",
                "province": "HN",
                "facility": "ABCD",
                "code": code or self.code,
                "kind": "wastewater",
            },
            "reporting": {"slot": "10s"},
            "clock": {"servers": ["127.0.0.1"], "trust": "assume"},
            "links": {"plc": {"type": "modbus-tcp", "host": "127.0.0.1", "port": 1502}},
            "instruments": [{"name": "probe", "link": "plc", "unit": 1, "poll": "1s", "parameters": parameters}],
            "destinations": [
                {
                    "name": "department",
                    "authority": "province",
                    "url": f"sftp://station@127.0.0.1:{self.authority['sftp']['port']}/",
                    "password": {"file": "/etc/station-gateway/secrets/department"},
                    "host_key": self.authority["sftp"]["host_key"],
                    "folder": "%Y/%m/%d",
                }
            ],
        }


@dataclass(frozen=True, slots=True)
class Fleet:
    stations: tuple[Station, ...]
    repository: Path
    folder: Path

    def inventory(self, **more: Any) -> dict[str, Any]:
        common = {
            "station_repository": "file:/machine/repository",
            "station_repository_key": str(self.repository / "station-gateway.asc"),
            "station_collected": str(self.folder / "collected"),
            "station_health_s": 90,
            "station_recommends": False,
            **more,
        }
        hosts = {
            one.code: {
                **one.host.variables(),
                "station_configuration": one.configuration(),
                "station_secrets": {"department": "mat-khau"},
            }
            for one in self.stations
        }
        return {"stations": {"vars": common, "hosts": hosts}}

    def offer(self, version: str, fault: str = "") -> None:
        """Add a version to the repository that all stations see."""
        _add_version(self.folder, self.repository, version, fault)
        for one in self.stations:
            shutil.copytree(self.repository, one.shared / "repository", dirs_exist_ok=True)

    def play(self, playbook: str, inventory: dict[str, Any], *more: str) -> subprocess.CompletedProcess[str]:
        return play(self.folder, playbook, inventory, *more)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two stations that have nothing of the gateway yet."""
    folder = tmp_path_factory.mktemp("fleet")
    repository = folder / "repository"
    with ExitStack() as stack:
        stations = tuple(stack.enter_context(_station(folder / code, code)) for code in CODES)
        made = Fleet(stations, repository, folder)
        made.offer("")
        yield made


def test_a_fleet_is_installed_configured_upgraded_and_collected_from(fleet: Fleet) -> None:
    inventory = fleet.inventory()

    done = fleet.play("stations.yaml", inventory)
    assert done.returncode == 0, done.stdout[-5000:]
    for station in fleet.stations:
        station.wait_for_more()
        shown = station.host.run("stat -c '%U:%G %a' /etc/station-gateway/secrets/department")
        assert shown.strip() == "root:gateway 640"
    assert "mat-khau" not in done.stdout + done.stderr

    again = fleet.play("stations.yaml", inventory)
    assert changes(again.stdout) == dict.fromkeys(CODES, 0), again.stdout[-5000:]

    _refuse_a_faulty_configuration(fleet)
    _take_a_sound_one(fleet)
    _collect(fleet)
    _upgrade_in_waves(fleet)
    _end_with_the_first_that_is_not_well(fleet)


def _refuse_a_faulty_configuration(fleet: Fleet) -> None:
    inventory = fleet.inventory()
    first = inventory["stations"]["hosts"][CODES[0]]["station_configuration"]
    first["instruments"][0]["parameters"][0]["symbol"] = "no such symbol"
    before = fleet.stations[0].host.run("sha256sum /etc/station-gateway/gateway.yaml")

    done = fleet.play("stations.yaml", inventory)

    assert done.returncode
    assert "no such symbol" in done.stdout
    assert fleet.stations[0].host.run("sha256sum /etc/station-gateway/gateway.yaml") == before
    fleet.stations[0].wait_for_more()


def _take_a_sound_one(fleet: Fleet) -> None:
    inventory = fleet.inventory()
    first = inventory["stations"]["hosts"][CODES[0]]["station_configuration"]
    first["instruments"][0]["poll"] = "2s"

    done = fleet.play("stations.yaml", inventory)

    assert done.returncode == 0, done.stdout[-5000:]
    assert changes(done.stdout)[CODES[0]]
    assert not changes(done.stdout)[CODES[1]]
    assert "poll: 2s" in fleet.stations[0].host.run("cat /etc/station-gateway/gateway.yaml")
    fleet.stations[0].wait_for_more()
    assert fleet.play("stations.yaml", fleet.inventory()).returncode == 0


def _collect(fleet: Fleet) -> None:
    for _ in range(2):
        done = fleet.play("collect.yaml", fleet.inventory())
        assert done.returncode == 0, done.stdout[-5000:]
    for code in CODES:
        held = fleet.folder / "collected" / code
        assert json.loads((held / "status.json").read_text())["station"]["code"] == code
        assert isinstance(json.loads((held / "digests.json").read_text()), list)

    changed = fleet.folder / "collected" / CODES[0] / "digests.json"
    changed.write_text(json.dumps([{"seq": 7, "kind": "digest", "hash": "of another past"}]))
    done = fleet.play("collect.yaml", fleet.inventory())
    assert done.returncode
    assert f"{CODES[0]}: the journal does not have any more" in re.sub(r"\s+", " ", done.stdout)
    changed.unlink()


def _upgrade_in_waves(fleet: Fleet) -> None:
    fleet.offer(NEXT)

    done = fleet.play("upgrade.yaml", fleet.inventory(station_waves=[1, 1]), "-e", f"station_version={NEXT}")

    assert done.returncode == 0, done.stdout[-5000:]
    for station in fleet.stations:
        assert NEXT in station.host.run("gateway --version")
        station.wait_for_more()


def _end_with_the_first_that_is_not_well(fleet: Fleet) -> None:
    fleet.offer(FAULTY, "\nraise SystemExit(1)\n")

    done = fleet.play("upgrade.yaml", fleet.inventory(station_waves=[1, 1]), "-e", f"station_version={FAULTY}")

    assert done.returncode, done.stdout[-5000:]
    for station in fleet.stations:
        assert NEXT in station.host.run("gateway --version")
        station.wait_for_more()
    assert FAULTY not in fleet.stations[1].host.run("cat /var/log/dpkg.log")


@contextmanager
def _station(folder: Path, code: str) -> Iterator[Station]:
    folder.mkdir()
    machine = Machine("bookworm", folder)
    machine.write("/etc/apt/sources.list", "# no network\n")
    with attended(machine, folder, code.lower()) as host, _surroundings(folder, code, host) as authority:
        yield Station(code, host, authority, machine.shared)


@contextmanager
def _surroundings(folder: Path, code: str, host: Host) -> Iterator[dict[str, Any]]:
    """Instruments and an authority, in the machine's network. Yields what the simulator says of the authority."""
    scenario, events = folder / "scenario.yaml", folder / "simulator.jsonl"
    scenario.write_text(SCENARIO.replace("CODE", code), "utf-8")
    command = [*host.into_its_network, sys.executable, "-m", "stationsim", "run", str(scenario)]
    with events.open("wb") as out:
        child = subprocess.Popen([*command, "--out", str(folder / "surroundings")], stdout=out)
    try:
        deadline_s = time.monotonic() + 40
        while b"\n" not in events.read_bytes():
            assert child.poll() is None
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        yield json.loads(events.read_bytes().splitlines()[0])["authorities"]["department"]
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)


def _add_version(folder: Path, repository: Path, version: str, fault: str) -> None:
    """Build what is committed here, as this version (empty: its own), into the repository. `fault`: what is added to
    its daemon's command."""
    project = folder / f"project-{version or 'own'}"
    subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(project)], check=True)
    wheels = PROJECT / ".package/wheels"  # fetched once for all
    wheels.mkdir(parents=True, exist_ok=True)
    (project / ".package").mkdir()
    (project / ".package/wheels").symlink_to(wheels)
    if version:
        declared = project / "gateway/__init__.py"
        declared.write_text(re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', declared.read_text()))
        run = project / "gateway/cli/run.py"
        run.write_text(run.read_text() + fault)
        author = ["-c", "user.name=test", "-c", "user.email=test@example.vn"]
        subprocess.run(["git", *author, "commit", "--quiet", "-am", f"Be {version}"], cwd=project, check=True)
        subprocess.run(["git", "tag", f"v{version}"], cwd=project, check=True)
    built = folder / f"built-{version or 'own'}"
    command = ["./package", "--architecture", "amd64", "--repo", str(repository), "-o", str(built)]
    subprocess.run(command, cwd=project, check=True)
