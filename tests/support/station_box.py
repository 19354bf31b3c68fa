"""What a booted Debian needs to be a station's box: an instrument, an authority's server, and commands of bash that the
tests' scripts share. The packages of further versions are made of one that was built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.support.debian_machine import Machine

PLC = """\
import socketserver, struct, time
class Plc(socketserver.BaseRequestHandler):
    def handle(self):
        while len(head := self.request.recv(12)) == 12:
            question, _, _, unit, function, _, count = struct.unpack(">HHHBBHH", head)
            values = (struct.pack(">f", 20 + time.time() % 10) * count)[: count * 2]
            body = struct.pack(">BBB", unit, function, count * 2) + values
            self.request.sendall(struct.pack(">HHH", question, 0, len(body)) + body)
socketserver.ThreadingTCPServer(("127.0.0.1", 5020), Plc).serve_forever()
"""
STATION = """\
station: {name: Trạm thử, province: HN, facility: TEST, code: @CODE@, kind: wastewater}
clock: {trust: assume}
reporting: {slot: 10s}
storage: {path: @DATA@}
links: {plc: {type: modbus-tcp, host: 127.0.0.1, port: 5020}}
instruments:
  - name: probe
    link: plc
    unit: 1
    poll: 1s
    parameters:
      - {symbol: Flow, unit: m3/h, register: "holding:0", type: float32}
      - {symbol: Temp, unit: oC, register: "holding:2", type: float32}
destinations:
  - name: so
    authority: province
    url: "sftp://so@127.0.0.1/home/so/@CODE@"
    password: {file: @SECRETS@/so}
    host_key: "@KEY@"
web: {listen: "127.0.0.1:@PORT@", storage: @PAGE@}
"""
ANSWERS = """\
station: {name: Trạm thử, province: HN, facility: TEST, kind: wastewater}
clock: {servers: [], trust: assume}
reporting: {slot: 10s}
links: {plc: {type: modbus-tcp, host: 127.0.0.1, port: 5020}}
instruments:
  - name: probe
    poll: 1s
    parameters:
      - {symbol: Flow, unit: m3/h, register: "holding:0", type: float32}
      - {symbol: Temp, unit: oC, register: "holding:2", type: float32}
"""
"""What `gateway init` is given of every station; the rest as flags."""
PAUSE = """\
import csv, datetime
rows = csv.reader(open("/tmp/readings.csv", encoding="utf-8-sig"))
next(rows)
times = sorted({datetime.datetime.fromisoformat(row[0]) for row in rows})
print(round(max((after - before).total_seconds() for before, after in zip(times, times[1:]))))
"""
PHASES = """\
import subprocess
units = ["-u", "station-gateway", "-u", "station-gateway-upgrade"]
said = subprocess.run(["journalctl", *units, "-o", "short-unix", "--no-pager"], capture_output=True, text=True).stdout
marks = ("installed before=", "gateway started version=", "is not well, going back", "runs again")
at = {}
for line in said.splitlines():
    for mark in marks:
        if mark in line:
            at = {} if mark == marks[0] else at
            at.setdefault(mark, float(line.split()[0]))
if at.keys() == set(marks):
    installed, runs, ill, back = (at[one] for one in marks)
    print(f"== judged {ill - runs:.0f}\\n== returned {back - ill:.0f}")
"""
COMMANDS = """\
say() { echo "== $*"; }
box() { # an instrument, and an authority's server: Debian's own sshd
    adduser --quiet --disabled-password --gecos "" so; echo so:secret | chpasswd
    outside
}
outside() { systemctl is-active -q plc || systemd-run -q --unit=plc python3 /opt/plc.py; }
configured() { # SUFFIX CODE PORT: of the unit's and the folders' names
    local etc="/etc/station-gateway$1" key
    key="$(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | awk '{print $2}')"
    install -d -o root -g gateway -m 750 "$etc" "$etc/secrets"
    install -d -o so -g so "/home/so/$2"
    sed -e "s#@KEY@#$key#; s#@CODE@#$2#; s#@PORT@#$3#; s#@SECRETS@#$etc/secrets#" \\
        -e "s#@DATA@#/var/lib/station-gateway$1#; s#@PAGE@#/var/lib/station-gateway-web$1#" \\
        /opt/station.yaml > "$etc/gateway.yaml"
    echo secret > "$etc/secrets/so"
    chgrp gateway "$etc/gateway.yaml" "$etc/secrets/so"; chmod 640 "$etc/gateway.yaml" "$etc/secrets/so"
}
initialised() { # SUFFIX CODE PORT: the same by gateway init, from a file and flags
    local key
    key="$(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | awk '{print $2}')"
    install -d -o so -g so "/home/so/$2"
    install -m 600 /dev/stdin /root/so <<< secret
    gateway init --yes -c "/etc/station-gateway$1/gateway.yaml" --answers /opt/answers.yaml --set "station.code=$2" \\
        --set "storage.path=/var/lib/station-gateway$1" --set "web.listen=127.0.0.1:$3" \\
        --set "web.storage=/var/lib/station-gateway-web$1" --set "destinations.1.url=sftp://so@127.0.0.1/home/so/$2" \\
        --set "destinations.1.host_key=$key" --set destinations.1.password.from_file=/root/so > /dev/null
}
files() { find "/home/so/$1" -type f | wc -l; }
delivers() { # CODE: whether two more files come within 60 s
    local before; before="$(files "$1")"
    for _ in $(seq 60); do [ "$(files "$1")" -lt $((before + 2)) ] || { say "$1 delivers"; return; }; sleep 1; done
    say "$1 delivers NOT"; journalctl -u 'station-gateway*' --no-pager -n 30
}
watched() { # until nothing is under way
    for _ in $(seq "${1:-240}"); do
        [ -e /var/lib/station-gateway-upgrade/state.json ] || return 0
        sleep 1
    done
    say "STILL UNDER WAY"; journalctl -u station-gateway-upgrade --no-pager
}
locked() { # SECONDS: somebody else holds dpkg's lock
    python3 -c "import fcntl, time; held = open('/var/lib/dpkg/lock-frontend', 'w'); fcntl.lockf(held, fcntl.LOCK_EX)
print(flush=True); time.sleep($1)" &
    sleep 0.5
}
disk() { # MEGABYTES: a disk of its own below /opt/disk, or the one that is there of another size
    mkdir -p /opt/disk
    if mountpoint -q /opt/disk; then mount -o "remount,size=$1m" /opt/disk
    else mount -t tmpfs -o "size=$1m" tmpfs /opt/disk; fi
}
shrinks() { # MEGABYTES: the same, as soon as an upgrade is under way
    until [ -e /var/lib/station-gateway-upgrade/state.json ]; do sleep 0.02; done
    disk "$1"
}
phases() { # of the newest return: until it was judged, since its unit ran; until the version before was started
    python3 /opt/phases.py
}
pause() { # the longest time without a reading, in whole seconds
    gateway export --readings --from "$(date +%F -d yesterday)" --to "$(date +%F -d tomorrow)" --force \\
        -o /tmp/readings.csv > /dev/null && python3 /opt/pause.py
}
version() { dpkg-query -W -f '${Status} ${Version}\\n' station-gateway; }
sums() { find /home/so -type f ! -name '*.sums' -exec sha256sum {} + | sort -k2; }
"""


def station_box(release: str, folder: Path) -> Machine:
    """A machine with all of it; `. /opt/commands` in its scripts."""
    machine = Machine(release, folder)
    texts = {"plc.py": PLC, "station.yaml": STATION, "answers.yaml": ANSWERS, "commands": COMMANDS}
    for place, text in {**texts, "pause.py": PAUSE, "phases.py": PHASES}.items():
        machine.write(f"/opt/{place}", text)
    return machine


def build_package(folder: Path) -> Path:
    """The gateway's own package, as `./package` makes it for this machine; or one that was built already, which
    `GATEWAY_PACKAGE` names."""
    if built := os.environ.get("GATEWAY_PACKAGE"):
        return Path(built)
    project = Path(__file__).parents[2]
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    command = [project / "package", "--architecture", architecture.stdout.strip(), "-o", folder]
    subprocess.run(command, check=True, cwd=project)
    return next(folder.glob("station-gateway_*.deb"))


def another_version(package: Path, version: str, target: Path, change: Callable[[Path], None] = lambda _: None) -> Path:
    """The same package under another version. `change`: of the folder `gateway` in it. What its script says of schemas
    is what then lies there."""
    root = target.with_suffix("")
    subprocess.run(["dpkg-deb", "--raw-extract", package, root], check=True)
    program = root / "opt/station-gateway/lib/gateway"
    change(program)
    (root / "DEBIAN/md5sums").unlink()
    control, preinst = root / "DEBIAN/control", root / "DEBIAN/preinst"
    control.write_text(re.sub(r"(?m)^Version: .*$", f"Version: {version}", control.read_text("utf-8")), "utf-8")
    known = len(list((program / "db/schema/gateway").glob("*.sql")))
    preinst.write_text(re.sub(r"\bgateway\.db=\d+", f"gateway.db={known}", preinst.read_text("utf-8")), "utf-8")
    subprocess.run(["dpkg-deb", "-Znone", "--root-owner-group", "--build", root, target], check=True)
    shutil.rmtree(root)
    return target


def with_migrations(*statements: str) -> Callable[[Path], None]:
    """A further step of the gateway's schema for each."""

    def change(program: Path) -> None:
        schema = program / "db/schema/gateway"
        for statement in statements:
            number = len(list(schema.glob("*.sql"))) + 1
            (schema / f"{number:04}_to_come.sql").write_text(f"{statement};\n")

    return change


def without_polling(program: Path) -> None:
    """It runs, answers, closes and delivers, and asks no instrument."""
    poller = program / "instruments/poller.py"
    text = poller.read_text("utf-8")
    assert text.count("            self._poll(polled, now)\n") == 1
    poller.write_text(text.replace("            self._poll(polled, now)\n", "            pass\n"), "utf-8")


def without_a_daemon(program: Path) -> None:
    """Its commands work; the daemon ends as soon as it begins."""
    daemon = program / "app/daemon.py"
    daemon.write_text(daemon.read_text("utf-8") + "\n\nraise RuntimeError('it cannot start')\n", "utf-8")
