"""`systemctl reload` as at a station: in the daemon's own sandbox, as its user; a faulty file leaves it as it is, a
secret that this user cannot read does, too."""

from __future__ import annotations

import os

import pytest

from tests.support.systemd_machine import PROJECT, run_machine

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(300),
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
DESTINATION = """\
destinations:
  - name: so
    authority: province
    url: sftp://u@127.0.0.1:9/x
    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
    password: {file: /etc/station-gateway/secrets/so}
"""
SET_UP = """\
ip link set lo up
adduser --quiet --system --group --no-create-home --home /nonexistent gateway
chown -R root:gateway /etc/station-gateway
chmod 750 /etc/station-gateway
file=/etc/station-gateway/gateway.yaml
first() { grep -o '"sha256": "[0-9a-f]*"' | head -1; }
runs() { [ "$(gateway status --json | first)" = "\\"sha256\\": \\"$(sha256sum $file | cut -d' ' -f1)\\"" ]; }
"""
SCRIPT = """\
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
BARRED = """\
systemctl start station-gateway
secrets=/etc/station-gateway/secrets
install -d -o root -g root -m 700 $secrets
install -o root -g gateway -m 640 /etc/hostname $secrets/so
cat /etc/destination >> $file
sed -i 's/TST001/TST002/' $file
gateway check 2>&1 >/dev/null | grep -o 'may not read.*\\|cannot get to.*\\|fault of rights.*'
gateway check --json > /tmp/said; echo "check $?"
grep -c '"path": "destinations.so.password"' /tmp/said
gateway reload --restart 2>&1 | grep -o 'destinations.so.*\\|the gateway goes on.*'
systemctl is-active station-gateway
runs || echo as before
systemctl restart station-gateway
runs && echo runs without it
chgrp gateway $secrets
chmod 710 $secrets
gateway check >/dev/null 2>&1; echo "check $?"
"""


def test_reload_by_systemd() -> None:
    unit = (PROJECT / "systemd/station-gateway.service").read_text("utf-8")
    said = run_machine(
        {"station-gateway.service": unit}, SET_UP + SCRIPT, {"/etc/station-gateway/gateway.yaml": STATION}
    )
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


def test_a_secret_that_its_user_cannot_read_is_refused_even_with_a_restart() -> None:
    """Root's `check` sees what the daemon's user cannot; and a start that comes all the same goes on measuring."""
    unit = (PROJECT / "systemd/station-gateway.service").read_text("utf-8")
    files = {"/etc/station-gateway/gateway.yaml": STATION, "/etc/destination": DESTINATION}
    said = run_machine({"station-gateway.service": unit}, SET_UP + BARRED, files)
    secrets = "/etc/station-gateway/secrets"
    assert said.splitlines() == [
        f"cannot get to {secrets}/so: {secrets} is closed to it (root:root, 0700);"
        f" chgrp gateway {secrets} && chmod g+x {secrets}",
        "fault of rights: as it is now, the services cannot use what the configuration names",
        "check 1",
        "1",
        f"destinations.so.password: {secrets}/so cannot be read (Permission denied); let the gateway's user read it",
        "the gateway goes on as it was: it names what the gateway, as the user that it runs as, cannot read",
        "active",
        "as before",
        "runs without it",
        "check 0",
    ]
