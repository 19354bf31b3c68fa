"""What the daemon can tell of the box from inside of its sandbox, under Debian's systemd."""

from __future__ import annotations

import json
import os
import re

import pytest

from tests.support.systemd_machine import PROJECT, run_machine

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a machine in namespaces"),
]
CONFIGURATION = "/etc/station-gateway/gateway.yaml"
"""Without it nothing of the unit is started."""
DOOR = """\
[Service]
Type=notify
NotifyAccess=all
ExecStart=/opt/environment/bin/python /opt/door.py
"""
LISTEN = """\
import socket, subprocess, time
door = socket.create_server(("0.0.0.0", 8080))
subprocess.run(["systemd-notify", "--ready"], check=True)
time.sleep(600)
"""
ON_DEMAND = """\
[Socket]
ListenStream=8081
"""
GETTY = """\
[Service]
ExecStart=/bin/sleep 600
"""
LOOK = """\
import json
from pathlib import Path
from gateway.audit.box.sensors import memory
from gateway.ports.inventory.inventory import Inventory
from gateway.ports.inventory.socket_dump import dump_listening
look = Inventory(Path("/")).look()
ports = {str(port.id): [port.is_occupied, port.identity, port.detail] for port in look.found}
unseen = {kind.value: why for kind, why in look.unseen.items()}
print(json.dumps({"ports": ports, "unseen": unseen, "memory": memory(Path("/")), "asked": len(dump_listening())}))
"""
OUTPUT = "StandardOutput=append:/opt/out/look\nStandardError=append:/opt/out/look\n"


def sandboxed() -> str:
    """The daemon's unit, in which something else runs."""
    unit = (PROJECT / "systemd/station-gateway.service").read_text("utf-8")
    unit = re.sub(r"^(ExecStart|Type|Restart|RestartSec|WatchdogSec)=.*\n", "", unit, flags=re.MULTILINE)
    runs = "Type=oneshot\nExecStart=/opt/environment/bin/python /opt/look.py\n"
    return unit.replace("[Service]\n", f"[Service]\n{runs}{OUTPUT}")


def test_the_daemon_is_told_of_doors_by_their_units_and_of_links_memory_and_consoles() -> None:
    script = """\
adduser --quiet --system --group --no-create-home --home /nonexistent gateway
ip link add eth1 type veth peer eth9; ip link set eth1 up; ip link set eth9 up
systemctl start on-demand.socket door.service serial-getty@ttyS0.service
systemctl start station-gateway.service || systemctl status station-gateway.service
cat /opt/out/look
"""
    units = {"station-gateway.service": sandboxed(), "door.service": DOOR, "serial-getty@.service": GETTY}
    units |= {"on-demand.socket": ON_DEMAND, "on-demand.service": GETTY}
    said = run_machine(units, script, {CONFIGURATION: "", "/opt/look.py": LOOK, "/opt/door.py": LISTEN})
    assert said.startswith("{"), said
    told = json.loads(said)
    assert told["unseen"] == {}
    assert told["ports"]["net:eth1"][0] is True
    assert told["ports"]["listen:tcp:8080"] == [
        True,
        "door.service",
        "a program of the unit door.service, run by user root, listening at 0.0.0.0",
    ]
    assert told["ports"]["listen:tcp:8081"][1] == "on-demand.socket"
    assert told["asked"] >= 1  # by netlink, and not by the tables alone
    assert told["memory"][0] > told["memory"][1] > 0
    if "serial:ttyS0" in told["ports"]:  # this machine has one
        assert "a login" in told["ports"]["serial:ttyS0"][2]
