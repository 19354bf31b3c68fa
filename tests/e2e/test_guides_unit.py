"""What the guides say about installing by hand, backing up, putting back and uninstalling, typed as it stands there, as
root at a machine with systemd, while a simulated station measures and delivers.

A part of the long campaign `guides`: GATEWAY_GUIDES=all.
"""

from __future__ import annotations

import os
import re

import pytest

from tests.support.guide_commands import blocks_below
from tests.support.systemd_machine import run_machine

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.environ.get("GATEWAY_GUIDES") != "all", reason="a part of the long campaign"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a machine in namespaces"),
]
ANSWERS = """\
station: {name: Trạm nước thải thử nghiệm, province: HN, facility: ABCD, code: NUO001, kind: wastewater}
reporting: {slot: 10s}
clock: {servers: [], trust: assume}
instruments:
  - name: multiprobe
    poll: 1s
    parameters: [{symbol: pH, register: "holding:0"}, {symbol: COD, register: "input:2", type: uint16, scale: 0.1}]
"""
SET_UP = """\
ip link set lo up
export LC_ALL=C.UTF-8
say() { echo "== $*"; }
export PYTHONPATH=/opt/project/hardware-sim
/opt/environment/bin/python -m stationsim run acceptance --out /srv/simulated > /srv/ready 2> /srv/simulator &
for _ in $(seq 300); do grep -q ready /srv/ready && break; sleep 0.2; done
unset PYTHONPATH
told() { python3 -c "import json; a = json.loads(open('/srv/ready').readline()); print(a$1)"; }
files() { find /srv/simulated/authorities -name '*.txt' | wc -l; }
more_than() { for _ in $(seq 120); do [ "$(files)" -gt "$1" ] && return; sleep 0.5; done; say "no file after $1"; }
sums() { find /srv/simulated/authorities -name '*.txt' -exec sha256sum {} + | sort; }
sftp() { told "['authorities']['province']['sftp']['$1']"; }
write_it() {
    sftp password | install -m 600 /dev/stdin /srv/given
    plc=$(told "['instruments']['multiprobe']['port']")
    gateway init --yes --answers /srv/answers.yaml > /srv/said \\
        --set "links.plc={type: modbus-tcp, host: 127.0.0.1, port: $plc}" \\
        --set destinations.1.name=province --set destinations.1.password.from_file=/srv/given \\
        --set "destinations.1.url=sftp://$(sftp user)@127.0.0.1:$(sftp port)/files" \\
        --set "destinations.1.host_key=$(sftp host_key)" || cat /srv/said
}
"""
SAME_BOX = """\
say backup
{backup}
ln -s "$to" /media/usb/NUO001-20260131
more_than $(($(files) + 2))
sums > /srv/before
say same box
{same_box}
gateway status --check > /dev/null; say "check $?"
say recover
{recover}
say close
{close}
more_than $(($(wc -l < /srv/before) + 1))
sums | comm -23 /srv/before - | sed 's/^/== CHANGED /'
gateway journal verify > /srv/verified 2>&1; say "journal $?"
gateway set-aside list --json | tr -d ' \\n' | sed 's/^/== open /'; echo
"""
OTHER_BOX = """\
say other box
systemctl stop station-gateway
sums > /srv/before
rm -rf /var/lib/station-gateway /etc/station-gateway
install -d -o root -g gateway -m 750 /etc/station-gateway
install -d -o gateway -g gateway -m 750 /var/lib/station-gateway
{other_box}
more_than $(wc -l < /srv/before)
sums | comm -23 /srv/before - | sed 's/^/== CHANGED /'
gateway journal verify > /srv/verified 2>&1; say "journal $?"
when=$(gateway deliveries province --state refused | awk '$3 == "refused" {{print $1 "T" $2}}' | head -1)
{refused}
gateway deliveries province --state refused | grep -c ' refused  ' | sed 's/^/== still refused /'
"""
LEFT = """\
ls -d /etc/station-gateway* /var/lib/station-gateway* /opt/station-gateway /usr/local/bin/gateway \\
    /etc/systemd/system/station-gateway* 2> /dev/null | sed 's/^/== LEFT /'
getent passwd gateway gateway-web gateway-relay | sed 's/:.*//; s/^/== LEFT user /'
getent group gateway | sed 's/:.*//; s/^/== LEFT group /'
"""


def test_a_station_installed_by_hand_backed_up_put_back_and_uninstalled() -> None:
    (install,) = blocks_below("install.md", "By hand, from a copy of the project")
    (go_on,) = blocks_below("install.md", "What to do next")
    (backup,) = blocks_below("backup.md", "Making one")
    same_box, recover, close = blocks_below("backup.md", "Putting it back on the same box")
    other_box, refused = blocks_below("backup.md", "Putting it back on another box")
    refused = refused.replace("2026-01-31T08:05", "$when")
    uninstall, remove_all = blocks_below("uninstall.md", "Installed by hand, with pip")
    written = re.sub(r"^.*(apt-get install|-m venv|pip install).*\n", "", install, flags=re.MULTILINE)
    assert len(install.splitlines()) - len(written.splitlines()) == 3  # the machine has no network, and has these
    typed = go_on.replace("install -m 640", "cat /srv/given | install -m 640")
    said = run_machine(
        {},
        "\n".join(
            [
                SET_UP,
                f"cd /opt/project\n{written}",
                "gateway check > /srv/said 2>&1; say example $?",
                "rm /etc/station-gateway/gateway.yaml; write_it",
                "stat -c '== %n %U:%G %a' /etc/station-gateway/* /etc/station-gateway/secrets/*",
                f"cd /root\nsay next\n{typed}",
                "more_than 1",
                SAME_BOX.format(backup=backup, same_box=same_box, recover=recover, close=close),
                OTHER_BOX.format(other_box=other_box, refused=refused),
                f"say uninstall\n{uninstall}",
                f"{LEFT}\nsay all\n{remove_all}\n{LEFT}",
            ]
        ),
        {"/srv/answers.yaml": ANSWERS},
        within_s=540,
    )
    assert re.findall(r"^== (.*)$", said, re.MULTILINE) == [
        "example 0",
        "/etc/station-gateway/gateway.yaml root:gateway 640",
        "/etc/station-gateway/secrets root:gateway 750",
        "/etc/station-gateway/secrets/province root:gateway 640",
        "next",
        "backup",
        "same box", "check 1",
        "recover", "close", "journal 0", "open []",
        "other box", "journal 0", "still refused 0",
        "uninstall",
        "LEFT /etc/station-gateway", "LEFT /var/lib/station-gateway", "LEFT /var/lib/station-gateway-ports",
        "LEFT user gateway", "LEFT group gateway",
        "all",
    ], said  # fmt: skip
    assert "station-gateway/gateway.db ok" in said
    assert re.search("đã lấy lại: .*[1-9][0-9]* delivery", said), said
    assert "cơ sở dữ liệu đã bị quay về trạng thái cũ: " in said
