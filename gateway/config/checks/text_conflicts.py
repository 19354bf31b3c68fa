"""What of a text instrument can never be: groups that nobody uses, codes that no line brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.config.file.location import LocatedProblem
from gateway.config.instruments.ascii import AsciiDevice, AsciiMeasured
from gateway.config.instruments.ascii_protocol import CHECKSUM_GROUP, STATUS_GROUP
from gateway.config.instruments.group_text import can_hold, characters, group_bodies
from gateway.config.instruments.status import Schedule


def text_contradictions(device: AsciiDevice) -> Iterator[LocatedProblem]:
    """Faults, from the instrument down."""
    bodies = [group_bodies(kind) for kind in device.ascii.kinds]
    yield from _unused_groups(device)
    yield from _codes_elsewhere(device, [one[STATUS_GROUP] for one in bodies if STATUS_GROUP in one])
    for position, measured in enumerate(device.parameters):
        for body in (one[measured.held_in] for one in bodies if measured.held_in in one):
            known = characters(body)
            for wrong in _numbers_elsewhere(measured, known, device.ascii.decimal) if known is not None else ():
                yield ("parameters", position, "invalid"), wrong, "check the number and the group"


def _unused_groups(device: AsciiDevice) -> Iterator[LocatedProblem]:
    protocol = device.ascii
    used = {one.held_in for one in device.parameters} | {STATUS_GROUP, CHECKSUM_GROUP}
    used |= {unit for one in device.parameters if (unit := one.unit_group_in(protocol.groups)) and one.says_unit}
    at = ("ascii", protocol.response_key)
    for group in sorted(protocol.groups - used):
        yield (
            at,
            f"nobody uses the group {group!r}",
            f"add a parameter with symbol or group: {group}, or write (?:…) instead of (?P<{group}>…)",
        )
    if STATUS_GROUP in protocol.groups and device.own_status is None:
        yield at, "has a group status, and nothing says what its codes mean", 'add status: {calibrating: ["…"], …}'
    if CHECKSUM_GROUP in protocol.groups and protocol.checksum is None:
        yield at, "has a group checksum that is never compared", "add checksum: {type: xor}, sum or crc16"


def _codes_elsewhere(device: AsciiDevice, bodies: list[str]) -> Iterator[LocatedProblem]:
    own = device.own_status
    if own is None:
        return
    index = next(index for index, source in enumerate(device.status) if not isinstance(source, Schedule))
    lists: Mapping[str, tuple[str, ...]] = {"calibrating": own.calibrating, "fault": own.fault}
    for key, codes in lists.items():
        for code in codes:
            if bodies and not any(can_hold(body, code) for body in bodies):
                yield (
                    ("status", index, key),
                    f"the group status can never be {code!r}",
                    f"write the code as (?P<status>{bodies[0]}) takes it, or let the group take it",
                )


def _numbers_elsewhere(measured: AsciiMeasured, known: frozenset[str], mark: str) -> Iterator[str]:
    """By the characters that each spelling of a number needs, and the group does not take."""
    for number in measured.invalid:
        digits = set(str(number.normalize().as_tuple().digits)) & set("123456789") or {"0"}
        missing = sorted(digits - known)
        if number < 0 and "-" not in known:
            missing.insert(0, "-")
        if number != number.to_integral_value() and not known & {mark, "e", "E"}:
            missing.append(mark)
        if missing:
            yield f"{number} never stands in the group {measured.held_in}: it takes no {missing[0]!r}"
