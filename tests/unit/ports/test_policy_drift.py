"""What the daemon tells of a policy that is not in force any more as it was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.core.errors import StoreFull
from gateway.core.journal_entry import EntryKind
from gateway.core.ports import Violation, ViolationKind
from gateway.db import open_database
from gateway.ports.policy.act_log import ActLog, NotedAct, PolicyAct, journal_acts
from gateway.ports.policy.drift import STALE_AFTER_S, PolicyDrift
from tests.support.policy_box import PolicyBox
from tests.support.port_declaration import closing_plan

PLAN = closing_plan(
    "listen:tcp:22 used",
    "usb:1-1.2 used",
    "usb:1-1.3 unused",
    "net:eth1 locked",
    "radio:wlan0 locked",
    "serial:ttyS0 unused",
    "display:HDMI-A-1 locked",
)


@pytest.fixture
def station(tmp_path: Path) -> PolicyBox:
    return PolicyBox(tmp_path)


def drift(station: PolicyBox) -> list[Violation]:
    return PolicyDrift(station.root, station.clock, f"boot-{station.boots}").violations()


def told(station: PolicyBox) -> dict[str, str]:
    found = drift(station)
    assert {one.kind for one in found} <= {ViolationKind.POLICY_DRIFT}
    assert len({one.id for one in found}) == len(found), "one event for each port"
    return {str(one.id): one.detail for one in found}


def test_where_no_policy_was_applied_nothing_drifts(station: PolicyBox) -> None:
    assert told(station) == {}
    station.put_in_force(PLAN)
    assert told(station) == {}
    station.steps.revert("an")
    assert told(station) == {}


@pytest.mark.parametrize(
    ("file", "text", "port", "words"),
    [
        ("sys/bus/usb/devices/1-1.3/authorized", "1", "usb:1-1.3", "the device 0781:5567 was let in"),
        ("sys/bus/usb/devices/usb2/authorized_default", "1", "panel:policy", "usb2 lets in whatever"),
        ("sys/class/net/eth1/flags", "0x1003", "net:eth1", "switched on again"),
        ("sys/class/net/wlan0/flags", "0x1003", "radio:wlan0", "switched on again"),
        ("sys/class/rfkill/rfkill0/soft", "0", "radio:wlan0", "may send again"),
        ("run/udev/rules.d/61-station-gateway-ports.rules", "", "panel:policy", "udev's rules"),
    ],
)
def test_a_switch_that_somebody_turned_is_told_at_once(
    station: PolicyBox, file: str, text: str, port: str, words: str
) -> None:
    station.put_in_force(PLAN)
    was = (station.root / file).read_text()
    (station.root / file).write_text(text + "\n")
    found = told(station)
    assert list(found) == [port]
    assert words in found[port]
    (station.root / file).write_text(was)
    assert told(station) == {}


def test_a_login_that_was_unmasked_is_told(station: PolicyBox) -> None:
    station.put_in_force(PLAN)
    (station.root / "run/systemd/system/serial-getty@ttyS0.service").unlink()
    (station.root / "run/systemd/system/getty@tty1.service").unlink()
    found = told(station)
    assert "somebody can log in there" in found["serial:ttyS0"]
    assert "getty@tty1.service" in found["panel:policy"]


@pytest.mark.parametrize(("table", "words"), [(None, "is gone"), ("table inet station_gateway {}\n", "was changed")])
def test_the_firewall_is_told_of_by_roots_report(station: PolicyBox, table: str | None, words: str) -> None:
    station.put_in_force(PLAN)
    station.firewall.table = table
    assert told(station) == {}, "only root can see it"
    station.clock.advance(300)
    station.steps.keep()
    assert words in told(station)["panel:policy"]
    station.steps.apply(PLAN, "an")
    assert told(station) == {}


def test_a_report_that_is_too_old_is_told_and_a_clock_that_is_set_makes_none_old(station: PolicyBox) -> None:
    station.put_in_force(PLAN)
    station.clock.jump_wall(400 * 86_400_000)
    station.clock.advance(STALE_AFTER_S)
    assert told(station) == {}
    station.clock.advance(1)
    assert "nobody has read it back for more than 15 min" in told(station)["panel:policy"]
    station.steps.keep()
    assert told(station) == {}


def test_after_a_start_without_the_oneshot_everything_is_told_once_it_should_have_been_there(
    station: PolicyBox,
) -> None:
    station.put_in_force(PLAN)
    (station.folder.volatile / "report.json").unlink()
    station.boots += 1
    station.clock.mono_s = 20.0
    assert told(station) == {}
    station.clock.mono_s = 300.0
    assert "since the machine's start" in told(station)["panel:policy"]


def test_while_one_is_applied_and_not_confirmed_that_one_counts(station: PolicyBox) -> None:
    station.put_in_force(closing_plan("listen:tcp:22 used", undeclared="warning"))
    station.steps.apply(PLAN, "an")
    assert told(station) == {}
    (station.root / "sys/class/net/eth1/flags").write_text("0x1003\n")
    assert list(told(station)) == ["net:eth1"]


def test_a_confirmed_policy_that_cannot_be_read_is_told(station: PolicyBox) -> None:
    station.put_in_force(PLAN)
    for file in station.folder.kept.glob("confirmed-*"):
        file.write_text("{}")
    assert "cannot be read any more" in told(station)["panel:policy"]


def test_acts_that_are_not_in_the_journal_are_entered_once(station: PolicyBox, tmp_path: Path) -> None:
    station.put_in_force(PLAN)
    station.steps.revert("bình")
    (tmp_path / "storage").mkdir()
    database = open_database(tmp_path / "storage/gateway.db")
    heard = []

    def enter(acts: Sequence[NotedAct]) -> None:
        heard.append(len(acts))
        if len(heard) == 1:
            raise StoreFull("no space left")
        journal_acts(database, acts, station.clock)

    try:
        watch = PolicyDrift(station.root, station.clock, "boot-1", enter)
        for _ in range(4):
            watch.violations()
        assert heard == [3, 3], "once more after the failure, and not again"
        assert journal_acts(database, station.steps.acts.acts(), station.clock) == 0
        rows = database.read("SELECT what, who FROM journal WHERE kind = ? ORDER BY seq", (EntryKind.POLICY.value,))
    finally:
        database.close()
    whats = [json.loads(what) for what, _ in rows]
    assert [what["act"] for what in whats] == ["applied", "confirmed", "reverted"]
    assert [what["plan"] for what in whats] == [PLAN.sha256, PLAN.sha256, None]
    assert [who for _, who in rows] == ["an", "an", "bình"]


def test_a_line_that_a_power_cut_tore_costs_no_other(tmp_path: Path) -> None:
    log = ActLog(tmp_path)
    log.add(PolicyAct.APPLIED, 1, "an", "0" * 64)
    with (tmp_path / "acts.jsonl").open("ab") as file:
        file.write(b'{"log":"')
    assert log.add(PolicyAct.RETURNED, 2, "gateway", None, of=1).number == 2
    assert [(one.number, one.act.value, one.more) for one in log.acts()] == [
        (1, "applied", {}),
        (2, "returned", {"of": 1}),
    ]
