"""Secrets as systemd's credentials, plain and encrypted for the machine, in the daemon's own sandbox."""

from __future__ import annotations

import os
import re
import shutil

import pytest

from tests.support.systemd_machine import PROJECT, run_machine

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a machine in namespaces"),
    pytest.mark.skipif(shutil.which("systemd-creds") is None, reason="systemd-creds is not installed"),
]
STATION = """\
station: {name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}
clock: {trust: assume}
links: {bus: {type: modbus-tcp, host: 127.0.0.1, port: 9}}
instruments: [{name: ozone, link: bus, unit: 3, profile: teledyne-t400}]
destinations:
  - {name: plain, authority: province, url: "ftp://u@127.0.0.1/", password: {credential: plain}}
  - {name: sealed, authority: province, url: "ftp://v@127.0.0.1/", password: {credential: sealed}}
  - {name: missing, authority: province, url: "ftp://w@127.0.0.1/", password: {credential: missing}}
"""
DECLARED = """\
[Service]
LoadCredential=plain:/etc/station-gateway/secrets/plain
LoadCredentialEncrypted=sealed:/etc/station-gateway/secrets/sealed.cred
"""
TRY = """\
from pathlib import Path
from gateway.config import load
from gateway.core.errors import DestinationRejected
configuration = load(Path("/etc/station-gateway/gateway.yaml"))
for one in configuration.destinations:
    try:
        print(one.name, one.password.reveal())
    except DestinationRejected as why:
        print(one.name, str(why).split(";")[0])
"""
SCRIPT = """\
adduser --quiet --system --group --no-create-home --home /nonexistent gateway
chown -R root:gateway /etc/station-gateway
chmod 750 /etc/station-gateway
chmod 700 /etc/station-gateway/secrets
cd /etc/station-gateway/secrets
printf of-the-machine | systemd-creds encrypt --with-key=host --name=sealed - sealed.cred 2>/dev/null
grep -c of-the-machine sealed.cred
systemctl start trying; cat /opt/out/tried
gateway check 2>&1 | grep -o 'credential [a-z]* [^;]*'
systemctl start station-gateway; systemctl is-active station-gateway || journalctl -n 20 -u station-gateway
"""


def test_credentials_plain_and_encrypted() -> None:
    daemon = (PROJECT / "systemd/station-gateway.service").read_text("utf-8")
    instead = re.sub(r"^(ExecStart|Type|Restart|RestartSec|WatchdogSec)=.*\n", "", daemon, flags=re.MULTILINE)
    runs = "Type=oneshot\nExecStart=/opt/environment/bin/python /opt/try.py\nStandardOutput=append:/opt/out/tried\n"
    units = {
        "station-gateway.service": daemon,
        "trying.service": instead.replace("[Service]\n", f"[Service]\n{runs}", 1),
    }
    files = {
        "/etc/station-gateway/gateway.yaml": STATION,
        "/etc/station-gateway/secrets/plain": "of-a-file\n",
        "/opt/try.py": TRY,
        **{f"/etc/systemd/system/{one}.d/credentials.conf": DECLARED for one in units},
    }
    assert run_machine(units, SCRIPT, files).splitlines() == [
        "0",
        "plain of-a-file",
        "sealed of-the-machine",
        "missing secret {credential: missing} credential missing is not among those of this unit",
        "credential missing is not looked at: it is seen within its unit alone",
        "active",
    ]
