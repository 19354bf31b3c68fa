"""The page and the daemon as two users under systemd, each in the sandbox of its unit: what the one may not do, what
the other does for it, and what is shown whatever becomes of the daemon."""

from __future__ import annotations

import os
import re

import pytest

from tests.support.systemd_machine import PROJECT, run_machine

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a machine in namespaces"),
]
STATION = """\
station: {name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}
clock: {trust: assume}
links: {bus: {type: modbus-tcp, host: 127.0.0.1, port: 9}}
instruments: [{name: ozone, link: bus, unit: 3, profile: teledyne-t400}]
ports: [{id: "panel:datalogger-usb", state: unused, of: datalogger}]
destinations:
  - {name: so, authority: province, url: "ftp://u@127.0.0.1/", password: {file: /etc/station-gateway/secrets/so}}
web: {listen: "127.0.0.1:8080"}
"""
LEAVE = """\
import sys
from pathlib import Path
from gateway.acts.request_folder import RequestFolder, new_id
from gateway.core.act import ActRequest, NoteSeal
from gateway.core.ports import SealAct
from gateway.core.role import Role
seal = NoteSeal(SealAct.PUT, "panel:datalogger-usb", sys.argv[1], "Lan")
request = ActRequest(new_id(), 1767200400000, "lan", Role.OPERATOR, "nghiệm thu", seal)
RequestFolder(Path("/var/lib/station-gateway-web")).leave(request)
"""
SEE = """\
import sys, time, urllib.request
until = time.monotonic() + 20
while True:
    with urllib.request.urlopen("http://127.0.0.1:8080/ports", timeout=20) as answer:
        shown = answer.read().decode()
    if sys.argv[2] not in shown or time.monotonic() > until:
        break
    time.sleep(0.2)
print(sys.argv[1], answer.status, *(name for name in ("TEM-1", "TEM-2") if f">{name}</td>" in shown))
"""
TRY = """\
from pathlib import Path
for name in ("/etc/station-gateway/secrets/so", "/var/lib/station-gateway/journal.key"):
    try:
        Path(name).read_text(); print("read", name)
    except OSError:
        pass
for name in ("/var/lib/station-gateway/x", "/etc/station-gateway/x", "/var/lib/station-gateway-web/x"):
    try:
        Path(name).write_text("x"); print("wrote", name)
    except OSError:
        pass
"""
WAITS = "chờ thực hiện"
SCRIPT = f"""\
ip link set lo up
adduser --quiet --system --group --no-create-home --home /nonexistent gateway
adduser --quiet --system --no-create-home --home /nonexistent --ingroup gateway gateway-web
chown -R root:gateway /etc/station-gateway
chmod 750 /etc/station-gateway /etc/station-gateway/secrets
chmod 640 /etc/station-gateway/gateway.yaml /etc/station-gateway/secrets/so
python=/opt/environment/bin/python
leave="setpriv --reuid gateway-web --regid gateway --clear-groups $python -P /opt/leave.py"
systemctl start station-gateway.service station-gateway-web.service
$leave TEM-1; $python /opt/see.py done "{WAITS}"
systemctl stop station-gateway; $python /opt/see.py stopped never
systemctl restart station-gateway-web; $python /opt/see.py anew never
systemctl start station-gateway; systemctl kill --kill-whom=main -s KILL station-gateway; systemctl stop station-gateway
$leave TEM-2; $python /opt/see.py killed never
systemctl start station-gateway; $python /opt/see.py again "{WAITS}"
systemctl start trying; cat /opt/out/tried
systemctl show -P NRestarts station-gateway-web
"""


def test_two_users_one_station() -> None:
    daemon, page = "station-gateway.service", "station-gateway-web.service"
    units = {name: (PROJECT / "systemd" / name).read_text("utf-8") for name in (daemon, page)}
    instead = re.sub(r"^(ExecStart|Type|Restart|RestartSec|WatchdogSec)=.*\n", "", units[page], flags=re.MULTILINE)
    runs = "Type=oneshot\nExecStart=/opt/environment/bin/python /opt/try.py\nStandardOutput=append:/opt/out/tried\n"
    units["trying.service"] = instead.replace("[Service]\n", f"[Service]\n{runs}", 1)
    files = {"/etc/station-gateway/gateway.yaml": STATION, "/etc/station-gateway/secrets/so": "secret\n"}
    said = run_machine(units, SCRIPT, {**files, "/opt/leave.py": LEAVE, "/opt/see.py": SEE, "/opt/try.py": TRY})
    assert said.splitlines() == [
        "done 200 TEM-1",
        "stopped 200 TEM-1",
        "anew 200 TEM-1",
        "killed 200 TEM-1",
        "again 200 TEM-1 TEM-2",
        "wrote /var/lib/station-gateway-web/x",
        "0",
    ]
