"""Declarations of ports that contradict each other, or what else the configuration says of the same place.

The faults work on the plain values of the document, as all cross-checks do.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import PurePosixPath

from gateway.config.cameras.camera_url import parse_camera_url
from gateway.config.cameras.relay import RelaySettings
from gateway.config.checks.plain_values import links, sections
from gateway.config.configuration import Sections
from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.links.ends import SerialEnd
from gateway.config.links.link import LINK_MODELS
from gateway.config.listen import parse_listen
from gateway.config.metrics import MetricsSettings
from gateway.config.ports.port_name import parse_port_id
from gateway.config.section import Section
from gateway.config.web import WebSettings
from gateway.core.phrase import Phrase
from gateway.core.port_rules import is_by_unit
from gateway.core.ports import SEEN_FROM_OUTSIDE, PortId, PortKind, PortState

_CLOSED = (PortState.LOCKED.value, PortState.UNUSED.value)
_OF_A_NEIGHBOUR = (*SEEN_FROM_OUTSIDE, PortKind.PANEL)
_RECOGNISED = (
    PortKind.USB,
    PortKind.LISTEN,
    PortKind.BLOCK,
    PortKind.DISPLAY,
    PortKind.KEYBOARD,
    PortKind.SNMP,
)
"""What is there can be told apart from others of its kind."""
_WITHOUT_PORTS = {"root"}
"""The box itself is looked at there, too, and what is drafted."""
_NO_HOLE = (PortKind.LISTEN, PortKind.DOOR)
"""Nothing that a seal could be put on."""


def port_faults(content: object) -> Iterator[LocatedProblem]:
    """Every fault of one declaration against another, and of what it cannot say."""
    declared = list(_declared(content))
    yield from _twice(declared)
    for at, port, section in declared:
        yield from _contradictions(at, port, section)
    yield from _used_by_us(content, {port: section.get("state") for _, port, section in declared}, declared)
    policy = content.get("ports_policy") if isinstance(content, dict) and "ports" not in content else None
    if policy and not (isinstance(policy, dict) and policy.keys() <= _WITHOUT_PORTS):
        yield (
            ("ports_policy",),
            Phrase("is never used: no port is declared"),
            Phrase("add the section ports, or remove this one"),
        )


def _declared(content: object) -> Iterator[tuple[Location, PortId, dict[str, object]]]:
    for index, section in sections(content, "ports"):
        try:
            yield ("ports", index), _in_one_spelling(parse_port_id(section.get("id"))), section
        except FormError:
            continue


def _in_one_spelling(port: PortId) -> PortId:
    """A host may be written in capitals, and an IPv6 address in many ways."""
    if port.kind not in SEEN_FROM_OUTSIDE:
        return port
    host, _, number = port.place.rpartition(":")
    return PortId(port.kind, f"{_host(host)}:{number}")


def _host(text: str) -> str:
    bare = text.strip("[]")
    try:
        return str(ip_address(bare))
    except ValueError:
        return bare.casefold().rstrip(".")


def _twice(declared: list[tuple[Location, PortId, dict[str, object]]]) -> Iterator[LocatedProblem]:
    ports: set[PortId] = set()
    seals: dict[str, PortId] = {}
    for at, port, section in declared:
        if port in ports:
            yield (*at, "id"), Phrase("the port {port} stands twice", port=port), Phrase("keep one of the two")
        ports.add(port)
        seal = section.get("seal")
        if isinstance(seal, str):
            first = seals.setdefault(seal, port)
            if first != port:
                yield (
                    (*at, "seal"),
                    Phrase("the seal {seal} is that of {first}", seal=seal, first=first),
                    Phrase("each seal has a number of its own"),
                )


def _contradictions(at: Location, port: PortId, section: dict[str, object]) -> Iterator[LocatedProblem]:
    is_closed = section.get("state") in _CLOSED
    if section.get("from") and port.kind is not PortKind.LISTEN:
        yield (*at, "from"), Phrase("says who may connect to a listener, and this is none"), Phrase("remove it")
    elif section.get("from") and is_closed:
        yield (
            (*at, "from"),
            Phrase("is never used: nobody may connect to what is {section}", section=section["state"]),
            Phrase("remove one of the two"),
        )
    if section.get("match") is not None and is_closed:
        yield (
            (*at, "match"),
            Phrase("is never used: nothing may be at what is {section}", section=section["state"]),
            Phrase("remove one of the two"),
        )
    elif section.get("match") is not None and port.kind not in _RECOGNISED:
        yield (
            (*at, "match"),
            Phrase("nobody can tell what is at a port of the kind {kind}", kind=port.kind),
            Phrase("remove it"),
        )
    if section.get("of") is not None and port.kind not in _OF_A_NEIGHBOUR:
        yield (*at, "of"), Phrase("a port of the kind {kind} is the box's own", kind=port.kind), Phrase("remove it")


def _used_by_us(
    content: object, states: dict[PortId, object], declared: list[tuple[Location, PortId, dict[str, object]]]
) -> Iterator[LocatedProblem]:
    """What the gateway itself needs, and is declared to be closed."""
    at_of = {port: at for at, port, _ in declared}
    for port, who in _needed(content):
        if states.get(port) in _CLOSED:
            yield (
                (*at_of[port], "state"),
                Phrase("is {states}, and {who} needs it", states=states[port], who=who),
                Phrase("write state: used, or remove {who}", who=who),
            )


def _needed(content: object) -> Iterator[tuple[PortId, str]]:
    for name, link in links(content).items():
        device, host, number = link.get("device"), link.get("host"), link.get("port", _usual_number(link))
        if isinstance(device, str):
            yield PortId(PortKind.SERIAL, PurePosixPath(device).name), Phrase("link {name}", name=name)
        if isinstance(host, str) and isinstance(number, int):
            yield PortId(PortKind.DOOR, f"{_host(host)}:{number}"), Phrase("link {name}", name=name)
    cameras = content.get("cameras") if isinstance(content, dict) else None
    for _, camera in sections(cameras, "list"):
        try:
            url = parse_camera_url(camera.get("url"))
        except FormError:
            continue
        yield (
            PortId(PortKind.DOOR, f"{_host(url.host)}:{url.port}"),
            Phrase("camera {camera}", camera=camera.get("name")),
        )
    relay = cameras.get("relay") if isinstance(cameras, dict) else None
    yield from _listener(relay, RelaySettings, Phrase("the cameras' relay"))
    yield from _listener(content.get("web") if isinstance(content, dict) else None, WebSettings, Phrase("the page"))
    yield from _listener(content.get("metrics") if isinstance(content, dict) else None, MetricsSettings, "metrics")


def _listener(section: object, model: type[Section], what: str) -> Iterator[tuple[PortId, str]]:
    """The port on which a process of ours listens."""
    if not isinstance(section, dict):
        return
    try:
        listen = parse_listen(section.get("listen", str(model.model_fields["listen"].default)))
    except FormError:
        return
    yield PortId(PortKind.LISTEN, f"tcp:{listen.port}"), what


def _usual_number(link: dict[str, object]) -> object:
    model = LINK_MODELS.get(str(link.get("type")))
    field = None if model is None else model.model_fields.get("port")
    return None if field is None else field.default


def port_warnings(sections: Sections) -> Iterator[LocatedProblem]:
    """What is allowed and odd."""
    if sections.ports is None:
        return
    declared = {one.id for one in sections.ports}
    if not declared:
        yield (
            ("ports",),
            Phrase("declares no port: whatever is found counts as undeclared"),
            Phrase("gateway ports draft writes it"),
        )
    for index, one in enumerate(sections.ports):
        if one.seal is not None and one.id.kind in _NO_HOLE:
            yield (
                ("ports", index, "seal"),
                Phrase("there is nothing to put a seal on"),
                Phrase("seal the port of the cable"),
            )
        if one.id.kind is PortKind.LISTEN and one.match is not None and not is_by_unit(one.match):
            what = Phrase("names no unit, and only root is told which program listens")
            yield (
                ("ports", index, "match"),
                what,
                Phrase("write the unit, such as ssh.service, as gateway ports list shows it"),
            )
    relay = sections.cameras.relay if sections.cameras else None
    if relay is not None and not relay.listen.is_local:
        port = PortId(PortKind.LISTEN, f"tcp:{relay.listen.port}")
        if port not in declared:
            yield (
                ("ports",),
                Phrase("does not declare {port}, at which the cameras' relay listens", port=port),
                Phrase("add it, state: used"),
            )
    for name, link in sections.links.items():
        if isinstance(link, SerialEnd):
            port = PortId(PortKind.SERIAL, PurePosixPath(link.device).name)
            if port.place.startswith(("ttyS", "ttyAMA")) and port not in declared:
                yield (
                    ("ports",),
                    Phrase("does not declare {port}, which link {name} uses", port=port, name=name),
                    Phrase("add it, state: used"),
                )
