"""`station-gateway-ports.service` in its sandbox, under Debian's systemd."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.ports.policy.act_log import ActLog, PolicyAct
from gateway.ports.policy.plan import ClosingPlan
from gateway.ports.policy.state_folder import AppliedPolicy, StateFolder
from tests.support.live.configuration import Server, write
from tests.support.port_declaration import closing_plan
from tests.support.systemd_machine import PROJECT, run_machine

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a machine in namespaces"),
]
UNIT = "station-gateway-ports.service"
NETWORK = "mkdir /run/udev; ip link add eth1 type veth peer eth9; ip link set eth1 up; ip link set eth9 up"
"""And udev's folder, which is there at a station before the unit starts; no udev runs here."""
NOBODY = Server("sftp", "127.0.0.1", 9, "station", "none", "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8")
ASK = """\
import sqlite3, sys
told = {
    "drift": "SELECT subject, ended_ms IS NULL FROM event WHERE kind = 'policy-drift' ORDER BY id",
    "acts": "SELECT json_extract(what, '$.act'), who FROM journal WHERE kind = 'policy' ORDER BY seq",
}
file = "file:/var/lib/station-gateway/gateway.db?mode=ro"
for row in sqlite3.connect(file, uri=True).execute(told[sys.argv[1]]):
    print(*row)
"""
GETTY = """\
[Service]
ExecStart=/bin/sleep 600
"""


def unit(name: str = UNIT) -> str:
    return (PROJECT / "systemd" / name).read_text("utf-8")


def confirmed(folder: Path, plan: ClosingPlan) -> dict[str, str]:
    """The files of a policy that was confirmed, of which no journal tells yet."""
    state = StateFolder(folder)
    state.keep_confirmed(AppliedPolicy(1, plan, 1_767_200_400_000, "an"))
    for act in (PolicyAct.APPLIED, PolicyAct.CONFIRMED):
        ActLog(state.kept).add(act, 1_767_200_400_000, "an", plan.sha256)
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
    plan = closing_plan("listen:tcp:22 used", "net:eth1 locked", "serial:ttyS9 unused")
    said = run_machine(units, script, confirmed(tmp_path, plan)).splitlines()
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
{session} /opt/station-gateway/bin/gateway ports policy apply --within 12 -c /etc/station-gateway/gateway.yaml
for n in $(seq 300); do systemctl is-active --quiet session && sleep 0.1 || break; done
systemctl show --property=Result session
nft list tables
systemctl list-units --plain --no-legend 'station-gateway-ports-return*' | cut -d' ' -f1
for n in $(seq 150); do grep -q returned /var/lib/station-gateway-ports/acts.jsonl && break; sleep 0.2; done
nft list tables
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


def test_the_daemon_in_its_own_sandbox_tells_of_drift_and_enters_what_root_did_in_the_journal(tmp_path: Path) -> None:
    configuration = write(tmp_path, {"plc": {"host": "127.0.0.1", "port": 9}, "bus": {"device": "/dev/null"}}, [])
    text = configuration.read_text("utf-8").replace(f"{tmp_path}/storage", "/var/lib/station-gateway")
    text = text.removesuffix("destinations:\n")
    text += "ports:\n  - {id: net:eth1, state: locked}\nports_policy: {sweep_every: 1s, undeclared: warning}\n"
    plan = closing_plan("net:eth1 locked", undeclared="warning")
    to_a_file = "StandardError=append:/opt/out/daemon\nStandardOutput=append:/opt/out/daemon\n"
    units = {
        UNIT: unit(),
        "station-gateway.service": unit("station-gateway.service").replace("[Service]\n", f"[Service]\n{to_a_file}"),
    }
    files = {"/etc/station-gateway/gateway.yaml": text, "/opt/ask.py": ASK, **confirmed(tmp_path / "box", plan)}
    script = f"""\
{NETWORK}
adduser --quiet --system --group --no-create-home --home /nonexistent gateway
systemctl start {UNIT}
systemctl start station-gateway.service || cat /opt/out/daemon
ip link set eth1 up
ask() {{ /opt/environment/bin/python /opt/ask.py "$1"; }}
for n in $(seq 150); do [ -z "$(ask drift)" ] || break; sleep 0.2; done
ask drift
gateway ports policy apply -c /etc/station-gateway/gateway.yaml
cat /sys/class/net/eth1/flags
ask acts
"""
    said = run_machine(units, script, files).splitlines()
    assert said == [
        "net:eth1 1",
        "it is confirmed already, and was put in force once more",
        "0x1002",
        "applied an",
        "confirmed an",
        "renewed root",
    ]
