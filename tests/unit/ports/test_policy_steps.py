"""Applied, confirmed, reverted, returned; and the power going in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.core.errors import GatewayError
from gateway.ports.policy.act_log import PolicyAct
from gateway.ports.policy.firewall_text import firewall_text
from gateway.ports.policy.steps import CONFIRM_WITHIN_S
from tests.support.policy_box import FakeUnits, PolicyBox, cut_before
from tests.support.port_declaration import closing_plan

FIRST = closing_plan("listen:tcp:22 used", {"id": "usb:1-1.2", "state": "used", "match": "1a86:7523"})
SECOND = closing_plan(
    "listen:tcp:22 used",
    "listen:tcp:80 locked",
    "usb:1-1.2 used",
    "usb:1-1.3 unused",
    "net:eth1 locked",
    "radio:wlan0 locked",
    "radio:hci0 unused",
    "serial:ttyS0 unused",
    "display:HDMI-A-1 locked",
)


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicyBox:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # thousands, and no disk loses anything here
    return PolicyBox(tmp_path)


def acts(station: PolicyBox) -> list[str]:
    return [one.act.value for one in station.steps.acts.acts()]


def test_everything_that_the_plan_closes_is_closed_and_opened_again_as_it_was(station: PolicyBox) -> None:
    station.put_in_force(SECOND)
    read = station.root.joinpath
    assert read("sys/bus/usb/devices/usb1/authorized_default").read_text().strip() == "0"
    assert read("sys/bus/usb/devices/1-1.2/authorized").read_text().strip() == "1"
    assert read("sys/bus/usb/devices/1-1/authorized").read_text().strip() == "1"
    assert read("sys/bus/usb/devices/1-1.3/authorized").read_text().strip() == "0"
    assert read("sys/class/net/eth1/flags").read_text().strip() == "0x1002"
    assert read("sys/class/rfkill/rfkill0/soft").read_text().strip() == "1"
    assert read("sys/class/rfkill/rfkill1/soft").read_text().strip() == "1"
    assert str(read("run/systemd/system/getty@tty1.service").readlink()) == "/dev/null"
    assert station.units.active == set()
    assert station.firewall.table == firewall_text(SECOND)
    assert station.deviations(SECOND) == []
    station.steps.revert("an")
    assert station.is_open()
    assert acts(station) == ["applied", "confirmed", "reverted"]


def test_what_nobody_confirms_returns_by_itself_to_what_was_confirmed(station: PolicyBox) -> None:
    station.put_in_force(FIRST)
    number = station.steps.acts.acts()[-1].number + 1
    assert station.steps.apply(SECOND, "an").waits
    assert station.watched[-1] == number
    assert station.deviations(SECOND) == []
    station.clock.advance(CONFIRM_WITHIN_S - 1)
    assert station.steps.return_if_over(number)
    assert station.firewall.table == firewall_text(SECOND)
    station.clock.advance(1)
    station.steps.return_if_over(number)
    assert station.deviations(FIRST) == []
    assert station.units.active == {"serial-getty@ttyS0.service", "getty@tty1.service"}
    with pytest.raises(GatewayError, match="nothing waits to be confirmed"):
        station.steps.confirm("an")
    assert not station.steps.return_if_over(number)
    assert acts(station)[-2:] == ["applied", "returned"]


def test_nobody_but_root_can_hold_up_what_is_to_be_taken_back(station: PolicyBox) -> None:
    station.steps.apply(FIRST, "an")
    (lock,) = station.root.rglob("run/station-gateway-ports/lock")
    assert lock.stat().st_mode & 0o077 == 0  # flock(2) asks for no more than a file that can be read
    assert station.root.joinpath("run/station-gateway-ports/report.json").stat().st_mode & 0o777 == 0o644


def test_a_clock_that_is_set_neither_hastens_nor_delays_the_return(station: PolicyBox) -> None:
    station.steps.apply(FIRST, "an")
    station.clock.jump_wall(10 * 365 * 86_400_000)
    station.steps.keep()
    assert station.firewall.table is not None
    station.clock.jump_wall(-20 * 365 * 86_400_000)
    station.clock.advance(CONFIRM_WITHIN_S)
    station.steps.keep()
    assert station.is_open()


def test_applying_what_is_confirmed_closes_it_again_and_asks_nothing(station: PolicyBox) -> None:
    station.put_in_force(SECOND)
    station.firewall.table = None
    (station.root / "sys/class/net/eth1/flags").write_text("0x1003\n")
    outcome = station.steps.apply(SECOND, "an", accepted=["session"])
    assert (outcome.act, outcome.waits) == (PolicyAct.RENEWED, False)
    assert station.steps.acts.acts()[-1].more == {"accepted": ["session"]}
    assert station.deviations(SECOND) == []
    station.clock.advance(10 * CONFIRM_WITHIN_S)
    station.steps.keep()
    assert station.deviations(SECOND) == []


def test_reverting_twice_is_an_error_in_words(station: PolicyBox) -> None:
    with pytest.raises(GatewayError, match="no policy is in force"):
        station.steps.revert("an")
    station.put_in_force(FIRST)
    station.steps.apply(SECOND, "an")
    station.steps.revert("an")
    assert station.deviations(FIRST) == []
    station.steps.revert("an")
    assert station.is_open()
    with pytest.raises(GatewayError, match="no policy is in force"):
        station.steps.revert("an")


def test_a_part_that_cannot_be_done_takes_all_of_it_back(station: PolicyBox) -> None:
    station.put_in_force(FIRST)
    station.firewall.refuses = GatewayError("nft refuses it: syntax error")
    with pytest.raises(GatewayError, match="nft refuses it"):
        station.steps.apply(SECOND, "an")
    assert station.deviations(FIRST) == []
    assert not station.folder.has_pending()
    assert acts(station)[-1] == "failed"


def test_nothing_is_put_in_force_where_nobody_would_take_it_back(station: PolicyBox) -> None:
    def nobody(_number: int) -> None:
        raise GatewayError("nobody would take it back")

    steps = station.steps
    steps._watch_return = nobody  # noqa: SLF001
    with pytest.raises(GatewayError, match="nobody would take it back"):
        steps.apply(SECOND, "an")
    assert station.is_open()
    assert not station.folder.has_pending()


def test_the_start_of_the_machine_puts_in_force_what_was_confirmed_and_nothing_else(station: PolicyBox) -> None:
    station.steps.apply(SECOND, "an")
    station.start_anew()
    assert station.is_open()
    assert acts(station) == ["applied", "returned"]
    station.put_in_force(FIRST)
    station.steps.apply(SECOND, "an")
    station.start_anew()
    assert station.deviations(FIRST) == []


def test_an_interface_that_appears_late_is_closed_while_the_machine_starts(station: PolicyBox) -> None:
    station.put_in_force(SECOND)
    station.start_anew()
    flags = station.root / "sys/class/net/eth1/flags"
    flags.write_text("0x1003\n")
    station.clock.advance(60)
    station.steps.keep()
    assert flags.read_text().strip() == "0x1002"
    flags.write_text("0x1003\n")
    station.clock.advance(600)
    station.steps.keep()
    assert flags.read_text().strip() == "0x1003", "later on, what is open again is told and left"
    assert [one.detail for one in station.deviations(SECOND)] == ["the interface is switched on again"]


def test_one_copy_of_what_was_confirmed_may_be_damaged(station: PolicyBox) -> None:
    station.put_in_force(FIRST)
    kept = station.folder.kept
    text = (kept / "confirmed-1.json").read_text()
    (kept / "confirmed-1.json").write_text(text.replace("22", "23"))
    station.start_anew()
    assert station.deviations(FIRST) == []
    for name in ("confirmed-1.json", "confirmed-2.json"):
        (kept / name).write_bytes(b"\0" * 100)
    station.start_anew()
    assert [one.detail for one in station.steps.report()] == [
        "what was confirmed cannot be read any more: apply and confirm it again"
    ]


def test_a_copy_that_was_damaged_is_made_anew_from_the_other(station: PolicyBox) -> None:
    station.put_in_force(FIRST)
    for damaged, other in ((1, 2), (2, 1)):
        (station.folder.kept / f"confirmed-{damaged}.json").write_text("{}")
        station.steps.keep()
        (station.folder.kept / f"confirmed-{other}.json").unlink()
        confirmed = station.folder.confirmed()
        assert confirmed is not None
        assert confirmed.plan == FIRST
        station.steps.keep()


def test_what_cannot_be_noted_is_closed_all_the_same(station: PolicyBox) -> None:
    station.put_in_force(FIRST)
    station.steps.apply(SECOND, "an")
    log = station.folder.kept / "acts.jsonl"
    log.rename(log.with_name("away"))
    log.mkdir()
    with pytest.raises(GatewayError, match="cannot be written"):
        station.start_anew()
    assert station.deviations(FIRST) == []
    log.rmdir()
    log.with_name("away").rename(log)
    station.steps.keep()
    assert acts(station)[-2:] == ["applied", "returned"], "noted once it can be"


def test_what_cannot_be_noted_is_opened_all_the_same(station: PolicyBox) -> None:
    station.put_in_force(SECOND)
    (station.folder.volatile / ".in-force.json.new").mkdir()
    with pytest.raises(GatewayError, match="cannot be written"):
        station.steps.revert("an")
    assert station.is_open()
    with pytest.raises(GatewayError, match="cannot be written"):
        station.steps.apply(SECOND, "an")
    assert station.is_open(), "nothing is closed that could not be opened as it was"


def test_a_switch_that_cannot_be_turned_leaves_no_other_open(
    station: PolicyBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.put_in_force(SECOND)

    def refuse(_units: object) -> None:
        raise GatewayError("it cannot be switched")

    monkeypatch.setattr(FakeUnits, "reload", refuse)
    with pytest.raises(GatewayError, match="it cannot be switched"):
        station.start_anew()
    assert station.firewall.table == firewall_text(SECOND)
    assert (station.root / "sys/class/net/eth1/flags").read_text().strip() == "0x1002"
    assert any("not all of it" in one.detail for one in station.deviations(SECOND))
    monkeypatch.undo()
    station.steps.keep()
    assert station.deviations(SECOND) == []


def test_whoever_shut_out_a_device_before_us_is_not_interfered_with(station: PolicyBox) -> None:
    stick = station.root / "sys/bus/usb/devices/1-1.3/authorized"
    stick.write_text("0\n")
    station.steps.keep()
    assert stick.read_text().strip() == "0"


def cuts(station: PolicyBox, step: int, what: str) -> int:
    """On a box of which nothing is known: applies, confirms or reverts `SECOND` on top of `FIRST`, and is cut off.
    Returns how many changes there were."""
    station.begin_anew()
    station.put_in_force(FIRST)
    if what == "confirm":
        station.steps.apply(SECOND, "an")
    with cut_before(step, station.root) as cut:
        if what == "apply":
            station.steps.apply(SECOND, "an")
        elif what == "confirm":
            station.steps.confirm("an")
        else:
            station.steps.revert("an")
    return cut.count


@pytest.mark.parametrize("what", ["apply", "confirm", "revert"])
def test_a_power_cut_between_any_two_steps_leaves_the_confirmed_policy_whole(station: PolicyBox, what: str) -> None:
    ends, step = set(), 1
    while True:
        count = cuts(station, step, what)
        station.start_anew()
        confirmed = station.folder.confirmed()
        assert confirmed is not None
        ends.add(confirmed.sha256)
        assert confirmed.plan in ((FIRST,) if what == "apply" else (FIRST, SECOND, None))
        if confirmed.plan is None:
            assert station.is_open()
        else:
            assert station.deviations(confirmed.plan) == [], f"cut before change {step}"
        told = acts(station)
        assert told[-1] != "applied"
        assert (told.count("confirmed") == 2) == (confirmed.plan == SECOND)
        if count < step:
            break
        step += 1
    assert step > (30 if what == "apply" else 5)
    assert ends == {FIRST.sha256, *({"apply": (), "confirm": (SECOND.sha256,), "revert": (None,)}[what])}


@pytest.mark.parametrize("what", ["apply", "confirm", "revert"])
def test_a_command_that_is_killed_anywhere_ends_in_a_confirmed_policy(station: PolicyBox, what: str) -> None:
    step = 1
    while True:
        count = cuts(station, step, what)
        station.clock.advance(CONFIRM_WITHIN_S + 1)
        station.steps.keep()
        confirmed = station.folder.confirmed()
        assert confirmed is not None
        assert not station.folder.has_pending()
        if confirmed.plan is None:
            assert station.is_open(), f"killed before change {step}"
        else:
            assert station.deviations(confirmed.plan) == [], f"killed before change {step}"
        if count < step:
            break
        step += 1
