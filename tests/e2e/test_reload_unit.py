"""`systemctl reload` as at a station: in the daemon's own sandbox, as its user; a faulty file leaves it as it is."""

from __future__ import annotations

import os

import pytest

from tests.support.systemd_machine import PROJECT, run_machine

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a machine in namespaces"),
]
STATION = """\
station: {name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}
clock: {trust: assume}
links:
  bus: {type: modbus-tcp, host: 127.0.0.1, port: 9, timeout: 500ms}
  other: {type: modbus-tcp, host: 127.0.0.1, port: 10}
instruments:
  - {name: ozone, link: bus, unit: 3, profile: teledyne-t400}
  - name: spare
    link: other
    poll: 5s
    parameters: [{symbol: CO, unit: ug/Nm3, register: "holding:0", type: float32}]
"""
SCRIPT = """\
ip link set lo up
adduser --quiet --system --group --no-create-home --home /nonexistent gateway
chown -R root:gateway /etc/station-gateway
chmod 750 /etc/station-gateway
file=/etc/station-gateway/gateway.yaml
first() { grep -o '"sha256": "[0-9a-f]*"' | head -1; }
runs() { [ "$(gateway status --json | first)" = "\\"sha256\\": \\"$(sha256sum $file | cut -d' ' -f1)\\"" ]; }
systemctl start station-gateway
pid=$(systemctl show -P MainPID station-gateway)
runs && echo first runs
sed -i 's/500ms/600ms/' $file
runs || echo the file is another one
systemctl reload station-gateway; echo "reloaded $?"
runs && echo second runs
sed -i 's/600ms/600 hours/' $file
systemctl reload station-gateway 2>/dev/null; echo "faulty $?"
systemctl is-active station-gateway
sed -i 's/600 hours/600ms/; s/TST001/TST002/' $file
systemctl reload station-gateway 2>/dev/null; echo "another code $?"
gateway reload --restart | sed 's/ (.*//'
runs && echo third runs
systemctl is-active station-gateway
[ "$pid" = "$(systemctl show -P MainPID station-gateway)" ] && echo the same process
systemctl show -P NRestarts station-gateway
"""


def test_reload_by_systemd() -> None:
    unit = (PROJECT / "systemd/station-gateway.service").read_text("utf-8")
    said = run_machine({"station-gateway.service": unit}, SCRIPT, {"/etc/station-gateway/gateway.yaml": STATION})
    assert said.splitlines() == [
        "first runs",
        "the file is another one",
        "reloaded 0",
        "second runs",
        "faulty 1",
        "active",
        "another code 1",
        "/etc/station-gateway/gateway.yaml runs now",
        "third runs",
        "active",
        "the same process",
        "0",
    ]
