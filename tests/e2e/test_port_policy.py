"""`gateway ports policy` on a box in a network of its own, with the kernel's own nftables."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.core.journal_entry import EntryKind
from gateway.db import open_database
from stationsim.box import SimulatedBox
from tests.support.box_network import FRIEND, STRANGER, BoxNetwork, box_network
from tests.support.box_sshd import box_sshd
from tests.support.live.configuration import Server, Wanted, write

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can have a network of its own"),
]
NOBODY = Server("sftp", "127.0.0.1", 9, "station", "none", "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8")
INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 9}, "bus": {"device": "/dev/ttyUSB0"}}
PORTS = f"""\
ports:
  - {{id: "listen:tcp:22", state: used, for: ssh, from: [{FRIEND}/32]}}
  - {{id: "listen:tcp:8080", state: locked}}
  - {{id: "usb:1-1.2", state: used, match: "1a86:7523"}}
"""
TABLE = ("nft", "--stateless", "list", "table", "inet", "station_gateway")


@dataclass(frozen=True, slots=True)
class Station:
    network: BoxNetwork
    configuration: Path
    root: Path

    def policy(self, *arguments: str) -> str:
        done = self.network.gateway("ports", "policy", *arguments, "-c", self.configuration)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def refused(self, *arguments: str) -> str:
        done = self.network.gateway("ports", "policy", *arguments, "-c", self.configuration)
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr

    def declare(self, ports: str) -> None:
        text = self.configuration.read_text("utf-8").partition("ports:\n")[0]
        self.configuration.write_text(f"{text}{ports}ports_policy: {{root: {self.root}}}\n", encoding="utf-8")

    def entries(self) -> list[tuple[str, str]]:
        """What the journal tells of the policy: the act, and who."""
        database = open_database(self.root.parent / "storage/gateway.db", read_only=True)
        try:
            rows = database.read("SELECT what, who FROM journal WHERE kind = ? ORDER BY seq", (EntryKind.POLICY.value,))
        finally:
            database.close()
        return [(json.loads(what)["act"], who) for what, who in rows]


def fill(file: Path) -> None:
    """Until the disk takes not one byte more."""
    with file.open("wb", buffering=0) as one, contextlib.suppress(OSError):
        while True:
            one.write(bytes(512))


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    root = tmp_path / "box"
    box = SimulatedBox(root)
    box.plug("1-1.2", "rs485")
    (tmp_path / "storage").mkdir()
    open_database(tmp_path / "storage/gateway.db").close()
    configuration = write(tmp_path, INSTRUMENTS, [Wanted("province", NOBODY)])
    with box_network() as network:
        made = Station(network, configuration, root)
        made.declare(PORTS)
        for number in (22, 8080, 9999):
            network.listen(number)
        yield made


def test_a_closed_door_is_closed_to_whom_it_is_closed_and_opens_again(station: Station) -> None:
    network = station.network
    network.listen(502, outside=True)
    assert {network.ask(number) for number in (22, 8080, 9999)} == {"hello"}
    assert "gateway ports policy confirm" in station.policy("apply", "--accept", "machine")
    assert network.ask(22) == "hello"
    assert network.ask(22, STRANGER) == "nothing", "not one of those who may come"
    assert network.ask(8080) == "nothing", "locked"
    assert network.ask(9999) == "nothing", "not declared"
    assert network.ask_outside(502) == "hello", "what the box asks is answered"
    station.policy("confirm")
    assert network.ask(8080) == "nothing"
    assert (station.root / "sys/bus/usb/devices/usb1/authorized_default").read_text().strip() == "0"
    station.policy("revert")
    assert {network.ask(number) for number in (22, 8080, 9999)} == {"hello"}
    assert network.inside_run(*TABLE).returncode != 0
    assert [act for act, _ in station.entries()] == ["applied", "confirmed", "reverted"]
    assert all(who for _, who in station.entries())


def test_what_is_closed_what_is_in_force_and_what_drifted_is_shown(station: Station) -> None:
    said = station.policy("show")
    assert "no policy is confirmed" in said
    assert "open: tcp:22 from 10.77.0.2/32" in said
    assert "closed: listen:tcp:8080, and whatever is not declared" in said
    assert "tcp dport 22 accept" in said
    assert "machine: ports_policy.root is" in said
    station.policy("apply", "--accept", "machine")
    assert "s unless confirmed" in station.policy("show")
    station.policy("confirm")
    told = station.network.gateway("status", "-c", station.configuration).stdout
    assert re.search(r"ports closed since .* by .*, confirmed", told)
    (station.root / "sys/bus/usb/devices/usb1/authorized_default").write_text("1\n")
    station.declare(PORTS + '  - {id: "listen:tcp:9999", state: used}\n')
    said = station.policy("show")
    assert "panel:policy: usb1 lets in whatever is plugged in" in said
    assert "the declaration is another one by now: apply it" in said
    status = json.loads(station.network.gateway("status", "--json", "-c", station.configuration).stdout)
    assert (status["ports"]["policy"]["state"], status["ports"]["policy"]["as_declared"]) == ("confirmed", False)
    shown = json.loads(station.policy("show", "--json"))
    assert shown["confirmed"] != shown["sha256"]
    assert [one["id"] for one in shown["drift"]] == ["panel:policy"]
    assert [one["kind"] for one in shown["lockouts"]] == ["machine"]
    audit = json.loads(station.network.gateway("ports", "audit", "--json", "-c", station.configuration).stdout)
    assert ("panel:policy", "policy-drift") in {(one["id"], one["kind"]) for one in audit["violations"]}


def test_what_nobody_confirms_returns_although_whoever_applied_it_is_gone(station: Station) -> None:
    station.policy("apply", "--accept", "machine", "--within", "3")
    assert station.network.ask(8080, within_s=0.3) == "nothing"
    deadline = time.monotonic() + 60
    while station.network.inside_run(*TABLE).returncode == 0:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert station.network.ask(8080) == "hello"
    assert "nothing waits to be confirmed" in station.refused("confirm")
    assert station.entries()[-1] == ("returned", "gateway")


def test_nothing_that_is_in_use_is_cut_off_by_accident(station: Station) -> None:
    before = station.network.inside_run("nft", "list", "ruleset").stdout
    station.declare('ports:\n  - {id: "listen:tcp:8080", state: locked}\n')
    told = station.refused("apply", "--accept", "machine")
    assert "ssh: sshd listens at listen:tcp:22, which would be closed" in told
    assert "instrument: the link bus is read over usb:1-1.2" in told
    assert "--accept ssh --accept instrument" in told
    assert station.network.inside_run("nft", "list", "ruleset").stdout == before
    assert station.network.ask(22) == "hello"
    station.policy("apply", "--accept", "machine", "--accept", "ssh", "--accept", "instrument")
    assert station.network.ask(22, within_s=0.3) == "nothing"
    station.policy("revert")


def test_a_start_of_the_machine_puts_in_force_what_was_confirmed(station: Station) -> None:
    station.policy("apply", "--accept", "machine")
    station.policy("confirm")
    listing = station.network.inside_run(*TABLE).stdout
    station.network.inside_run("nft", "delete", "table", "inet", "station_gateway")
    for file in (station.root / "run/station-gateway-ports").iterdir():
        file.unlink()
    done = station.network.gateway("ports", "policy", "keep", "--root", station.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert station.network.inside_run(*TABLE).stdout == listing


def test_a_full_disk_keeps_nothing_closed_that_is_to_be_opened(station: Station) -> None:
    kept = station.root / "var/lib/station-gateway-ports"
    kept.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "policy", kept], check=True)
    try:
        station.policy("apply", "--accept", "machine")
        station.policy("confirm")
        fill(kept / "full")
        assert "No space left" in station.refused("revert")
        assert station.network.ask(8080) == "hello"
        station.network.gateway("ports", "policy", "keep", "--root", station.root)
        assert station.network.ask(8080) == "hello", "and the oneshot does not close it again"
    finally:
        subprocess.run(["umount", kept], check=True)


def test_a_disk_that_became_read_only_keeps_nothing_closed_that_is_to_be_opened(station: Station) -> None:
    kept = station.root / "var/lib/station-gateway-ports"
    kept.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "policy", kept], check=True)
    try:
        station.policy("apply", "--accept", "machine")
        station.policy("confirm")
        subprocess.run(["mount", "-o", "remount,ro", kept], check=True)
        assert "Read-only file system" in station.refused("revert")
        assert station.network.ask(8080) == "hello"
    finally:
        subprocess.run(["umount", kept], check=True)


def test_who_is_logged_in_now_is_seen_in_the_kernels_tables(station: Station) -> None:
    """Looked at only: the machine's own USB is not to be closed by a test."""
    station.network.talk(22, STRANGER)
    station.network.talk(8080)
    look = (
        "from pathlib import Path; from gateway.ports.policy.surroundings import surroundings;"
        "now = surroundings(Path('/'), {}, (), None);"
        "print(*((str(one.source), one.number, one.interface) for one in now.sessions), now.ssh_doors)"
    )
    done = station.network.inside_run(sys.executable, "-c", look)
    assert done.stdout.strip() == f"('{STRANGER}', 22, 'eth0') (22,)", done.stderr


def test_a_session_that_is_open_stays_open_and_one_from_elsewhere_ends(station: Station) -> None:
    talk = station.network.talk(22)
    stranger = station.network.talk(22, STRANGER)
    assert (talk("a"), stranger("a")) == ("a", "a")
    station.policy("apply", "--accept", "machine")
    assert talk("b") == "b"
    assert stranger("b") is None
    station.policy("revert")
    assert talk("c") == "c"


def test_whoever_closes_ports_over_ssh_stays_in_and_confirms_by_logging_in_once_more(
    station: Station, tmp_path: Path
) -> None:
    """Debian's sshd, and the commands typed in a session of it."""
    policy = (sys.executable, "-m", "gateway", "ports", "policy")
    at = ("-c", station.configuration)
    door = {"id": "listen:tcp:2222", "state": "used", "from": [f"{FRIEND}/32"]}
    usb = '  - {id: "usb:1-1.2", state: used}\n'
    with box_sshd(station.network, tmp_path / "sshd", 2222) as sshd:
        station.declare(f"ports:\n  - {json.dumps(door)}\n{usb}")
        stays = subprocess.Popen(
            sshd.command(FRIEND, "cat"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert stays.stdin is not None
        assert stays.stdout is not None
        try:
            done = sshd.run(*policy, "apply", "--accept", "machine", "--accept", "ssh", *at)  # the simulated box's
            assert "gateway ports policy confirm" in done.stdout, done.stderr
            stays.stdin.write("still here\n")
            assert stays.stdout.readline() == "still here\n"
            assert sshd.run("true", source=STRANGER).returncode == 255
            assert sshd.run(*policy, "confirm", *at).returncode == 0
            assert sshd.run(*policy, "revert", *at).returncode == 0
            assert sshd.run("true", source=STRANGER).returncode == 0
        finally:
            stays.kill()
            stays.communicate()


def test_a_real_sshd_is_known_at_whatever_number_it_listens(station: Station, tmp_path: Path) -> None:
    """By the kernel's tables of the machine; looked at only."""
    with box_sshd(station.network, tmp_path / "sshd", 2222) as sshd:
        look = (
            "from pathlib import Path; from gateway.ports.policy.surroundings import surroundings;"
            "now = surroundings(Path('/'), {}, (), None);"
            "print({(str(one.source), one.number) for one in now.sessions}, now.ssh_doors)"
        )
        done = sshd.run(sys.executable, "-c", look)
        assert done.stdout.strip() == f"{{('{FRIEND}', 2222)}} (22, 2222)", done.stderr
