"""The box itself: what its kernel tells, and what becomes of it in the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.app.box_wiring import box_watch
from gateway.audit import runs
from gateway.audit.box.box_watch import LOOK_EVERY_S, REFRESH_S, BoxWatch, look_at_box
from gateway.audit.box.restarts import restarts_in_a_row
from gateway.audit.box.sensors import cards, hottest, is_under_voltage, memory
from gateway.audit.events import EventStore
from gateway.cli.events import events
from gateway.cli.status import status
from gateway.config import load
from gateway.core.box_rules import BoxLook, CardWear
from gateway.core.errors import StoreError
from gateway.core.findings import Finding, Topic
from gateway.core.instants import HOUR_MS, MINUTE_MS
from gateway.core.interfaces import Instant
from gateway.db import Database, open_database
from gateway.runtime.clock import SystemClock
from stationsim.box.box import SimulatedBox
from tests.support.box_tree import BoxTree
from tests.unit.core.test_box_rules import LIMITS, T0, WELL

STATION = """\
station: {{name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}}
storage: {{path: {folder}/storage}}
links: {{bus: {{type: modbus-tcp, host: 192.168.1.10}}}}
instruments: [{{name: ozone, link: bus, unit: 3, profile: teledyne-t400}}]
ports_policy: {{root: {folder}/box}}
box: {{free: 1MB}}
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "storage").mkdir()
    with closing(open_database(tmp_path / "storage/gateway.db")) as opened:
        yield opened


@pytest.fixture
def box(tmp_path: Path) -> SimulatedBox:
    return SimulatedBox(tmp_path / "box")


def test_a_pi_tells_of_its_heat_its_supply_and_its_memory(
    box: SimulatedBox, tmp_path: Path, database: Database
) -> None:
    look = look_at_box(box.root, tmp_path / "storage", database, T0)
    assert (look.celsius, look.hottest, look.is_under_voltage) == (48.3, "cpu-thermal", False)
    assert (look.memory_bytes, look.available_bytes) == (3_794_000 * 1024, 3_100_000 * 1024)
    assert (look.cards, look.days_left, look.restarts) == ((), None, 0)
    assert (look.free_bytes or 0) > 0
    assert (look.database_bytes or 0) >= (tmp_path / "storage/gateway.db").stat().st_size
    box.board.temperature(83.5)
    box.board.low_voltage(True)
    box.board.card_wear("0x03 0x0a", "0x02")
    look = look_at_box(box.root, tmp_path / "storage", database, T0)
    assert (look.celsius, look.is_under_voltage) == (83.5, True)
    assert look.cards == (CardWear("mmcblk0", 100, True),)


def test_what_a_board_does_not_tell_is_not_told(tmp_path: Path) -> None:
    tree = BoxTree(tmp_path)
    assert (hottest(tree.root), is_under_voltage(tree.root), memory(tree.root), cards(tree.root)) == (
        None,
        None,
        None,
        (),
    )
    tree.files("sys/class/thermal/thermal_zone0", temp="-274000", type="off")
    tree.files("sys/class/thermal/thermal_zone1", temp="nothing", type="broken")
    tree.files("sys/class/thermal/cooling_device0", temp="99000", type="fan")
    tree.files("sys/block/mmcblk0", device__life_time="0x00 0x00", device__pre_eol_info="0x00")
    tree.files("sys/block/mmcblk1", device__life_time="wearing out")
    tree.files("sys/class/hwmon/hwmon0", name="rpi_volt")
    assert (hottest(tree.root), is_under_voltage(tree.root), cards(tree.root)) == (None, None, ())
    tree.files("sys/class/thermal/thermal_zone2", temp="61234", type="soc")
    tree.files("sys/block/mmcblk1", device__life_time="0x0b 0x01", device__pre_eol_info="0x01")
    assert hottest(tree.root) == (61.234, "soc")
    assert cards(tree.root) == (CardWear("mmcblk1", 110, False),)


def test_the_firmware_tells_of_the_supply_where_no_sensor_does(tmp_path: Path) -> None:
    tree = BoxTree(tmp_path)
    for word, expected in (("50005\n", True), ("50000\n", False), ("0\n", False), ("?\n", None)):
        tree.write("sys/devices/platform/soc/soc:firmware/get_throttled", word)
        assert is_under_voltage(tree.root) is expected


def test_memory_is_told_where_a_sandbox_hides_the_kernels_table(tmp_path: Path) -> None:
    tree = BoxTree(tmp_path)
    for node in (0, 1):
        lines = {"MemTotal": 1000, "MemFree": 100, "Active(file)": 40, "Inactive(file)": 50, "SReclaimable": 10}
        content = "".join(f"Node {node} {name}:      {kb} kB\n" for name, kb in lines.items())
        tree.write(f"sys/devices/system/node/node{node}/meminfo", content)
    assert memory(tree.root) == (2000 * 1024, 400 * 1024)
    tree.write("sys/devices/system/node/node1/meminfo", "torn")
    assert memory(tree.root) is None
    tree.write("proc/meminfo", "MemTotal:       2000 kB\nMemFree:   1 kB\nMemAvailable:    500 kB\n")
    assert memory(tree.root) == (2000 * 1024, 500 * 1024)


class TestRestarts:
    def test_ends_that_nobody_asked_for_are_counted_in_a_row(self, database: Database) -> None:
        assert restarts_in_a_row(database, T0) == 0
        at_ms = T0
        for why in ("SIGTERM", None, "it was not told to", None):
            number = runs.begin(database, at_ms, "1")
            at_ms += 5 * MINUTE_MS
            if why is not None:
                runs.end(database, number, at_ms, why)
        runs.begin(database, at_ms, "1")
        assert restarts_in_a_row(database, at_ms) == 3
        assert restarts_in_a_row(database, at_ms + HOUR_MS) == 0

    def test_orderly_ends_from_before_there_was_a_journal_are_no_restarts(self, database: Database) -> None:
        for at_ms in (T0, T0 + 1, T0 + 2):
            with database.write() as connection:
                connection.execute("INSERT INTO run (started_ms, ended_ms, version) VALUES (?1, ?1, '0.9')", (at_ms,))
        runs.begin(database, T0 + 3, "1")
        assert restarts_in_a_row(database, T0 + 3) == 0
        runs.begin(database, T0 + 4, "1")
        assert restarts_in_a_row(database, T0 + 4) == 1

    def test_a_run_that_lasted_ends_the_row(self, database: Database) -> None:
        for at_ms in (T0, T0 + MINUTE_MS, T0 + 2 * HOUR_MS, T0 + 2 * HOUR_MS + MINUTE_MS):
            runs.begin(database, at_ms, "1")
        assert restarts_in_a_row(database, T0 + 2 * HOUR_MS + 2 * MINUTE_MS) == 1

    def test_a_clock_that_was_set_back_makes_no_row_shorter(self, database: Database) -> None:
        for at_ms in (T0, T0 - HOUR_MS, T0 - 2 * HOUR_MS):
            runs.begin(database, at_ms, "1")
        assert restarts_in_a_row(database, T0) == 0  # the newest seems to have lasted
        assert restarts_in_a_row(database, T0 - 2 * HOUR_MS) == 2


class Box:
    """A box that is as it is told to be, and a watch over it that may be started anew."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.events = EventStore(database)
        self.look = WELL
        self.now = Instant(T0, 0.0)
        self.looks = 0
        self.start()

    def start(self) -> None:
        self.watch = BoxWatch(self._look, LIMITS, self.events)

    def _look(self, now_ms: int) -> BoxLook:
        self.looks += 1
        return self.look

    def wait(self, seconds: float) -> None:
        self.now = Instant(self.now.wall_ms + round(seconds * 1000), self.now.mono_s + seconds)
        assert self.watch.step(self.now) >= self.now.mono_s

    def noted(self) -> list[tuple[str, float | None, int | None]]:
        found: list[Finding] = self.events.findings(Topic.BOX, 0, 1 << 60)
        return [(one.episode.kind, one.episode.peak, one.episode.end_ms) for one in found]

    def told(self) -> list[str]:
        rows = self.database.read("SELECT what FROM journal WHERE kind = 'box' ORDER BY seq")
        return [json.loads(what)["state"] for (what,) in rows]


def test_an_event_begins_lasts_over_restarts_and_ends(database: Database) -> None:
    box = Box(database)
    box.wait(0)
    box.wait(1)
    assert (box.looks, box.noted()) == (1, [])
    box.look = replace(WELL, free_bytes=400_000_000)
    box.wait(LOOK_EVERY_S)
    assert box.noted() == [("low_space", 400.0, None)]
    box.start()
    box.look = replace(WELL, free_bytes=300_000_000)
    box.wait(LOOK_EVERY_S)
    box.wait(REFRESH_S)
    assert box.noted() == [("low_space", 300.0, None)]
    box.look = WELL
    box.wait(LOOK_EVERY_S)
    ended_ms = box.now.wall_ms
    box.wait(60.0)
    assert box.noted() == [("low_space", 300.0, ended_ms)]
    assert box.told() == ["began", "ended"]


def test_what_could_not_be_written_is_news_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box(database)
    box.look = replace(WELL, is_under_voltage=True)

    def refuse(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(box.events, "note", refuse)
        with pytest.raises(StoreError):
            box.wait(0)
    assert box.noted() == []
    box.wait(LOOK_EVERY_S)
    assert box.noted() == [("under_voltage", None, None)]


def test_what_another_version_wrote_ends(database: Database) -> None:
    box = Box(database)
    box.look = replace(WELL, free_bytes=1)
    box.wait(0)
    with database.write() as connection:
        connection.execute("UPDATE event SET kind = 'haunted'")
    box.look = WELL
    box.start()
    box.wait(LOOK_EVERY_S)
    assert [(kind, ended is None) for kind, _, ended in box.noted()] == [("haunted", False)]


def test_the_daemons_watch_is_what_status_and_events_show(
    box: SimulatedBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "gateway.yaml"
    config.write_text(STATION.format(folder=tmp_path), "utf-8")
    configuration = load(config)
    box.board.low_voltage(True)
    box.board.card_wear("0x09 0x01", "0x01")
    (tmp_path / "storage").mkdir()
    with closing(open_database(tmp_path / "storage/gateway.db")) as opened:
        box_watch(configuration, opened).step(Instant(SystemClock().now().wall_ms, 0.0))
    capsys.readouterr()
    status(config=config, as_json=True)
    shown = json.loads(capsys.readouterr().out)["box"]
    assert (shown["temperature_c"], shown["under_voltage"], shown["restarts"]) == (48.3, True, 0)
    assert shown["cards"] == [{"card": "mmcblk0", "used_percent": 90, "failing": False}]
    assert [(one["kind"], one["subject"], one["worst"]) for one in shown["findings"]] == [
        ("under_voltage", "box", None),
        ("worn_card", "mmcblk0", 90),
    ]
    status(config=config)
    assert "mmcblk0: worn_card since" in capsys.readouterr().out
    events(config=config, kind="box", as_json=True)
    assert [one["kind"] for one in json.loads(capsys.readouterr().out)] == ["under_voltage", "worn_card"]
