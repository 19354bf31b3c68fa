"""What of a text instrument can never be: groups that nobody uses, codes that no line brings. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.config.file.location import LocatedProblem, Location
from gateway.config.instruments.ascii_protocol import CHECKSUM_GROUP, STATUS_GROUP, AsciiProtocol
from gateway.config.instruments.group_text import can_hold, characters, group_bodies
from gateway.config.instruments.pattern_states import PatternStates, TooLargeError, have_common_text
from gateway.core.phrase import Phrase


@dataclass(frozen=True, slots=True)
class TextGroup:
    """The group of a parameter, that of its unit if one is compared, what stands behind the number in its own group,
    and its numbers for "no value"."""

    name: str
    unit: str | None
    behind: str
    invalid: tuple[Decimal, ...]


def text_contradictions(
    protocol: AsciiProtocol, groups: Sequence[TextGroup], at_status: Location, states: Mapping[str, tuple[str, ...]]
) -> Iterator[LocatedProblem]:
    """Faults, from the instrument down. `groups` are those of its parameters, in their order; `states` its lists of
    codes, empty where nothing is said of its state."""
    used = {one.name for one in groups} | {one.unit for one in groups}
    yield from _unused_groups(protocol, used, bool(states))
    yield from _lines_elsewhere(protocol)
    bodies = [group_bodies(kind) for kind in protocol.kinds]
    yield from _codes_elsewhere(at_status, states, [one[STATUS_GROUP] for one in bodies if STATUS_GROUP in one])
    for position, group in enumerate(groups):
        held = [one[group.name] for one in bodies if group.name in one]
        if held and not any(_may_hold_number(body, group.behind, protocol) for body in held):
            yield (
                ("parameters", position),
                Phrase("the group {name} never holds a number: it takes {bodies}", name=group.name, bodies=held[0]),
                Phrase(
                    'let it take what the device writes, as [-+0-9.]+; a number as 12,5 is decimal: ",", one as '
                    '1.234,5 has thousands: "." besides'
                ),
            )
        for body in (one[group.name] for one in bodies if group.name in one):
            known = characters(body)
            for wrong in _numbers_elsewhere(group, known, protocol.decimal) if known is not None else ():
                yield ("parameters", position, "invalid"), wrong, Phrase("check the number and the group")


def _unused_groups(protocol: AsciiProtocol, used: set[str | None], has_status: bool) -> Iterator[LocatedProblem]:
    at = ("ascii", protocol.response_key)
    for group in sorted(protocol.groups - used - {STATUS_GROUP, CHECKSUM_GROUP}):
        yield (
            at,
            Phrase("nobody uses the group {group!r}", group=group),
            Phrase(
                "add a parameter with symbol or group: {group}, or write (?:…) instead of (?P<{group}>…)", group=group
            ),
        )
    if STATUS_GROUP in protocol.groups and not has_status:
        yield (
            at,
            Phrase("has a group status, and nothing says what its codes mean"),
            Phrase('add status: {calibrating: ["…"], …}'),
        )
    if CHECKSUM_GROUP in protocol.groups and protocol.checksum is None:
        yield (
            at,
            Phrase("has a group checksum that is never compared"),
            Phrase("add checksum: {type: xor}, sum or crc16"),
        )


def _lines_elsewhere(protocol: AsciiProtocol) -> Iterator[LocatedProblem]:
    """What is held against the expression has no terminator but between its lines."""
    if protocol.end is None:
        return
    at = ("ascii", protocol.response_key)
    for kind in protocol.kinds:
        if not _may_be_lines(kind, protocol.end, protocol.lines):
            shown = protocol.end.encode("unicode_escape").decode("ascii")
            if protocol.lines == 1:
                yield (
                    at,
                    Phrase("never matches: a line has no {terminator} in it, which is where it ends", terminator=shown),
                    Phrase(
                        "leave it out of the expression; if the device writes it within a line, name what ends the "
                        "line as terminator"
                    ),
                )
            else:
                yield (
                    at,
                    Phrase(
                        "never matches {lines} lines with {terminator} between them",
                        lines=protocol.lines,
                        terminator=shown,
                    ),
                    Phrase("write {terminator} between the lines and not behind the last one", terminator=shown),
                )


def _may_be_lines(kind: str, terminator: str, count: int) -> bool:
    try:
        return have_common_text(PatternStates.of(kind), PatternStates.of_lines(terminator, count))
    except TooLargeError:
        return True


def _may_hold_number(body: str, behind: str, protocol: AsciiProtocol) -> bool:
    """By less than a number has to keep to, but with its marks and no others."""
    marks = re.escape(protocol.decimal + (protocol.thousands or ""))
    number = rf"[ \t\r\n]*[-+]?[ \t]*[0-9{marks}]*[0-9][0-9{marks}]*(?:[eE][-+]?[0-9]+)?[ \t\r\n]*"
    try:
        return have_common_text(PatternStates.of(body), PatternStates.of(rf"{number}{re.escape(behind)}[ \t]*"))
    except TooLargeError:
        return True


def _codes_elsewhere(
    at: Location, states: Mapping[str, tuple[str, ...]], bodies: Sequence[str]
) -> Iterator[LocatedProblem]:
    for key, codes in states.items():
        for code in codes:
            if bodies and not any(can_hold(body, code) for body in bodies):
                yield (
                    (*at, key),
                    Phrase("the group status can never be {code!r}", code=code),
                    Phrase(
                        "write the code as (?P<status>{bodies}) takes it, or let the group take it", bodies=bodies[0]
                    ),
                )


def _numbers_elsewhere(group: TextGroup, known: frozenset[str], mark: str) -> Iterator[Phrase]:
    """By the characters that each spelling of a number needs, and the group does not take."""
    for number in group.invalid:
        digits = set(str(number.normalize().as_tuple().digits)) & set("123456789") or {"0"}
        missing = sorted(digits - known)
        if number < 0 and "-" not in known:
            missing.insert(0, "-")
        if number != number.to_integral_value() and not known & {mark, "e", "E"}:
            missing.append(mark)
        if missing:
            yield Phrase(
                "{number} never stands in the group {name}: it takes no {missing!r}",
                number=number,
                name=group.name,
                missing=missing[0],
            )
