"""The package on a booted Debian, without a network: it comes, measures, delivers, gives way to another version and
comes back by itself where that is not well, also through a power cut, and goes.

Minutes for each release: `GATEWAY_PACKAGES=bookworm` (or trixie), as the long campaign sets it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gateway.upgrade.health import SILENT_WITHIN_S
from tests.support.coach_box import make_coach_station
from tests.support.debian_machine import Machine
from tests.support.station_box import (
    another_version,
    build_package,
    station_box,
    with_migrations,
    without_a_daemon,
    without_polling,
)

RELEASE = os.environ.get("GATEWAY_PACKAGES", "")
pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(not RELEASE, reason="takes minutes: GATEWAY_PACKAGES=bookworm or trixie"),
    pytest.mark.timeout(1800),
]
_OF_STATIONS = ("station-gateway", "station-gateway-web", "station-gateway-cameras", "station-gateway-relay")
UNITS = (*_OF_STATIONS, *(f"{one}@" for one in _OF_STATIONS), "station-gateway-ports")
"""But for the watch of an upgrade, which has no sandbox."""
INSTALLED_WITHIN_S = 60
"""On a machine that does other things meanwhile; alone it takes a tenth."""
QUIET_S = 10
"""An installation that takes longer shows a slow machine, or one that does other things: it is given as much more than
the bounds below."""
BACK_WITHIN_S = 120
"""From the end of dpkg until the version before runs again."""
LOOKS_FOR_S = 15
"""What the watch takes beyond its patience, by its own clock: a look, and the command in it."""
PAUSES_FOR_S = 60
"""Without a reading while another version comes; with dpkg's syncs left out, it takes a third."""
TRY = """\
import ctypes, os
from pathlib import Path
places = "/ /etc /usr /opt /boot /srv /run /var /var/lib /home /root /sys/fs/cgroup /proc/sys/kernel"
for folder in places.split() + ["/etc/station-gateway"]:
    try:
        Path(folder, "written").write_text("x"); print("WROTE", folder)
    except OSError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
ways = {
    "user": lambda: os.setuid(0), "device": lambda: os.mknod("/tmp/device", 0o20600, os.makedev(1, 1)),
    "root": lambda: os.chroot("/tmp"), "owner": lambda: os.chown("/tmp", 1, 1),
}
for name, way in ways.items():
    try:
        way(); print("GOT", name)
    except OSError:
        pass
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0: print("GOT mount")
if libc.unshare(0x10000000) == 0: print("GOT namespace")
if "NoNewPrivs:\\t1" not in Path("/proc/self/status").read_text(): print("GOT privileges")
print("tried")
"""

CAMERAS = """
cameras:
  storage: {path: /var/lib/station-gateway/video, keep: 92d, max_size: 5GB}
  list:
    - {name: outlet, url: "rtsp://127.0.0.1:8555/nobody", health: 10s}
"""
TRYING = """\
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /opt/try.py
StandardOutput=append:/machine/tried
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both."""
    return build_package(tmp_path_factory.mktemp("built")).parent


@pytest.fixture(scope="module")
def package(packages: Path) -> Path:
    return next(packages.glob("station-gateway_*.deb"))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    folder = tmp_path / "machine"
    folder.mkdir()
    return station_box(RELEASE, folder)


def slowness(installed_s: float) -> float:
    """How many times slower than a quiet one the machine is at the moment, by an installation on it; at least 1."""
    return max(1.0, installed_s / QUIET_S)


def told(said: str) -> list[str]:
    return re.findall(r"^== (.*)$", said, re.MULTILINE)


def test_it_comes_delivers_for_two_stations_and_goes(packages: Path, package: Path, machine: Machine) -> None:
    machine.put(package, "/opt/one.deb")
    machine.put(next(packages.glob("station-gateway-cameras_*.deb")), "/opt/cameras.deb")
    machine.write("/opt/try.py", TRY)
    machine.write("/opt/try.conf", TRYING)
    machine.write("/opt/cameras.yaml", CAMERAS)
    units = " ".join(UNITS)
    said = machine.boot(
        f"""\
. /opt/commands
box
[ -z "$(ip route)" ] && say without network
began=$SECONDS; apt-get install -y -qq --no-install-recommends /opt/one.deb && say installed $((SECONDS - began))
initialised "" TST001 8080; initialised -north TST002 8081
gateway check -c /etc/station-gateway-north/gateway.yaml > /dev/null && say checked
systemctl enable -q station-gateway@north
systemctl start station-gateway station-gateway-web station-gateway@north station-gateway-web@north
delivers TST001; delivers TST002
for port in 8080 8081; do
    python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/')" && say page
done

say reload; runs=$(systemctl show -P MainPID station-gateway); file=/etc/station-gateway/gateway.yaml
sed -i 's/poll: 1s/poll: 2s/' $file
systemctl reload station-gateway && say taken
for _ in $(seq 180); do # the page looks each minute, and begins anew with what was taken over
    [ "$(systemctl show -P NRestarts station-gateway-web)" = 0 ] || break; sleep 1
done
until systemctl is-active -q station-gateway-web; do sleep 1; done
sed -i 's/poll: 2s/poll: never/' $file
systemctl reload station-gateway 2>/dev/null || say refused
gateway reload 2>&1 | grep -c "^$file:[0-9]*: .*poll" | sed 's/^/== told /'
sed -i 's/poll: never/poll: 2s/' $file
[ "$runs" = "$(systemctl show -P MainPID station-gateway)" ] && say the same process
delivers TST001

say cameras; apt-get install -y -qq --no-install-recommends /opt/cameras.deb
cat /opt/cameras.yaml >> $file
systemctl start station-gateway-cameras && say records
gateway cameras list --json | grep -c '"name": "outlet"' | sed 's/^/== listed /'

for unit in {units}; do
    file="/usr/lib/systemd/system/$unit.service"
    systemd-analyze security --offline=true --threshold=20 "$file" >/dev/null && say "strict $unit"
    sed -E '/^(Type|Restart(Sec)?|WatchdogSec|Exec(Start|Reload)|ConditionPathExists)=/d; s/%i/north/g' "$file" \\
        > /run/systemd/system/trying.service
    install -d /run/systemd/system/trying.service.d; cp /opt/try.conf /run/systemd/system/trying.service.d
    systemctl daemon-reload; systemctl start trying
done
sed 's/^/== sandbox: /' /machine/tried

apt-get remove -y -qq station-gateway-cameras station-gateway
systemctl list-units --no-legend 'station-gateway*.service' | sed 's/^/== LEFT /'; say removed
ls /var/lib/station-gateway/gateway.db /etc/station-gateway-north/gateway.yaml && say kept
apt-get install -y -qq --no-install-recommends /opt/one.deb
delivers TST001
[ "$(gateway journal show --json | grep -c '"start"')" -ge 2 ] && say the same journal
systemctl start station-gateway@north; delivers TST002
install -d /var/lib/station-gateway-of-mine /etc/station-gateway-backup
apt-get purge -y -qq station-gateway station-gateway-cameras && say purged
ls -d /etc/station-gateway* /var/lib/station-gateway* /var/cache/station-gateway* /opt/station-gateway \\
    /usr/bin/gateway /etc/systemd/system/*.wants/station-gateway* 2>/dev/null | sed 's/^/== LEFT /'
getent passwd gateway gateway-web gateway-relay | sed 's/^/== LEFT /'
""",
        within_s=700,
    )
    installed = [int(one.split()[1]) for one in told(said) if one.startswith("installed ")]
    assert installed, said
    assert installed[0] <= INSTALLED_WITHIN_S
    assert [one for one in told(said) if not one.startswith("installed ")] == [
        "without network", "checked", "TST001 delivers", "TST002 delivers", "page", "page",
        "reload", "taken", "refused", "told 1", "the same process", "TST001 delivers",
        "cameras", "records", "listed 1",
        *(f"strict {unit}" for unit in UNITS), *["sandbox: tried"] * len(UNITS),
        "removed", "kept", "TST001 delivers", "the same journal", "TST002 delivers", "purged",
        "LEFT /etc/station-gateway-backup", "LEFT /var/lib/station-gateway-of-mine",
    ], said  # fmt: skip


def test_a_coach_station_delivers_its_orders(package: Path, machine: Machine) -> None:
    """From each of the ways in, out of the unit's sandbox, with nothing but what the package brings."""
    machine.put(package, "/opt/one.deb")
    make_coach_station(machine)
    said = machine.boot(
        """\
. /opt/commands; . /opt/coach-commands
apt-get install -y -qq --no-install-recommends /opt/one.deb
administration
gateway check -c $coach/gateway.yaml > /dev/null && say checked
systemctl start station-gateway@coach && say started
moved_in L-1; accepted 1
order L-2 | python3 /opt/post.py
order L-3 > /tmp/L-3.json; gateway orders submit -c $coach/gateway.yaml /tmp/L-3.json > /dev/null && say submitted
accepted 3
ls /var/lib/station-gateway-coach/orders/done | wc -l | sed 's/^/== done /'
/opt/station-gateway/bin/python3 -I -c 'import pkcs11' && say token
systemctl restart station-gateway@coach; moved_in L-4; accepted 4
gateway orders list --json -c $coach/gateway.yaml | grep -c '"state": "accepted"' | sed 's/^/== listed /'
journalctl -u road -u station-gateway@coach --no-pager -n 60
""",
        within_s=500,
    )
    assert told(said) == [
        "checked", "started", "accepted L-1", "posted 201", "submitted", "accepted L-1 L-2 L-3", "done 1", "token",
        "accepted L-1 L-2 L-3 L-4", "listed 4",
    ], said  # fmt: skip


def test_orders_that_another_version_took_in_are_known_after_a_return(
    package: Path, machine: Machine, tmp_path: Path
) -> None:
    """What the administration accepted from it is not sent again; what it could not send any more is."""
    moved = with_migrations("CREATE TABLE to_come (id INTEGER PRIMARY KEY) STRICT")
    machine.put(another_version(package, "97", tmp_path / "97.deb"), "/opt/97.deb")
    machine.put(another_version(package, "98", tmp_path / "98.deb", moved), "/opt/98.deb")
    make_coach_station(machine)
    said = machine.boot(
        """\
. /opt/commands; . /opt/coach-commands
dpkg -i /opt/97.deb
administration
systemctl start station-gateway@coach && say started
moved_in L-1; accepted 1
dpkg -i /opt/98.deb; watched; version
moved_in L-2; accepted 2
systemctl kill -s STOP road # it does not answer any more
order L-3 | python3 /opt/post.py
gateway upgrade back --reason 'tried'; watched; version
gateway orders list --json -c $coach/gateway.yaml | grep -c '"state": "waiting"' | sed 's/^/== waits /'
systemctl kill -s CONT road
accepted 3
gateway orders list --json -c $coach/gateway.yaml | grep -c '"state": "accepted"' | sed 's/^/== listed /'
gateway journal show -c $coach/gateway.yaml | grep -c 'act: returned, after: 98' | sed 's/^/== entered /'
journalctl -u station-gateway-upgrade -u station-gateway@coach --no-pager -n 60
""",
        within_s=900,
    )
    assert told(said) == [
        "started", "accepted L-1", "accepted L-1 L-2", "posted 201", "waits 1", "accepted L-1 L-2 L-3", "listed 3",
        "entered 1",
    ], said  # fmt: skip
    assert re.findall(r"^install ok \w+ (\d+)", said, re.MULTILINE) == ["98", "97"], said


def test_another_version_is_watched_and_left_again_where_it_is_not_well(
    package: Path, machine: Machine, tmp_path: Path
) -> None:
    moved = with_migrations("CREATE TABLE to_come (id INTEGER PRIMARY KEY) STRICT")

    def broken(program: Path) -> None:
        moved(program)
        with_migrations("ALTER TABLE run ADD COLUMN note TEXT")(program)
        without_polling(program)

    machine.put(another_version(package, "97", tmp_path / "97.deb"), "/opt/97.deb")
    machine.put(another_version(package, "98", tmp_path / "98.deb", moved), "/opt/98.deb")
    machine.put(another_version(package, "99", tmp_path / "99.deb", broken), "/opt/99.deb")
    said = machine.boot(
        """\
. /opt/commands
box
began=$SECONDS; dpkg -i /opt/97.deb; say installed $((SECONDS - began))
initialised "" TST001 8080; initialised -north TST002 8081
systemctl start station-gateway station-gateway@north
delivers TST001; delivers TST002
say upgrade; dpkg -i /opt/98.deb; watched; version
delivers TST001; delivers TST002
gateway journal show | grep -c 'act: upgraded, after: 98, before: 97' | sed 's/^/== entered /'
say pause $(pause)
say downgrade; dpkg -i /opt/97.deb 2>&1 | grep -c 'gateway upgrade back' | sed 's/^/== refused /'; version
delivers TST001
say by hand; locked 15; gateway upgrade back --reason 'tried'; watched; version
delivers TST001; delivers TST002
gateway upgrade allow 98; dpkg -i /opt/98.deb; watched; version
say broken; systemctl stop station-gateway@north; sums > /opt/before.sums
dpkg -i /opt/99.deb; began=$SECONDS; watched 400; say back $((SECONDS - began)); phases; version
sha256sum --quiet -c /opt/before.sums && say untouched
delivers TST001; systemctl is-active station-gateway@north | sed 's/^/== the other /'
gateway set-aside list -l en | sed 's/^/== /'
gateway status --check | grep -c '^99: ' | sed 's/^/== told /'
gateway journal show | grep -c 'act: returned, after: 99' | sed 's/^/== entered /'
dpkg -i /opt/99.deb; say again $?; version; delivers TST001
gateway verify --local >/dev/null && say verified
journalctl -u station-gateway-upgrade -u station-gateway -o short-precise --no-pager | grep -v 'delivered' | tail -n 150
""",
        within_s=1500,
    )
    words = "installed|back|judged|returned|pause"
    taken = {word: int(number) for word, number in re.findall(rf"^== ({words}) (\d+)$", said, re.MULTILINE)}
    assert taken.keys() == set(words.split("|")), said
    assert taken["judged"] <= SILENT_WITHIN_S + 1 + LOOKS_FOR_S * slowness(taken["installed"]), said
    assert taken["back"] <= BACK_WITHIN_S * slowness(taken["installed"]), said
    assert taken["pause"] <= PAUSES_FOR_S * slowness(taken["installed"]), said
    assert [one for one in told(said) if one.split()[0] not in taken] == [
        "TST001 delivers", "TST002 delivers",
        "upgrade", "TST001 delivers", "TST002 delivers", "entered 1",
        "downgrade", "refused 1", "TST001 delivers",
        "by hand", "TST001 delivers", "TST002 delivers",
        "broken", "untouched", "TST001 delivers", "the other inactive", "nothing is open", "told 1", "entered 1",
        "again 1", "TST001 delivers", "verified",
    ], said  # fmt: skip
    versions = re.findall(r"^install ok \w+ (\d+)", said, re.MULTILINE)
    assert versions == ["98", "98", "97", "98", "98", "98"], said


def test_what_has_no_room_or_cannot_start_is_left_at_once(package: Path, machine: Machine, tmp_path: Path) -> None:
    machine.put(another_version(package, "97", tmp_path / "97.deb"), "/opt/97.deb")
    machine.put(another_version(package, "98", tmp_path / "98.deb", without_a_daemon), "/opt/98.deb")
    said = machine.boot(
        """\
. /opt/commands
box
began=$SECONDS; dpkg -i /opt/97.deb; say installed $((SECONDS - began))
initialised "" TST001 8080
systemctl start station-gateway
delivers TST001
say no room; runs=$(systemctl show -P MainPID station-gateway); mkdir -p /var/lib/station-gateway-upgrade
mount -t tmpfs -o size=40m tmpfs /var/lib/station-gateway-upgrade
dpkg -i /opt/98.deb 2>&1 | grep -c 'no room to keep' | sed 's/^/== refused /'; version
umount /var/lib/station-gateway-upgrade
[ "$runs" = "$(systemctl show -P MainPID station-gateway)" ] && say the same process
delivers TST001
say busy; locked 3; dpkg -i /opt/98.deb 2>&1 | grep -q 'frontend lock' && say refused; version; wait
delivers TST001
say full; used=$(du -sm /opt/station-gateway | cut -f 1)
disk $((used + 20)); cp -a /opt/station-gateway/. /opt/disk; mount --bind /opt/disk /opt/station-gateway
dpkg -i /opt/98.deb 2>&1 | grep -c 'no room to keep' | sed 's/^/== refused /'; version
disk $((used * 3)); shrinks $((used + 20)) &
dpkg -i /opt/98.deb 2>&1 | grep -c 'No space left' | sed 's/^/== ended /'; version
watched; umount -l /opt/station-gateway /opt/disk; systemctl restart station-gateway; delivers TST001
say half installed; disk $((used * 2)); mkdir /opt/disk/upper /opt/disk/work
mount -t overlay -o lowerdir=/opt/station-gateway,upperdir=/opt/disk/upper,workdir=/opt/disk/work overlay \\
    /opt/station-gateway; shrinks 20 &
dpkg -i /opt/98.deb 2>&1 | grep -c 'No space left' | sed 's/^/== ended /'
dpkg-query -W -f '== ${db:Status-Status}\\n' station-gateway
until grep -qs stuck /var/lib/station-gateway-upgrade/outcome.json; do sleep 1; done; delivers TST001
disk $((used * 3)); watched; version; delivers TST001
umount -l /opt/station-gateway /opt/disk; systemctl restart station-gateway
say broken
dpkg -i /opt/98.deb; began=$SECONDS; watched; say back $((SECONDS - began)); version
delivers TST001
gateway upgrade show -l en
""",
        within_s=1000,
    )
    taken = {word: int(number) for word, number in re.findall(r"^== (installed|back) (\d+)$", said, re.MULTILINE)}
    assert taken.keys() == {"installed", "back"}, said
    assert taken["back"] <= BACK_WITHIN_S * slowness(taken["installed"]), said
    assert [one for one in told(said) if one.split()[0] not in taken] == [
        "TST001 delivers",
        "no room", "refused 1", "the same process", "TST001 delivers",
        "busy", "refused", "TST001 delivers",
        "full", "refused 1", "ended 1", "TST001 delivers",
        "half installed", "ended 1", "half-installed", "TST001 delivers", "TST001 delivers",
        "broken", "TST001 delivers",
    ], said  # fmt: skip
    assert re.findall(r"^install ok \w+ (\d+)", said, re.MULTILINE) == ["97"] * 6, said
    assert "station-gateway.service ended" in said


def test_a_power_cut_in_the_installation_ends_with_the_version_that_works(
    package: Path, machine: Machine, tmp_path: Path
) -> None:
    machine.put(another_version(package, "97", tmp_path / "97.deb"), "/opt/97.deb")
    machine.put(another_version(package, "98", tmp_path / "98.deb", without_polling), "/opt/98.deb")
    machine.boot(
        """\
. /opt/commands
box
dpkg -i /opt/97.deb
initialised "" TST001 8080
systemctl start station-gateway
delivers TST001
dpkg -i /opt/98.deb &
until [ -e /var/lib/station-gateway-upgrade/preparing ]; do sleep 0.02; done
power_cut
""",
        within_s=300,
    )
    said = machine.boot(
        """\
. /opt/commands; outside
while [ -e /var/lib/station-gateway-upgrade/preparing ]; do sleep 1; done # it is installed once more
version; delivers TST001; dpkg --audit | sed 's/^/== AUDIT /'
dpkg -i /opt/98.deb &
until dpkg-query -W -f '${Status}' station-gateway | grep -q half-installed; do sleep 0.1; done
power_cut
""",
        within_s=600,
    )
    said += machine.boot(
        ". /opt/commands; outside; watched 240; version; delivers TST001; gateway status", within_s=400
    )
    assert told(said) == ["TST001 delivers", "TST001 delivers"], said
    assert re.findall(r"^install ok \w+ (\d+)", said, re.MULTILINE) == ["97", "97"], said
