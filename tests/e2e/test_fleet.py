"""The Ansible role of `config/fleet/ansible`, on Debians that are booted: installs from the repository, configures,
refuses, upgrades in waves, collects. What stations measure and where they deliver stands in their networks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.ansible import Host, attended, changes, play
from tests.support.debian_machine import Machine
from tests.support.fleet_station import configuration, surroundings
from tests.support.servers.prometheus import promtool

pytestmark = [
    pytest.mark.timeout(5400),
    pytest.mark.skipif(not os.environ.get("GATEWAY_FLEET"), reason="a part of the campaign 'fleet'"),
    pytest.mark.skipif(os.geteuid() != 0, reason="machines are booted by root"),
]

PROJECT = Path(__file__).parents[2]
SHIPPED = PROJECT / "config/fleet"
NEXT, FAULTY = "99.0.0", "99.1.0"
RELEASES = {"NUO001": "trixie", "NUO002": "bookworm"}
"""The first is the one that goes back."""
CODES = tuple(RELEASES)
_FILE = "sha256sum /etc/station-gateway/gateway.yaml"
_PROCESS = "systemctl show -P MainPID station-gateway"


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

    def configuration(self) -> dict[str, Any]:
        return configuration(
            self.code,
            {
                "name": "department",
                "authority": "province",
                "url": f"sftp://station@127.0.0.1:{self.authority['sftp']['port']}/",
                "password": {"file": "/etc/station-gateway/secrets/department"},
                "host_key": self.authority["sftp"]["host_key"],
                "folder": "%Y/%m/%d",
            },
        )


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

    _refuse_a_faulty_configuration_and_go_on_elsewhere(fleet)
    _take_over_what_an_earlier_play_left(fleet)
    _leave_a_station_as_it_is_that_could_not_read_its_password(fleet)
    _collect(fleet)
    _list_for_prometheus(fleet)
    _upgrade_in_waves_those_that_are_there(fleet)
    _end_with_the_first_that_is_not_well(fleet)


def _refuse_a_faulty_configuration_and_go_on_elsewhere(fleet: Fleet) -> None:
    faulty, sound = fleet.stations
    inventory = fleet.inventory()
    hosts = inventory["stations"]["hosts"]
    hosts[faulty.code]["station_configuration"]["instruments"][0]["parameters"][0]["symbol"] = "no such symbol"
    hosts[sound.code]["station_configuration"]["instruments"][0]["poll"] = "2s"
    before, process = [[one.host.run(command) for one in fleet.stations] for command in (_FILE, _PROCESS)]
    asked = fleet.play("stations.yaml", inventory, "--check", "--diff")
    assert re.search(r"^\+ +poll: 2s", asked.stdout, re.MULTILINE), asked.stdout[-5000:]
    assert [one.host.run(_FILE) for one in fleet.stations] == before, "it was only asked what would change"

    done = fleet.play("stations.yaml", inventory)

    assert done.returncode
    assert "no such symbol" in done.stdout, done.stdout[-5000:]
    assert faulty.host.run(_FILE) == before[0]
    assert "poll: 2s" in sound.host.run("cat /etc/station-gateway/gateway.yaml")
    assert not json.loads(sound.host.run("gateway status --json"))["configuration"]["differs"]
    assert [one.host.run(_PROCESS) for one in fleet.stations] == process, "taken over, not started anew"
    for station in fleet.stations:
        station.wait_for_more()


def _take_over_what_an_earlier_play_left(fleet: Fleet) -> None:
    """The file is as it shall be, and what runs is not: as after a play that was cut off in between."""
    _, left = fleet.stations
    left.host.run("sed -i 's/poll: 2s/poll: 1s/' /etc/station-gateway/gateway.yaml")

    done = fleet.play("stations.yaml", fleet.inventory())

    assert done.returncode == 0, done.stdout[-5000:]
    assert changes(done.stdout)[left.code] == 1, done.stdout[-5000:]
    assert not json.loads(left.host.run("gateway status --json"))["configuration"]["differs"]


def _leave_a_station_as_it_is_that_could_not_read_its_password(fleet: Fleet) -> None:
    closed, open_one = fleet.stations
    inventory = fleet.inventory()
    for code in CODES:
        inventory["stations"]["hosts"][code]["station_configuration"]["instruments"][0]["poll"] = "2s"
    before, process = [[one.host.run(command) for one in fleet.stations] for command in (_FILE, _PROCESS)]
    rights = closed.host.run("stat -c '%U:%G %a' /etc/station-gateway/secrets").split()
    closed.host.run("chown root:root /etc/station-gateway/secrets; chmod 700 /etc/station-gateway/secrets")

    done = fleet.play("stations.yaml", inventory)

    assert done.returncode
    said = re.sub(r"\s+", " ", done.stdout)
    assert f"{closed.code} goes on as it was" in said, done.stdout[-5000:]
    assert "/etc/station-gateway/secrets is closed to it" in said, done.stdout[-5000:]
    assert closed.host.run(_FILE) == before[0]
    assert "poll: 2s" in open_one.host.run("cat /etc/station-gateway/gateway.yaml")
    assert [one.host.run(_PROCESS) for one in fleet.stations] == process
    closed.host.run(f"chown {rights[0]} /etc/station-gateway/secrets; chmod {rights[1]} /etc/station-gateway/secrets")
    for station in fleet.stations:
        station.wait_for_more()
    done = fleet.play("stations.yaml", fleet.inventory())
    assert done.returncode == 0, done.stdout[-5000:]


def _collect(fleet: Fleet) -> None:
    for _ in range(2):
        done = fleet.play("collect.yaml", fleet.inventory())
        assert done.returncode == 0, done.stdout[-5000:]
    for code in CODES:
        held = fleet.folder / "collected" / code
        assert json.loads((held / "status.json").read_text())["station"]["code"] == code
        assert isinstance(json.loads((held / "digests.json").read_text()), list)
        assert json.loads((held / "journal.json").read_text())["head"]["seq"]

    other = fleet.folder / "collected" / CODES[0] / "digests.json"
    other.write_text(json.dumps([{"seq": 7, "kind": "digest", "hash": "of another past"}]))
    longer = fleet.folder / "collected" / CODES[1] / "journal.json"
    longer.write_text(json.dumps({"head": {"seq": 70000, "hash": "of a journal that was cut off since"}}))
    done = fleet.play("collect.yaml", fleet.inventory())
    assert done.returncode
    said = re.sub(r"\s+", " ", done.stdout)
    assert f"{CODES[0]}: the journal does not have any more" in said
    assert f"{CODES[1]}: the journal ends with entry" in said
    assert json.loads(longer.read_text())["head"]["seq"] == 70000, "kept, for whoever asks"
    other.unlink()
    longer.unlink()


def _list_for_prometheus(fleet: Fleet) -> None:
    inventory = fleet.inventory()
    for code in CODES:
        inventory["stations"]["hosts"][code]["station_metrics"] = f"{code.lower()}.example.vn:9108"
    shutil.copy(SHIPPED / "alerts.yaml", fleet.folder)
    settings = (SHIPPED / "prometheus.yml").read_text()
    settings = settings[: settings.index("    static_configs")] + "    file_sd_configs: [{files: [stations.json]}]\n"
    (fleet.folder / "prometheus.yml").write_text(settings)
    for name in ("stations.token", "stations.pem"):
        (fleet.folder / name).touch()

    done = fleet.play("prometheus.yaml", inventory, "-e", f"prometheus_folder={fleet.folder}")

    assert done.returncode == 0, done.stdout[-5000:]
    listed = json.loads((fleet.folder / "stations.json").read_text())
    assert listed == [{"targets": [f"{code.lower()}.example.vn:9108" for code in CODES]}]
    checked = promtool("check", "config", str(fleet.folder / "prometheus.yml"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _upgrade_in_waves_those_that_are_there(fleet: Fleet) -> None:
    fleet.offer(NEXT)
    inventory = fleet.inventory(station_waves=[1, 1])
    hosts = inventory["stations"]["hosts"]
    switched_off = {**hosts[CODES[0]], "ansible_host": "NUO000", "ansible_port": 1}
    inventory["stations"]["hosts"] = {"NUO000": switched_off, **hosts}

    done = fleet.play("upgrade.yaml", inventory, "-e", f"station_version={NEXT}")

    assert done.returncode, "one was not there"
    assert re.search(r"^NUO000 .*unreachable=1", done.stdout, re.MULTILINE), done.stdout[-5000:]
    for station in fleet.stations:
        assert NEXT in station.host.run("gateway --version"), done.stdout[-5000:]
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
    machine = Machine(RELEASES[code], folder)
    machine.write("/etc/apt/sources.list", "# no network\n")
    with (
        attended(machine, folder, code.lower()) as host,
        surroundings(folder, code, host.into_its_network) as authority,
    ):
        yield Station(code, host, authority, machine.shared)


def _add_version(folder: Path, repository: Path, version: str, fault: str) -> None:
    """Build what is committed here, as this version (empty: its own), into the repository. `fault`: what is added to
    its daemon, which the build does not load."""
    project = folder / f"project-{version or 'own'}"
    subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(project)], check=True)
    wheels = PROJECT / ".package/wheels"  # fetched once for all
    wheels.mkdir(parents=True, exist_ok=True)
    (project / ".package").mkdir()
    (project / ".package/wheels").symlink_to(wheels)
    if version:
        declared = project / "gateway/__init__.py"
        declared.write_text(re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', declared.read_text()))
        daemon = project / "gateway/app/daemon.py"
        daemon.write_text(daemon.read_text() + fault)
        author = ["-c", "user.name=test", "-c", "user.email=test@example.vn"]
        subprocess.run(["git", *author, "commit", "--quiet", "-am", f"Be {version}"], cwd=project, check=True)
        subprocess.run(["git", "tag", f"v{version}"], cwd=project, check=True)
    built = folder / f"built-{version or 'own'}"
    command = ["./package", "--architecture", "amd64", "--repo", str(repository), "-o", str(built)]
    subprocess.run(command, cwd=project, check=True)
