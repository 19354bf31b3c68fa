"""`gateway ports list` and `draft` on a box of the simulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer

from gateway.audit.events import EventStore
from gateway.cli.ports.audit import audit
from gateway.cli.ports.draft import draft
from gateway.cli.ports.list import list_all
from gateway.config import load
from gateway.core.episode import Episode
from gateway.core.findings import Finding, Topic
from gateway.core.ports import FoundPort, PortId, PortKind, SealAct, SealEntry, ViolationKind
from gateway.db import open_database
from gateway.ports.seal_register import SealRegister
from gateway.ports.seen_ports import SeenPort, SeenPorts
from gateway.runtime import lock
from stationsim.box.box import SimulatedBox
from stationsim.box.usb_devices import UsbDevice, UsbUse

STATION = """\
station: {{name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}}
storage: {{path: {folder}/storage}}
links:
  plc: {{type: modbus-tcp, host: 192.168.1.10}}
  bus: {{type: modbus-rtu, device: /dev/ttyUSB0}}
  board: {{type: modbus-rtu, device: /dev/ttyS0}}
  gone: {{type: modbus-rtu, device: /dev/ttyUSB7}}
  six: {{type: modbus-tcp, host: "fe80::1"}}
instruments:
  - {{name: ozone, link: plc, unit: 3, profile: teledyne-t400}}
ports_policy: {{root: {folder}/box}}
"""
DECLARED = """\
ports:
  - {id: "usb:1-1.2", state: used, for: RS-485 adapter, match: "1a86:7523"}
  - {id: "usb:1-1.3", state: unused, seal: TEM-1}
  - {id: "net:eth1", state: locked, seal: TEM-2}
  - {id: "tcp:192.168.1.10:80", state: locked, of: datalogger}
  - {id: "tcp:192.168.1.10:502", state: used, of: datalogger}
  - {id: "panel:logger", state: unused, seal: TEM-3}
"""
NOW_MS = 1_767_200_400_000
ADAPTER = UsbDevice("1a86", "7523", "QinHeng\x1b[2J", 'a: {"#', UsbUse.SERIAL)


@pytest.fixture
def box(tmp_path: Path) -> SimulatedBox:
    box = SimulatedBox(tmp_path / "box")
    box.plug("1-1.2", "rs485")
    box.plug("1-1.4", ADAPTER)
    box.listen("tcp", 8080, 'odd "program"', user_id=1000)
    box.listen("udp", 40123, "asks")
    box.screen("HDMI-A-1")
    return box


def written(folder: Path, ports: str = "") -> Path:
    file = folder / "gateway.yaml"
    file.write_text(STATION.format(folder=folder) + ports, "utf-8")
    return file


def listed(config: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    list_all(config, as_json=True)
    return {one["id"]: one for one in json.loads(capsys.readouterr().out)}


def test_every_port_is_listed_with_what_it_is_for(
    box: SimulatedBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = listed(written(tmp_path, DECLARED), capsys)
    names = list(rows)
    assert names.index("usb:1-1.2") < names.index("usb:1-1.3") < names.index("net:eth0") < names.index("listen:tcp:22")
    adapter = rows["usb:1-1.2"]
    assert (adapter["state"], adapter["for"], adapter["occupied"]) == ("used", "RS-485 adapter", True)
    assert (rows["usb:1-1.4"]["state"], rows["usb:1-1.4"]["occupied"]) == (None, True)
    assert (adapter["violation"], rows["usb:1-1.4"]["violation"]) == (None, "undeclared-device")
    assert (rows["usb:1-1.3"]["seals"], rows["usb:1-1.3"]["occupied"]) == (["TEM-1"], False)
    assert (rows["serial:ttyAMA0"]["seen"], rows["serial:ttyAMA0"]["occupied"]) == (True, None)
    assert rows["listen:udp:323"]["local"]
    for untold in ("panel:logger", "tcp:192.168.1.10:80"):
        assert (rows[untold]["seen"], rows[untold]["occupied"], rows[untold]["violation"]) == (None, None, None)
    list_all(written(tmp_path, DECLARED.replace("1a86:7523", "0403:6001")))
    shown = " ".join(capsys.readouterr().out.split())
    assert "[1a86:7523] (match: 0403:6001)" in shown
    assert "wrong-device RS-485 adapter" in shown
    box.unplug("1-1")
    rows = listed(written(tmp_path, DECLARED), capsys)
    assert (rows["usb:1-1.2"]["seen"], rows["usb:1-1.2"]["occupied"]) == (False, False)


def test_seals_events_and_neighbours_are_the_databases(
    box: SimulatedBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, DECLARED)
    (tmp_path / "storage").mkdir()
    database = open_database(tmp_path / "storage/gateway.db")
    declared = [one.declared for one in load(config).ports or ()]
    for port, number in (("net:eth1", "TEM-9"), ("display:HDMI-A-2", "TEM-4"), ("usb:1-1.9", "TEM-5")):
        SealRegister(database).add(SealEntry(NOW_MS, SealAct.PUT, port, number, "A", "kiểm tra"), declared, "lan")
    door = FoundPort(PortId(PortKind.DOOR, "192.168.1.10:80"), True, None, "answers")
    SeenPorts(database).keep([SeenPort(door, NOW_MS)], ())
    events = EventStore(database)
    for begun_ms, ended_ms in ((NOW_MS - 9000, NOW_MS - 8000), (NOW_MS - 5000, None)):
        episode = Episode(ViolationKind.DOOR_OPEN, begun_ms, begun_ms, 1, None, ended_ms)
        events.note([Finding("tcp:192.168.1.10:80", episode, Topic.PORT, "answers")], NOW_MS)
    with database.write() as connection:  # by hand, so that the list cannot be read
        connection.execute(
            "INSERT INTO seal_act (at_ms, act, port, number, who, reason) VALUES (0, 'put', 'bogus', 'TEM-0', 'x', 'x')"
        )
    database.close()
    rows = listed(config, capsys)
    assert "bogus" not in rows
    assert [rows[port]["seals"] for port in ("net:eth1", "usb:1-1.3", "display:HDMI-A-2", "usb:1-1.9")] == [
        ["TEM-9"],  # and no longer that of the configuration
        ["TEM-1"],
        ["TEM-4"],
        ["TEM-5"],
    ]
    assert rows["tcp:192.168.1.10:80"]["occupied"]
    assert rows["tcp:192.168.1.10:80"]["detail"] == "answers, when it was asked last: the daemon does not run"
    with lock.hold(tmp_path / "storage"):
        assert listed(config, capsys)["tcp:192.168.1.10:80"]["detail"] == "answers"
    event = rows["tcp:192.168.1.10:80"]["event"]
    assert (event["kind"], event["until"], event["detail"]) == ("door-open", None, "answers")
    assert rows["net:eth1"]["event"] is None
    list_all(config)
    assert "door-open" in capsys.readouterr().out


def test_a_place_may_be_called_by_any_signs(
    box: SimulatedBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["panel:²", "panel:2", "panel:tủ-m²", "panel:٣"]
    config = written(tmp_path, "ports:\n" + "".join(f'  - {{id: "{name}", state: unused}}\n' for name in names))
    assert set(names) <= listed(config, capsys).keys()


def test_nothing_of_a_database_that_may_not_be_read_is_listed(
    box: SimulatedBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(tmp_path, DECLARED)
    (tmp_path / "storage").mkdir()
    (tmp_path / "storage/gateway.db").write_text("no database")
    capsys.readouterr()
    list_all(config, as_json=True)
    shown = capsys.readouterr()
    assert "seals and events are not known" in shown.err
    assert json.loads(shown.out)


@pytest.mark.parametrize("command", [list_all, audit])
def test_the_box_is_looked_at_where_nobody_may_even_ask_for_the_database(
    box: SimulatedBox, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: Callable[[Path], None]
) -> None:
    config = written(tmp_path, DECLARED)
    long = "x" * 300  # as a folder that may not be entered: to ask whether something is in there fails
    config.write_text(config.read_text("utf-8").replace("/storage}", f"/{long}}}"), "utf-8")
    with suppress(typer.Exit):
        command(config)
    said = capsys.readouterr()
    assert "not known" in said.err
    assert "File name too long" in said.err
    assert "usb:1-1.2" in said.out or "usb:1-1.4" in said.out


def test_the_draft_is_taken_and_what_is_there_agrees_with_it(
    box: SimulatedBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft(written(tmp_path))
    drafted = capsys.readouterr().out
    config = written(tmp_path, drafted)
    ports = {str(one.id): one.declared for one in load(config).ports or ()}
    assert {name: (port.state.value, port.purpose, port.match) for name, port in ports.items()} == {
        "usb:1-1": ("used", None, "2109:3431"),
        "usb:1-1.1": ("unused", None, None),
        "usb:1-1.2": ("used", "link bus", "1a86:7523"),
        "usb:1-1.3": ("unused", None, None),
        "usb:1-1.4": ("used", None, "1a86:7523"),
        **{f"usb:2-{number}": ("unused", None, None) for number in (1, 2, 3, 4)},
        "serial:ttyAMA0": ("unused", None, None),
        "serial:ttyS0": ("used", "link board", None),
        "net:eth0": ("used", None, None),
        "net:eth1": ("unused", None, None),
        "radio:wlan0": ("used", None, None),
        "radio:hci0": ("used", None, None),
        "display:HDMI-A-1": ("used", None, None),
        "display:HDMI-A-2": ("unused", None, None),
        "block:mmcblk0": ("used", None, "SD32G"),
        "listen:tcp:22": ("used", None, "ssh.service"),
        "listen:tcp:8080": ("used", None, None),  # of no unit: the daemon is not told of which program
        "tcp:192.168.1.10:502": ("used", None, None),
        "tcp:[fe80::1]:502": ("used", None, None),
    }
    assert ports["tcp:192.168.1.10:502"].of == "plc"
    assert [one for one in load(config).warnings if "match" in str(one)] == []
    mine = "".join(line for line in drafted.splitlines(keepends=True) if '"tcp:' not in line)  # no neighbour is there
    audit(written(tmp_path, mine))
    box.link("eth1")
    with pytest.raises(typer.Exit):
        audit(written(tmp_path, mine))


def test_a_draft_of_a_box_that_cannot_be_looked_at_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = written(tmp_path)
    draft(config)
    drafted = capsys.readouterr().out
    assert "nobody can look" in drafted
    assert {str(one.id) for one in load(written(tmp_path, drafted)).ports or ()} == {
        "tcp:192.168.1.10:502",
        "tcp:[fe80::1]:502",
    }
