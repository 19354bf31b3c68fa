"""Devices, servers, databases and configurations whose text would do something to whoever reads it: nothing of it does.

Every command is tried, so one that is added is covered by itself; the daemon meets hostile peers on real sockets.
"""

from __future__ import annotations

import io
import json
import os
import re
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest

from gateway.alerts.store import AlertStore, add_alert
from gateway.alerts.targets import adopt_targets
from gateway.audit import runs
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.disk.video_disks import VideoDiskStore
from gateway.cameras.feed.views import StreamView, ViewStore
from gateway.cameras.keeping.pins import PinStore
from gateway.cli.main import app, main
from gateway.core.alert import Alert, AlertKind, AlertState, AlertTarget
from gateway.core.alert_digest import digest_of
from gateway.core.instants import local_time
from gateway.core.lateness import DelayCause
from gateway.core.ports import SealAct, SealEntry
from gateway.db import Database
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.lanes import Lane
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.store import DeliveryResult
from gateway.ports.seal_register import SealRegister
from gateway.readings.calibrations import CalibrationStore
from tests.support import recorded
from tests.support.journey import DAY_MS, MIDNIGHT_MS, SLOT_MS, Journey
from tests.support.live.configuration import Server as Far
from tests.support.live.configuration import Wanted, write
from tests.support.live.gateway import RunningGateway, command
from tests.support.servers.openssh import openssh
from tests.support.servers.pyftpd import pyftpd
from tests.support.servers.server import Server

HOSTILE = "\x1b[31m\x1b]8;;http://evil\x07[red]\n<3>gateway.outbox: forged\r\u202e\x9b2J\u200b\u2028[link=http://evil]x"
NO_UTF8 = "CAST(x'ff1b5b' AS TEXT)"
LISTED = b"\x1b[31m\x1b]0;evil\x07[red]\xe2\x80\xae\xff\xfe evil"
"""The name of a file, in the bytes of a Linux server."""
INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 1}, "bus": {"device": "/dev/ttyUSB0"}}
NOWHERE = Wanted("province", Far("sftp", "127.0.0.1", 1, "nuo001", "secret", f"SHA256:{'A' * 43}"))
DAY = ("--from", "2026-01-01", "--to", "2026-01-01")
VIDEO_DAYS = ("--from", "2026-01-03", "--to", "2026-01-05")


def assert_harmless(shown: str) -> None:
    """What is not seen is not there, and no line is anybody else's."""
    shown = shown.replace("\r\n", "\n")  # as CSV ends its lines
    odd = {character for character in shown if not character.isprintable()} - {"\n", "\u00a0", "\u202f"}
    assert odd == set()
    assert not [line for line in shown.splitlines() if line.startswith(("<3>gateway.outbox: f", "gateway.outbox: f"))]
    assert "Traceback" not in shown


@dataclass(frozen=True, slots=True)
class Done:
    out: str
    err: str
    code: object


def run(arguments: list[str], encoding: str = "utf-8") -> Done:
    """`gateway …` in this process, on terminals of that encoding that refuse what is none of theirs."""
    before = sys.stdout, sys.stderr, sys.argv
    streams = [io.TextIOWrapper(io.BytesIO(), encoding, errors="strict", newline="") for _ in range(2)]
    sys.stdout, sys.stderr = streams
    sys.argv = ["gateway", *arguments]
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout, sys.stderr, sys.argv = before
    for stream in streams:
        stream.flush()
    out, err = (stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]
    return Done(out, err, code)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station in whose database every text is hostile that may be any text."""
    folder = tmp_path_factory.mktemp("hostile")
    configuration = write(folder, INSTRUMENTS, [NOWHERE], slot="5min")
    text = configuration.read_text("utf-8")
    configuration.write_text(text.replace("Trạm nước thải", "Trạm [red]{x}=cmd|"))
    (folder / "storage").mkdir()
    journey = Journey(folder / "storage")
    fill(journey)
    assert poison(journey) > 10
    journey.database.close()
    recorded.add_cameras(configuration, folder / "video")
    recorded.fill(folder / "storage")
    with closing(open_cameras_database(folder / "storage")) as cameras:
        poison_cameras(cameras)
    return configuration


def fill(journey: Journey) -> None:
    runs.begin(journey.database, MIDNIGHT_MS - DAY_MS, "0.1.0")
    for n in range(4):
        end_ms = MIDNIGHT_MS + n * SLOT_MS
        journey.send(end_ms, ["province", "gone"])
        state = (DeliveryState.DELIVERED, DeliveryState.REFUSED)[n % 2]
        (number,) = journey.database.read("SELECT max(id) FROM delivery WHERE destination_id = 1")[0]
        journey.outbox.settle([DeliveryResult(number, state, end_ms + 1, end_ms + 1, HOSTILE, Lane.LIVE, 2)])
    failure = BatchFailure(DelayCause.LINE, MIDNIGHT_MS, MIDNIGHT_MS + 10_000, HOSTILE)
    journey.outbox.settle([], DestinationOutcome("province", None, failure))
    CalibrationStore(journey.database).begin(["pH"], None, HOSTILE, HOSTILE, MIDNIGHT_MS)
    seal = SealEntry(MIDNIGHT_MS, SealAct.PUT, "usb:1-1.3", HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    SealRegister(journey.database).add(seal, (), HOSTILE)
    adopt_targets(journey.database, [AlertTarget("phone", frozenset(AlertKind))], MIDNIGHT_MS)
    told = Alert("0" * 32, AlertKind.DAMAGE, AlertState.BEGAN, (HOSTILE,), MIDNIGHT_MS, None, {"reason": HOSTILE})
    with journey.database.write() as connection:
        add_alert(connection, "phone", None, digest_of([told]), MIDNIGHT_MS)
    AlertStore(journey.database).failed("phone", 1, 1, HOSTILE, MIDNIGHT_MS)


def poison(journey: Journey) -> int:
    """Put it into every text column of every table, but for names by which rows are found, and for codes and JSON. How
    many columns took it."""
    taken = 0
    with journey.database.write() as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")]
        for table in tables:
            for column in connection.execute(f"PRAGMA main.table_info({table})").fetchall():
                name, kind = column[1], column[2]
                values = [row[0] for row in connection.execute(f"SELECT {name} FROM {table}")]  # noqa: S608
                is_json = any(str(value).startswith(("{", "[")) for value in values)
                if kind != "TEXT" or (table, name) == ("destination", "name") or is_json:
                    continue
                try:
                    done = connection.execute(f"UPDATE {table} SET {name} = {name} || ? || {NO_UTF8}", (HOSTILE,))  # noqa: S608
                except sqlite3.IntegrityError:  # a code of a known few
                    continue
                taken += bool(done.rowcount)
    return taken


def poison_cameras(database: Database) -> None:
    """The same for the recorder's: whatever a camera, a viewer, a disk or a person said."""
    began_ms = recorded.NOW_MS - 60_000
    PinStore(database).add("outlet", began_ms, recorded.NOW_MS, HOSTILE, made_ms=began_ms, made_by=HOSTILE)
    ViewStore(database).keep(StreamView(HOSTILE, "outlet", HOSTILE, HOSTILE, began_ms, None))
    VideoDiskStore(database).use(HOSTILE, HOSTILE, began_ms, is_separate=True)
    with database.write() as connection:
        for table, column in (("camera", "detail"), ("gap", "detail"), ("camera_event", "detail"), ("pin", "reason")):
            connection.execute(f"UPDATE {table} SET {column} = ? || {NO_UTF8}", (HOSTILE,))  # noqa: S608
        connection.execute("UPDATE camera_event SET picture = ?", (HOSTILE,))
        connection.execute("UPDATE segment SET file = file || ?, codec = ?", (HOSTILE, HOSTILE))


ARGUMENTS: dict[str, list[list[str]]] = {
    "check": [[], ["--plan"], ["--online"], ["--json"]],
    "status": [[], ["province"], ["gone"], ["outlet"], ["--json"]],
    "events": [[], ["--json"], [*VIDEO_DAYS]],
    "cameras": [
        ["list"],
        ["list", "--json"],
        ["gaps", "outlet", *VIDEO_DAYS],
        ["gaps", HOSTILE],
        ["continuity", "outlet", *VIDEO_DAYS],
        ["views", *VIDEO_DAYS],
        ["pins", "list"],
        ["pins", "list", "--json"],
        ["disk", "show"],
        ["check"],
        ["snapshot", "outlet", "-o", f"{HOSTILE}.jpg"],
        ["snapshot", "outlet", "-o", "x.jpg", "--at", "2026-01-05T07:00:30"],
        ["clip", "outlet", *VIDEO_DAYS, "-o", "x.mkv"],
        ["clip", HOSTILE, *VIDEO_DAYS, "-o", "x.mkv"],
    ],
    "deliveries": [["province", *DAY], ["gone", *DAY, "--json"], ["retry", HOSTILE]],
    "explain": [
        ["2026-01-01T00:00"],
        ["2026-01-01T00:05", "gone"],
        ["2026-01-01T00:05", "province", "--json"],
        [HOSTILE],
        ["2026-01-01T00:05", HOSTILE],
    ],
    "calibrate": [["list"], ["list", "--json"], ["start", HOSTILE]],
    "resend": [["province", *DAY, "--dry-run"], [HOSTILE, *DAY]],
    "verify": [["province", *DAY], [HOSTILE, *DAY], ["--local"]],
    "report": [
        ["quality", *DAY],
        ["outages", *DAY, "--format", "csv"],
        ["outages", *DAY, "--format", "html"],
        ["cameras", *VIDEO_DAYS],
        ["cameras", *VIDEO_DAYS, "--format", "csv"],
        ["seals"],
        ["seals", "--format", "html"],
        ["seals", "--format", "json"],
        ["station"],
        [HOSTILE],
    ],
    "export": [[*DAY, "--format", "csv"], [*DAY, "--parameter", HOSTILE]],
    "read": [[], [HOSTILE]],
    "scan": [["plc", "--units", "1"], [HOSTILE]],
    "seals": [
        ["list"],
        ["list", "--json"],
        ["put", HOSTILE, "--number", "1", "--who", "A", "--reason", "x"],
        ["put", "usb:1-1.3", "--number", HOSTILE, "--who", HOSTILE, "--reason", HOSTILE, "--photo", HOSTILE],
    ],
    "handover": [["-o", HOSTILE, "--for", HOSTILE], ["-o", HOSTILE, "--for", f"age1{HOSTILE}"]],
    "sample": [["--list"], ["--reason", HOSTILE]],
    "keys": [["new", HOSTILE]],
    "alerts": [["list"], ["list", "--json"], ["list", HOSTILE], ["test"], ["test", HOSTILE]],
    # Alone it would become the page's program: this process is gone then.
    "web": [["user", "list"], ["user", "list", "--json"], ["user", "remove", HOSTILE], ["certificate"]],
}
NOT_WALKED = {"run", "demo"}


def names() -> list[str]:
    commands = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    return sorted(name for name in commands if name is not None and name not in NOT_WALKED)


@pytest.mark.parametrize("name", names())
def test_no_command_hands_on_what_the_database_says(name: str, station: Path) -> None:
    """On a terminal of UTF-8 and on one that has ASCII alone."""
    for arguments in ARGUMENTS.get(name, [[], ["--json"], [HOSTILE]]):
        given = [name, *arguments] if name == "keys" else [name, *arguments, "--config", str(station)]
        for encoding in ("utf-8", "ascii"):
            done = run(given, encoding)
            assert_harmless(done.out)
            assert_harmless(done.err)
            if "--json" in arguments and done.code == 0:
                json.loads(done.out)


def test_what_is_shown_of_it_is_escaped(station: Path) -> None:
    """A test of nothing would pass the walk."""
    shown = run(["deliveries", "province", *DAY, "--config", str(station)]).out
    assert r"\x1b" in shown
    assert r"\x1b" in run(["explain", "2026-01-01T00:00", "province", "--config", str(station)]).out
    listed = run(["calibrate", "list", "--config", str(station)]).out
    assert r"[red]\n<3>gateway.outbox: forged\r\u202e\x9b2J\u200b\u2028" in listed
    assert HOSTILE in json.loads(run(["calibrate", "list", "--json", "--config", str(station)]).out)[0]["reason"]
    assert r"\x1b" in run(["alerts", "list", "--config", str(station)]).out
    for words in (["pins", "list"], ["gaps", "outlet", *VIDEO_DAYS], ["views", *VIDEO_DAYS]):
        assert r"\x1b" in run(["cameras", *words, "--config", str(station)]).out
    for words in (["seals", "list"], ["report", "seals"], ["verify", "--local"]):
        done = run([*words, "--config", str(station)])
        assert r"\x1b" in done.out + done.err, words
    assert r"\x1b" in run(["events", *VIDEO_DAYS, "--config", str(station)]).out


@pytest.mark.parametrize(
    "place", ["name: Trạm", "code: NUO001", "province: HN", "link: plc", "symbol: pH", "unit: mg/L"]
)
def test_a_hostile_configuration_is_refused_or_shown_harmlessly(place: str, station: Path, tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    key = place.partition(":")[0]
    hostile = json.dumps(HOSTILE)
    text = station.read_text("utf-8")
    file.write_text(re.sub(rf"{place}[^,\n]*", lambda _: f"{key}: {hostile}", text, count=1), "utf-8")
    for arguments in (["check"], ["check", "--json"], ["status"]):
        done = run([*arguments, "--config", str(file)], "ascii")
        assert_harmless(done.out)
        assert_harmless(done.err)


@pytest.fixture(params=[openssh, pyftpd])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """vsftpd would write a question mark for what is not seen."""
    made: Callable[[Path], object] = request.param
    with made(tmp_path) as running:  # type: ignore[attr-defined]
        yield running


def test_a_name_that_a_server_lists_does_nothing_to_a_terminal(server: Server, tmp_path: Path) -> None:
    """`gateway verify` printed it raw."""
    far = Far(server.scheme, server.host, server.port, server.user, server.password, str(server.host_key), server.path)
    configuration = write(tmp_path, INSTRUMENTS, [Wanted("province", far)], slot="5min")
    (tmp_path / "storage").mkdir()
    journey = Journey(tmp_path / "storage")
    journey.send(MIDNIGHT_MS, ["province"])
    journey.outbox.settle([DeliveryResult(1, DeliveryState.DELIVERED, MIDNIGHT_MS, MIDNIGHT_MS, "", Lane.LIVE, 1)])
    journey.database.close()
    day = server.root / f"{local_time(MIDNIGHT_MS, 'Asia/Ho_Chi_Minh'):%Y/%m/%d}"
    day.mkdir(parents=True)
    for folder in (day.parent.parent, day.parent, day, server.root):
        folder.chmod(0o777)
    for name in (LISTED, LISTED + b".txt", b"HN_ABCD_NUO001_20260101000500.txt\n<3>forged"):
        (Path(os.fsdecode(bytes(day) + b"/" + name))).touch()
    done = command("verify", "province", *DAY, "--config", configuration)
    assert done.returncode == 1
    assert_harmless(done.stdout)
    assert_harmless(done.stderr)
    assert "missing" in done.stderr
    assert r"\x1b[31m\x1b]0;evil\x07[red]" in done.stdout
    shown = json.loads(command("verify", "province", *DAY, "--json", "--config", configuration).stdout)
    assert any("\x1b[31m" in one["name"] for one in shown["files"])


DEVICE_SAYS = [
    b"PM=12.5\r\n",
    b"\x1b[31m\x1b]0;evil\x07PM=1\r\n",
    b"PM=1\n<3>gateway.outbox: file delivered name=forged\r\n",
    b'PM=1" state=up failures=0 error="\r\n',
    b"\0" * 64 + b"\xff\xfe\xe2\x80\xae\r\n",
    b"x" * 1_000_000 + b"\r\n",
    b"y" * 1_000_000,
]
SERVER_SAYS = [
    b"220 \x1b]0;evil\x07 hello\r\n",
    b"530-\x1b[31m\r\n<3>gateway.outbox: forged\r\n530 \xff\xe2\x80\xae no\r\n",
    b'530 " state=up [red] \x9b2J\r\n',
    b"\0\0\0\r\n",
    b"z" * 1_000_000,
]


@contextmanager
def saying(*words: bytes, again: bool) -> Iterator[int]:
    """A server that says the next of it when it is asked something, or when somebody comes, and `again` for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        turn = cycle(words)

        def talk(peer: socket.socket) -> None:
            with peer:
                try:
                    peer.sendall(next(turn))
                    while again and peer.recv(4096):
                        peer.sendall(next(turn))
                    time.sleep(0.2)
                except OSError:
                    return

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(peer,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


CONFIGURATION = """\
station: {{name: Trạm, province: HN, facility: ABCD, code: NUO001, kind: ambient_air}}
storage: {{path: {storage}}}
reporting: {{slot: 10s}}
clock: {{trust: assume}}
links:
  dust: {{type: tcp, host: 127.0.0.1, port: {device}, timeout: 200ms}}
instruments:
  - name: dust
    link: dust
    poll: 1s
    ascii: {{request: "?", terminator: "\\r\\n", response: 'PM=(?P<PM10>[0-9.]+)'}}
    parameters: [{{symbol: PM10, unit: ug/Nm3}}]
destinations:
  - {{name: province, authority: province, url: "ftp://u@127.0.0.1:{server}/x", password: {{file: {secret}}}}}
"""


def test_the_daemon_writes_one_line_for_each_event_whatever_its_peers_say(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(0o600)
    (tmp_path / "secret").write_text("secret")
    configuration, log = tmp_path / "gateway.yaml", tmp_path / "log"
    with saying(*DEVICE_SAYS, again=True) as device, saying(*SERVER_SAYS, again=True) as server:
        values = {"storage": tmp_path / "storage", "device": device, "server": server, "secret": tmp_path / "secret"}
        configuration.write_text(CONFIGURATION.format(**values), "utf-8")
        gateway = RunningGateway(configuration, log, {"PYTHONIOENCODING": "ascii"})
        try:
            give_up_s = time.monotonic() + 30
            while b"destination=province" not in log.read_bytes() and time.monotonic() < give_up_s:
                time.sleep(0.2)
            gateway.check()
            for arguments in (["status"], ["status", "province"], ["deliveries", "province"], ["events"]):
                done = run([*arguments, "--config", str(configuration)], "ascii")
                assert done.code == 0
                assert_harmless(done.out)
        finally:
            assert gateway.stop().code == 0
        for arguments in (["read"], ["check", "--online"]):
            done = run([*arguments, "--config", str(configuration)], "ascii")
            assert_harmless(done.out)
            assert_harmless(done.err)
    lines = log.read_bytes().decode("ascii").splitlines()
    assert [line for line in lines if not re.match(r"<[2-7]>gateway\.[a-z_.]+: ", line)] == []
    assert max(map(len, lines)) < 48 * 1024
    assert_harmless("\n".join(lines))
    assert [line for line in lines if "instrument=dust" in line]
    assert [line for line in lines if "destination=province" in line]
