"""What status tells of the policy of ports: in force or not, since when, and whether it is the declared one."""

from __future__ import annotations

from pathlib import Path

from gateway.config.ports.watching import PortsPolicy
from gateway.core.ports import ViolationKind
from gateway.reports.port_policy import PolicyStanding, PolicyState, policy_standing, standing_to_json
from gateway.reports.ports import PortViolation
from tests.support.policy_box import PolicyBox
from tests.support.port_declaration import closing_plan, declared

DECLARED = ("listen:tcp:22 used", "usb:1-1.2 used")


def standing(station: PolicyBox, *ports: str) -> PolicyStanding:
    told = policy_standing(declared(*ports or DECLARED), PortsPolicy(root=station.root))
    assert told is not None
    return told


def test_the_policy_goes_from_none_to_unconfirmed_to_confirmed_and_back(tmp_path: Path) -> None:
    station = PolicyBox(tmp_path)
    assert standing(station).state is PolicyState.NONE
    station.steps.apply(closing_plan(*DECLARED), "an")
    told = standing(station)
    assert (told.state, told.who, told.is_as_declared) == (PolicyState.UNCONFIRMED, "an", True)
    assert told.since_ms == station.clock.wall_ms
    station.steps.confirm("binh")
    assert standing(station).state is PolicyState.CONFIRMED
    assert not standing(station, *DECLARED, "listen:tcp:80 used").is_as_declared
    station.steps.revert("an")
    assert standing(station).state is PolicyState.NONE


def test_a_policy_that_cannot_be_read_is_told_as_damaged_and_not_as_none(tmp_path: Path) -> None:
    station = PolicyBox(tmp_path)
    station.put_in_force(closing_plan(*DECLARED))
    for name in ("confirmed-1.json", "confirmed-2.json"):
        (station.folder.kept / name).write_bytes(b"\0" * 100)
    assert standing(station) == PolicyStanding(PolicyState.DAMAGED)


def test_programs_are_told_what_drifted_and_null_where_no_port_is_declared() -> None:
    assert policy_standing(None, PortsPolicy()) is None
    assert standing_to_json(None, None, "UTC") is None
    lasting = [
        PortViolation("net:eth1", ViolationKind.POLICY_DRIFT.value, 0, "the interface is switched on again"),
        PortViolation("usb:1-1.3", ViolationKind.DEVICE_IN_UNUSED.value, 0, "a stick"),
    ]
    told = standing_to_json(PolicyStanding(PolicyState.CONFIRMED, 0, "an", "ab", True), lasting, "UTC")
    assert told == {
        "state": "confirmed",
        "since": "1970-01-01T00:00:00.000+00:00",
        "who": "an",
        "sha256": "ab",
        "as_declared": True,
        "drift": ["net:eth1"],
    }
