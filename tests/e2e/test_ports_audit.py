"""`gateway ports audit` and `check --online` at a simulated box, with no daemon and no database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stationsim.box import SimulatedBox
from tests.support.live.gateway import command
from tests.support.watched_box import CONFIGURATION

PORTS = """\
ports:
  - {{id: "usb:1-1", state: used, for: the hub of the board}}
  - {{id: "usb:1-1.3", state: unused, seal: TEM-000123}}
  - {{id: "net:eth0", state: used}}
  - {{id: "radio:wlan0", state: used}}
  - {{id: "radio:hci0", state: used}}
  - {{id: "block:mmcblk0", state: used}}
  - {{id: "listen:tcp:22", state: used, match: ssh.service}}
  - {{id: "panel:datalogger-usb", state: unused, of: datalogger}}
ports_policy: {{root: {root}}}
"""


@pytest.fixture
def box(tmp_path: Path) -> SimulatedBox:
    return SimulatedBox(tmp_path / "box")


@pytest.fixture
def file(tmp_path: Path, box: SimulatedBox) -> Path:
    written = tmp_path / "gateway.yaml"
    ports = PORTS.format(root=box.root)
    written.write_text(CONFIGURATION.format(storage=tmp_path / "storage", ports=ports), encoding="utf-8")
    return written


def test_it_ends_with_1_as_long_as_a_port_is_not_as_declared(file: Path, box: SimulatedBox) -> None:
    well = command("ports", "audit", "--config", file)
    assert (well.returncode, well.stdout.splitlines()[-1]) == (0, "0 ports are not as declared; declared: 8 ports")
    box.plug("1-1.3", "stick")
    box.listen("tcp", 8080, "python3")
    wrong = command("ports", "audit", "--json", "--config", file)
    found = json.loads(wrong.stdout)
    assert wrong.returncode == 1
    assert [(one["id"], one["kind"]) for one in found["violations"]] == [
        ("listen:tcp:8080", "undeclared-listener"),
        ("usb:1-1.3", "device-in-unused"),
    ]
    said = command("ports", "audit", "--config", file).stdout.splitlines()
    assert len(said) == 3
    assert said[-1] == "2 ports are not as declared; declared: 8 ports"
    box.unplug("1-1.3")
    box.stop_listening("tcp", 8080)
    assert command("ports", "audit", "--config", file).returncode == 0
    assert not (file.parent / "storage").exists(), "it only looks"


def test_a_box_that_cannot_be_looked_at_is_not_well(file: Path, box: SimulatedBox) -> None:
    (box.root / "sys").rename(box.root / "elsewhere")
    done = command("ports", "audit", "--json", "--config", file)
    found = json.loads(done.stdout)
    assert (done.returncode, found["violations"], len(found["blind"])) == (1, [], 6)
    assert {"usb", "net", "block"} <= found["unseen"].keys()


def test_check_says_how_many_and_looks_once_with_online(file: Path, box: SimulatedBox) -> None:
    plain = command("check", "--config", file)
    assert "  8 ports (6 used, 2 unused), all looked at every 1min; what is not declared is a violation" in plain.stdout
    box.unlink("eth0")
    online = json.loads(command("check", "--online", "--json", "--config", file).stdout)
    assert online["ports"]["used"] == 6
    assert [one["kind"] for one in online["online"]["ports"]["violations"]] == ["missing-device"]


def test_without_a_declaration_nothing_can_be_audited(file: Path) -> None:
    text = file.read_text("utf-8")
    file.write_text(text[: text.index("ports:")], encoding="utf-8")
    refused = command("ports", "audit", "--config", file)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "gateway ports draft" in refused.stderr
