"""What no section can know alone: names that stand twice, links that do not exist, periods that do not fit the slot.

Works on the plain values of the document, so that these faults come to light together with all others. A value that is
faulty in itself is passed over here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from gateway.config.builtin_tables.catalogue import canonical
from gateway.config.checks.conflicts import conflicts, folder_use_of
from gateway.config.destinations.destination import OMIT
from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.instruments.instrument import device_model, protocol_sections
from gateway.config.links.link import LINK_MODELS
from gateway.config.parameters.quantity import NO_WEIGHT
from gateway.config.reporting import FIVE_MINUTES
from gateway.config.suggest import did_you_mean
from gateway.config.units import parse_duration, show_duration

_HOUR = timedelta(hours=1)


def cross_check(content: object) -> Iterator[LocatedProblem]:
    """Every fault between sections of the document."""
    yield from _repeated(_texts(content, "instruments", "name"), "name", "give each instrument its own")
    yield from _repeated(_texts(content, "destinations", "name"), "name", "give each destination its own")
    yield from _repeated(
        _lines(content), "symbol", 'a symbol is sent once in a file: keep one, or tell them apart by suffix: "_2"'
    )
    yield from _own_symbols(content)
    yield from _weights(content)
    yield from _unknown_links(content)
    yield from _shared_devices(content)
    yield from _protocols_on_links(content)
    yield from _talkers_on_shared_links(content)
    yield from _periods(content)
    yield from _shared_names(content)
    yield from _sampler(content)


def _repeated(entries: Iterable[tuple[Location, str]], what: str, right: str) -> Iterator[LocatedProblem]:
    seen: set[str] = set()
    for location, text in entries:
        if text in seen:
            yield location, f"the {what} {text!r} stands twice", right
        seen.add(text)


def _unknown_links(content: object) -> Iterator[LocatedProblem]:
    if isinstance(content, dict) and "links" not in content:
        return  # the section's absence is one fault, not one for each instrument
    known = _links(content)
    named = list(_texts(content, "instruments", "link"))
    sampler = content.get("sampler") if isinstance(content, dict) else None
    if isinstance(sampler, dict) and isinstance(sampler.get("link"), str):
        named.append((("sampler", "link"), sampler["link"]))
    for location, link in named:
        if link not in known:
            yield location, f"there is no link {link!r}", did_you_mean(link, known) or _list_of_links(known)


def _list_of_links(known: Iterable[str]) -> str:
    return f"links are: {', '.join(known)}" if known else "add it to the section links"


def _shared_devices(content: object) -> Iterator[LocatedProblem]:
    """By the device that a path leads to: /dev/serial/by-id holds links to /dev/ttyUSB…"""
    seen: dict[Path, str] = {}
    for name, link in _links(content).items():
        device = link.get("device")
        if not isinstance(device, str) or not device.startswith("/") or not device.isprintable():
            continue
        real = Path(device).resolve()
        if real in seen:
            yield (
                ("links", name, "device"),
                f"link {seen[real]} has this device already",
                "put the instruments of one serial line on one link",
            )
        seen.setdefault(real, name)


def _sampler(content: object) -> Iterator[LocatedProblem]:
    sampler = content.get("sampler") if isinstance(content, dict) else None
    name = sampler.get("link") if isinstance(sampler, dict) else None
    kind = _link_type(content, name)
    if kind is not None and not LINK_MODELS[kind].has_registers:
        yield ("sampler", "link"), f"link {name} is {kind}: it has no coil and no register", "name a modbus link"


def _protocols_on_links(content: object) -> Iterator[LocatedProblem]:
    for index, instrument in _sections(content, "instruments"):
        name = instrument.get("link")
        kind, model = _link_type(content, name), device_model(instrument)
        if kind is None:
            continue
        if kind in model.link_types:
            for location, wrong, right in model.misfits(instrument, LINK_MODELS[kind]):
                yield ("instruments", index, *location), wrong, right
        elif model.protocol is None:
            *sections, last = protocol_sections(kind)
            yield (
                ("instruments", index, "link"),
                f"on a {kind} link it must be said what the device speaks",
                f"add a section {', '.join(sections)} or {last}, or use a modbus link",
            )
        else:
            yield (
                ("instruments", index, "link"),
                f"link {name} is {kind}, and the device speaks {model.protocol}",
                f"put it on a {' or '.join(model.link_types)} link",
            )


def _talkers_on_shared_links(content: object) -> Iterator[LocatedProblem]:
    """Who talks unasked talks into everybody else's answers."""
    first: dict[str, int] = {}
    talkers: set[str] = set()
    for index, instrument in _sections(content, "instruments"):
        link = instrument.get("link")
        if not isinstance(link, str):
            continue
        is_talking = device_model(instrument).talks_unasked(instrument)
        if link in first and (is_talking or link in talkers):
            yield (
                ("instruments", index, "link"),
                f"link {link} is shared with a device that talks unasked",
                "give such a device a link of its own",
            )
        first.setdefault(link, index)
        if is_talking:
            talkers.add(link)


def _shared_names(content: object) -> Iterator[LocatedProblem]:
    slot = _slot(content)
    if not slot:
        return
    station = content.get("station") if isinstance(content, dict) else None
    is_special = isinstance(station, dict) and station.get("special_monitoring") is True
    uses = [
        (index, use)
        for index, destination in _sections(content, "destinations")
        if (use := folder_use_of(destination, slot, is_special)) is not None
    ]
    for index, earlier, difference in conflicts(uses):
        yield (
            ("destinations", index, "folder"),
            f"is that of {earlier}, and {difference} bear the same name: each would overwrite the other",
            "give one of them another folder, such as hourly/%Y/%m/%d",
        )


def _slot(content: object) -> timedelta | None:
    reporting = content.get("reporting") if isinstance(content, dict) else None
    return _duration(reporting.get("slot", FIVE_MINUTES)) if isinstance(reporting, dict) else FIVE_MINUTES


def _periods(content: object) -> Iterator[LocatedProblem]:
    slot = _slot(content)
    if not slot or _HOUR % slot:
        return
    for index, instrument in _sections(content, "instruments"):
        poll = _duration(instrument.get("poll"))
        if poll is not None and slot < poll <= _HOUR:
            yield (
                ("instruments", index, "poll"),
                f"{show_duration(poll)} is longer than the slot of {show_duration(slot)}",
                "poll at least once in a slot, or slots stay empty",
            )
    for index, destination in _sections(content, "destinations"):
        interval = _duration(destination.get("interval"))
        if interval and interval <= _HOUR and (interval % slot or _HOUR % interval):
            yield (
                ("destinations", index, "interval"),
                f"{show_duration(interval)} does not fit slots of {show_duration(slot)}",
                "write a multiple of the slot that divides an hour: 5min or 60min",
            )


def _duration(value: object) -> timedelta | None:
    try:
        return parse_duration(value)
    except FormError:
        return None


def _sections(content: object, key: str) -> Iterator[tuple[int, dict[str, object]]]:
    """The list's items that are sections, with their positions."""
    items = content.get(key) if isinstance(content, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield index, item


def _texts(content: object, key: str, field: str) -> Iterator[tuple[Location, str]]:
    for index, item in _sections(content, key):
        text = item.get(field)
        if isinstance(text, str):
            yield (key, index, field), text


def _lines(content: object) -> Iterator[tuple[Location, str]]:
    """The symbol of every line in the file, and where it comes from."""
    for index, instrument in _sections(content, "instruments"):
        for position, measured in _sections(instrument, "parameters"):
            line = _line(measured)
            if line is not None:
                yield ("instruments", index, "parameters", position, "symbol"), line
    for index, computed in _sections(content, "computed"):
        line = _line(computed)
        if line is not None:
            yield ("computed", index, "symbol"), line


def _line(measured: dict[str, object]) -> str | None:
    """As `Sent.line` has it; `None` where what it is made of is faulty in itself."""
    name, symbol, suffix = measured.get("name"), measured.get("symbol"), measured.get("suffix", "")
    if isinstance(name, str):
        return name
    if not isinstance(symbol, str) or not isinstance(suffix, str):
        return None
    return (symbol if measured.get("custom") is True else canonical(symbol)) + suffix


def _weights(content: object) -> Iterator[LocatedProblem]:
    """A direction is weighed by what an instrument measures, not by what is computed of the slot's averages."""
    measured = [
        (("instruments", index, "parameters", position, "weight"), one)
        for index, instrument in _sections(content, "instruments")
        for position, one in _sections(instrument, "parameters")
    ]
    lines = [line for _, one in measured if (line := _line(one)) is not None]
    for at, one in measured:
        weight = one.get("weight")
        if isinstance(weight, str) and weight != NO_WEIGHT and weight not in lines:
            hint = did_you_mean(weight, lines) or f"use {', '.join(lines)} or {NO_WEIGHT}"
            yield at, f"no instrument measures {weight!r}", hint


def _own_symbols(content: object) -> Iterator[LocatedProblem]:
    """What an authority calls the lines: of lines that there are, and no two alike."""
    lines = [line for _, line in _lines(content)]
    for index, destination in _sections(content, "destinations"):
        symbols = destination.get("symbols")
        if not isinstance(symbols, dict):
            continue
        shown = Counter(str(symbols.get(line, line)) for line in lines)
        for line, own in symbols.items():
            at = ("destinations", index, "symbols", str(line))
            if line not in lines:
                yield (
                    at,
                    f"there is no parameter {line!r}",
                    did_you_mean(str(line), lines) or f"there are {', '.join(lines)}",
                )
            elif own != OMIT and shown[str(own)] > 1:
                yield at, f"two lines would bear the symbol {own!r}", "give each line its own"


def _links(content: object) -> dict[str, dict[str, object]]:
    """Every link that has a name; one that is faulty in itself is still there, so instruments on it are not blamed."""
    links = content.get("links") if isinstance(content, dict) else None
    if not isinstance(links, dict):
        return {}
    return {str(name): link if isinstance(link, dict) else {} for name, link in links.items()}


def _link_type(content: object, name: object) -> str | None:
    """The type of this link; `None` where there is no such link, or no such type."""
    kind = _links(content).get(name, {}).get("type") if isinstance(name, str) else None
    return kind if isinstance(kind, str) and kind in LINK_MODELS else None
