"""One look at every port: what counts, what only warns, and of what nothing is known."""

from __future__ import annotations

from gateway.config.ports.port_name import parse_port_id
from gateway.core.ports import DeclaredPort, FoundPort, PortKind, PortLook, PortState, Violation, ViolationKind
from gateway.reports.port_audit import PortAudit, audit_to_json, port_audit
from gateway.reports.ports import PortViolation, violations_to_json

NOW_MS = 1_767_200_400_000


def audited(*found: FoundPort, lasting: tuple[PortViolation, ...] = (), counts: bool = True) -> PortAudit:
    declared = [
        DeclaredPort(parse_port_id("usb:1-1.3"), PortState.UNUSED),
        DeclaredPort(parse_port_id("serial:ttyS0"), PortState.UNUSED),
        DeclaredPort(parse_port_id("panel:logger"), PortState.UNUSED),
    ]
    look = PortLook(found, {PortKind.DISPLAY: "nobody can look"})
    drift = [Violation(parse_port_id("listen:tcp:80"), ViolationKind.POLICY_DRIFT, "no such rule")]
    return port_audit(declared, [look], drift, lasting, NOW_MS, undeclared_counts=counts)


def port(name: str, occupied: bool | None = True) -> FoundPort:
    return FoundPort(parse_port_id(name), occupied)


def test_since_when_it_is_so_is_what_the_daemon_knows() -> None:
    known = PortViolation("usb:1-1.3", "device-in-unused", NOW_MS - 60_000, "a stick")
    found = audited(port("usb:1-1.3"), lasting=(known,))
    assert [(one.port, one.kind, one.since_ms - NOW_MS) for one in found.violations] == [
        ("usb:1-1.3", "device-in-unused", -60_000),
        ("listen:tcp:80", "policy-drift", 0),
    ]


def test_undeclared_ports_count_or_warn() -> None:
    assert [one.kind for one in audited(port("usb:1-1.4")).violations] == ["undeclared-device", "policy-drift"]
    found = audited(port("usb:1-1.4"), counts=False)
    assert [one.kind for one in found.violations] == ["policy-drift"]
    assert [one.kind for one in found.warnings] == ["undeclared-device"]


def test_what_nobody_can_tell_is_said() -> None:
    found = audited(port("serial:ttyS0", None))
    assert found.untold == {"serial:ttyS0": ""}
    shown = audit_to_json(found, "Asia/Ho_Chi_Minh")
    assert shown["unseen"] == {"display": "nobody can look"}
    assert shown["declared"] == 3


def test_a_neighbour_that_could_not_be_asked_is_not_well_and_a_serial_port_that_never_tells_is() -> None:
    names = ("tcp:logger.example:80", "snmp:192.168.1.2:3", "serial:ttyS0")
    declared = [DeclaredPort(parse_port_id(name), PortState.UNUSED) for name in names]
    for blind in names[:2]:
        found = [port(name, None if name in (blind, "serial:ttyS0") else False) for name in names]
        audit = port_audit(declared, [PortLook(tuple(found))], [], [], NOW_MS, undeclared_counts=True)
        assert (audit.violations, audit.blind, audit.is_well) == ((), (blind,), False)
    found = [port(name, None if name == "serial:ttyS0" else False) for name in names]
    assert port_audit(declared, [PortLook(tuple(found))], [], [], NOW_MS, undeclared_counts=True).is_well


def test_where_none_is_watched_no_list_says_that_all_are_well() -> None:
    assert violations_to_json(None, "Asia/Ho_Chi_Minh") == {"violations": None}
    assert violations_to_json((), "Asia/Ho_Chi_Minh") == {"violations": []}
