"""The connections to the instruments."""

from __future__ import annotations

from typing import Any

from gateway.config.file.location import Location
from gateway.config.interview.content import names_in
from gateway.config.interview.question import AnswerForm, Asking, Find, InitQuestion, Placed, Put, yes_or_no
from gateway.config.links.ends import Parity, SerialEnd
from gateway.config.links.link import LINK_MODELS

_SOUND = {"type": "modbus-tcp", "host": "127.0.0.1"}
"""Of a link whose name alone is looked at."""


def ask_links(given: object) -> Asking[dict[str, str]]:
    """Returns the type of each link by its name."""
    links: dict[str, str] = {}
    names = names_in(given, "links")
    while True:
        name = names[len(links)] if len(links) < len(names) else None
        link = yield from _ask_link(name, links)
        if link is None:
            return links
        links[link[0]] = link[1]
        if len(links) < len(names):
            continue
        more = yield yes_or_no("another_link", ("links", "another", len(links)), count=len(links))
        if more is not True:
            return links


def _ask_link(given: str | None, before: dict[str, str]) -> Asking[tuple[str, str] | None]:
    at: Location = ("links", "NAME", "type") if given is None else ("links", given, "type")
    kind = yield InitQuestion("link_type", at, AnswerForm.CHOICE, choices=tuple(LINK_MODELS), is_kept=False)
    if not isinstance(kind, str) or kind not in LINK_MODELS:
        return None if given is None else (given, str(kind))  # told by the checks
    name: object = given
    if name is None:
        usual = "bus" if issubclass(LINK_MODELS[kind], SerialEnd) else "plc"
        proposed = usual if usual not in before else f"{usual}{len(before) + 1}"
        name = yield InitQuestion(
            "link_name",
            ("links", "NAME"),
            default=proposed,
            is_kept=False,
            checked_as=_as_name,
            taken=tuple(before),
        )
    yield Put(("links", str(name), "type"), kind)
    yield from _ask_end(("links", str(name)), kind)
    return str(name), kind


def _ask_end(at: Location, kind: str) -> Asking[None]:
    model = LINK_MODELS[kind]
    if not issubclass(model, SerialEnd):
        yield InitQuestion("link_host", (*at, "host"))
        port: Any = model.model_fields["port"].default
        usual = port if isinstance(port, int) else None
        yield InitQuestion("link_port", (*at, "port"), AnswerForm.WHOLE, usual)
        return
    fields = model.model_fields
    yield InitQuestion("serial_device", (*at, "device"), find=Find.SERIAL_PORTS)
    yield InitQuestion("baudrate", (*at, "baudrate"), AnswerForm.WHOLE, fields["baudrate"].default)
    parities = tuple(one.value for one in Parity)
    yield InitQuestion("parity", (*at, "parity"), AnswerForm.CHOICE, fields["parity"].default.value, parities)
    yield InitQuestion("stopbits", (*at, "stopbits"), AnswerForm.WHOLE, fields["stopbits"].default)


def _as_name(answer: object) -> Placed:
    return ("links", str(answer)), dict(_SOUND), ("links", str(answer))
