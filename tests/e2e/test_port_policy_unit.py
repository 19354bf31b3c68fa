"""`station-gateway-ports.service` in its sandbox, under Debian's systemd."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.ports.policy.state_folder import AppliedPolicy, StateFolder
from tests.support.live.configuration import Server, write
from tests.support.port_declaration import closing_plan
from tests.support.systemd_machine import PROJECT, run_machine

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a machine in namespaces"),
]
UNIT = "station-gateway-ports.service"
NETWORK = "ip link add eth1 type veth peer eth9; ip link set eth1 up; ip link set eth9 up"
NOBODY = Server("sftp", "127.0.0.1", 9, "station", "none", "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8")
GETTY = """\
[Service]
ExecStart=/bin/sleep 600
"""


def unit(name: str = UNIT) -> str:
    return (PROJECT / "systemd" / name).read_text("utf-8")


def confirmed(folder: Path) -> dict[str, str]:
    """The files of a policy that was confirmed."""
    plan = closing_plan("listen:tcp:22 used", "net:eth1 locked", "serial:ttyS9 unused")
    state = StateFolder(folder)
    state.keep_confirmed(AppliedPolicy(1, plan, 1_767_200_400_000, "an"))
    return {f"/{file.relative_to(folder)}": file.read_text() for file in state.kept.iterdir() if file.is_file()}


def test_the_oneshot_closes_what_was_confirmed_and_reads_it_back(tmp_path: Path) -> None:
    script = f"""\
{NETWORK}
systemctl start serial-getty@ttyS9.service
systemctl start {UNIT}
systemctl show --property=Result,ExecMainStatus {UNIT}
nft list table inet station_gateway | grep -c eth1
cat /sys/class/net/eth1/flags
systemctl is-active serial-getty@ttyS9.service
systemctl is-enabled serial-getty@ttyS9.service
stat -c %a:%U /var/lib/station-gateway-ports /run/station-gateway-ports/report.json
grep -o '"deviations":.[^,]*' /run/station-gateway-ports/report.json
nft delete table inet station_gateway
systemctl start {UNIT}
grep -o 'is gone' /run/station-gateway-ports/report.json
"""
    units = {UNIT: unit(), "serial-getty@.service": GETTY}
    said = run_machine(units, script, confirmed(tmp_path)).splitlines()
    assert said == [
        "Result=success",
        "ExecMainStatus=0",
        "4",
        "0x1002",
        "inactive",
        "masked-runtime",
        "755:root",
        "644:root",
        '"deviations":[]',
        "is gone",
    ]


def test_a_unit_of_its_own_takes_back_what_nobody_confirms(tmp_path: Path) -> None:
    """The session in which it was applied, and all that was started in it, is over by then."""
    configuration = write(tmp_path, {"plc": {"host": "127.0.0.1", "port": 9}, "bus": {"device": "/dev/null"}}, [])
    text = configuration.read_text("utf-8").replace(str(tmp_path), "/var/lib").removesuffix("destinations:\n")
    text += "ports:\n  - {id: net:eth1, state: locked}\n"
    session = "systemd-run --quiet --unit=session --property=KillMode=control-group --"
    script = f"""\
{NETWORK}
{session} /opt/station-gateway/bin/gateway ports policy apply --within 4 -c /etc/station-gateway/gateway.yaml
for n in $(seq 300); do systemctl is-active --quiet session && sleep 0.1 || break; done
systemctl show --property=Result session
nft list tables
systemctl list-units --plain --no-legend 'station-gateway-ports-return*' | cut -d' ' -f1
for n in $(seq 100); do [ -n "$(nft list tables)" ] || break; sleep 0.2; done
cat /sys/class/net/eth1/flags
grep -o '"act":"[a-z]*"' /var/lib/station-gateway-ports/acts.jsonl
"""
    said = run_machine({}, script, {"/etc/station-gateway/gateway.yaml": text}).splitlines()
    assert said == [
        "Result=success",
        "table inet station_gateway",
        "station-gateway-ports-return-1.service",
        "0x1003",
        '"act":"applied"',
        '"act":"returned"',
    ]
