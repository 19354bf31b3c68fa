"""Who stands on which link: links that there are, of a type that suits, and not two things that disturb one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from gateway.config.checks.plain_values import link_type, links, sections, texts
from gateway.config.file.location import LocatedProblem
from gateway.config.instruments.instrument import device_model, protocol_sections
from gateway.config.links.link import LINK_MODELS
from gateway.config.suggest import did_you_mean, listed
from gateway.core.phrase import Phrase


def unknown_links(content: object) -> Iterator[LocatedProblem]:
    """Instruments, and a sampler, on links that nobody has written down."""
    if isinstance(content, dict) and "links" not in content:
        return  # the section's absence is one fault, not one for each instrument
    known = links(content)
    named = list(texts(content, "instruments", "link"))
    sampler = content.get("sampler") if isinstance(content, dict) else None
    if isinstance(sampler, dict) and isinstance(sampler.get("link"), str):
        named.append((("sampler", "link"), sampler["link"]))
    for location, link in named:
        if link not in known:
            yield (
                location,
                Phrase("there is no link {link!r}", link=link),
                did_you_mean(link, known) or _list_of_links(known),
            )


def shared_devices(content: object) -> Iterator[LocatedProblem]:
    """By the device that a path leads to: /dev/serial/by-id holds links to /dev/ttyUSB…"""
    seen: dict[Path, str] = {}
    for name, link in links(content).items():
        device = link.get("device")
        if not isinstance(device, str) or not device.startswith("/") or not device.isprintable():
            continue
        real = Path(device).resolve()
        if real in seen:
            yield (
                ("links", name, "device"),
                Phrase("link {seen} has this device already", seen=seen[real]),
                Phrase("put the instruments of one serial line on one link"),
            )
        seen.setdefault(real, name)


def sampler_without_registers(content: object) -> Iterator[LocatedProblem]:
    """A sampler is told by a coil or a register."""
    sampler = content.get("sampler") if isinstance(content, dict) else None
    name = sampler.get("link") if isinstance(sampler, dict) else None
    kind = link_type(content, name)
    if kind is not None and not LINK_MODELS[kind].has_registers:
        yield (
            ("sampler", "link"),
            Phrase("link {name} is {kind}: it has no coil and no register", name=name, kind=kind),
            Phrase("name a modbus link"),
        )
    elif kind is not None and isinstance(sampler, dict):
        for location, wrong, right in device_model(sampler).misfits(sampler, LINK_MODELS[kind]):
            yield ("sampler", *location), wrong, right


def misplaced_protocols(content: object) -> Iterator[LocatedProblem]:
    """Instruments on links of a type over which they are not spoken to, or not as they are configured."""
    for index, instrument in sections(content, "instruments"):
        name = instrument.get("link")
        kind, model = link_type(content, name), device_model(instrument)
        if kind is None:
            continue
        if kind in model.link_types:
            for location, wrong, right in model.misfits(instrument, LINK_MODELS[kind]):
                yield ("instruments", index, *location), wrong, right
        elif model.protocol is None:
            yield (
                ("instruments", index, "link"),
                Phrase("on a {kind} link it must be said what the device speaks", kind=kind),
                Phrase("add a section {kind}, or use a modbus link", kind=listed(protocol_sections(kind), "or")),
            )
        else:
            yield (
                ("instruments", index, "link"),
                Phrase(
                    "link {name} is {kind}, and the device speaks {protocol}",
                    name=name,
                    kind=kind,
                    protocol=model.protocol,
                ),
                Phrase("put it on a {link_types} link", link_types=listed(model.link_types, "or")),
            )


def disturbed_links(content: object) -> Iterator[LocatedProblem]:
    """Who talks unasked talks into everybody else's answers."""
    first: dict[str, int] = {}
    talkers: set[str] = set()
    for index, instrument in sections(content, "instruments"):
        link = instrument.get("link")
        if not isinstance(link, str):
            continue
        is_talking = device_model(instrument).talks_unasked(instrument)
        if link in first and (is_talking or link in talkers):
            yield (
                ("instruments", index, "link"),
                Phrase("link {link} is shared with a device that talks unasked", link=link),
                Phrase("give such a device a link of its own"),
            )
        first.setdefault(link, index)
        if is_talking:
            talkers.add(link)


def _list_of_links(known: Iterable[str]) -> Phrase:
    return Phrase("links are: {known}", known=", ".join(known)) if known else Phrase("add it to the section links")
