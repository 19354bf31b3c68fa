"""What a booted Debian needs to be a coach station's box: the road administration, under the package's own Python, keys
to sign with, and commands of bash for the tests' scripts."""

from __future__ import annotations

from pathlib import Path

from tests.support.debian_machine import Machine

SIMULATOR = Path(__file__).parents[2] / "hardware-sim/stationsim"
ROAD = """\
import sys, threading
from pathlib import Path
sys.path.append("/opt/simulator")
from stationsim.clock import SystemClock
from stationsim.model.road import RoadModel
from stationsim.road.administration import SimulatedRoadAdministration
folder = Path("/srv/road")
for name in ("taken", "keys"):
    (folder / name).mkdir(parents=True, exist_ok=True)
road = {"name": "cuc-dbvn", "user": "nhaxe01", "password": "of-the-road", "port": 8443}
certificates = [Path("/etc/station-gateway-coach/orders.pem")]
model = RoadModel.model_validate(road | {"certificates": certificates})
SimulatedRoadAdministration(model, folder / "taken", folder / "keys", SystemClock())
threading.Event().wait()
"""
STATION = """\
station: {name: Bến xe Mỹ Đình, province: HN, facility: BXMD, code: BX2901, kind: coach_station}
clock: {trust: assume}
storage: {path: /var/lib/station-gateway-coach}
orders:
  spool: /var/lib/station-gateway-coach/orders
  listen: 127.0.0.1:8089
  token: {file: /etc/station-gateway-coach/secrets/door}
  sign:
    - role: station
      key: {file: /etc/station-gateway-coach/secrets/orders.key}
      certificate: {file: /etc/station-gateway-coach/orders.pem}
destinations:
  - name: cuc-dbvn
    authority: road
    url: https://nhaxe01@127.0.0.1:8443
    password: {file: /etc/station-gateway-coach/secrets/road}
    ca: /srv/road/keys/ca.pem
"""
ORDER = """\
import json, sys, time
now_ms = time.time_ns() // 1_000_000
content = {"id": sys.argv[1], "issued_ms": now_ms, "plate": "30E-123.45", "operator": "0100109106", "station": "BXMD",
           "department": "01", "route": "2901.1511.A", "departure_ms": now_ms + 1_800_000, "driver": {"name": "An"}}
print(json.dumps(content, ensure_ascii=False))
"""
POST = """\
import sys, urllib.request
headers = {"Authorization": "Bearer of-the-door", "Content-Type": "application/json"}
question = urllib.request.Request("http://127.0.0.1:8089/orders", sys.stdin.buffer.read(), headers)
print("== posted", urllib.request.urlopen(question, timeout=30).status)
"""
COMMANDS = """\
coach=/etc/station-gateway-coach
administration() { # the server, and what it takes and from whom
    install -d -o root -g gateway -m 750 $coach $coach/secrets
    openssl req -x509 -newkey rsa:2048 -nodes -days 300 -subj /CN=station -keyout $coach/secrets/orders.key \\
        -out $coach/orders.pem 2> /dev/null
    echo of-the-road > $coach/secrets/road; echo of-the-door > $coach/secrets/door
    cp /opt/coach.yaml $coach/gateway.yaml
    chgrp -R gateway $coach; chmod 640 $coach/gateway.yaml $coach/secrets/*; chmod 644 $coach/orders.pem
    systemd-run -q --unit=road /opt/station-gateway/bin/python3 -I /opt/road.py
    until [ -e /srv/road/keys/ca.pem ] && ss -ltn | grep -q ':8443 '; do sleep 0.5; done
}
order() { python3 /opt/order.py "$1"; } # NAME
moved_in() { # NAME: into the spool, by somebody of the gateway's group
    order "$1" > "/tmp/$1.json"; chmod 644 "/tmp/$1.json"
    cp "/tmp/$1.json" "/var/lib/station-gateway-coach/orders/$1.part"
    mv "/var/lib/station-gateway-coach/orders/$1.part" "/var/lib/station-gateway-coach/orders/$1.json"
}
accepted() { # HOW MANY: whether so many orders lie at the administration within two minutes
    for _ in $(seq 120); do [ "$(grep -cs . /srv/road/taken/accepted.jsonl)" = "$1" ] && break; sleep 1; done
    say accepted "$(python3 -c 'import json, sys
print(*sorted(json.loads(one)["id"] for one in sys.stdin))' < /srv/road/taken/accepted.jsonl)"
}
"""


def make_coach_station(machine: Machine) -> None:
    """`. /opt/coach-commands` in its scripts, behind `. /opt/commands`."""
    texts = {"road.py": ROAD, "coach.yaml": STATION, "order.py": ORDER, "post.py": POST, "coach-commands": COMMANDS}
    for place, text in texts.items():
        machine.write(f"/opt/{place}", text)
    machine.lay(SIMULATOR, "/opt/simulator/stationsim")
