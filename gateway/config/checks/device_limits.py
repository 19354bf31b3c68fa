"""`device:` where it can have no effect, or would leave a value that can never be read."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.checks.plain_values import link_type, links, sections
from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.instruments.registers import RegisterType, parse_register
from gateway.config.links.link import LINK_MODELS
from gateway.core.phrase import Phrase


def misplaced_limits(content: object) -> Iterator[LocatedProblem]:
    """Every key of a `device:` that means nothing there, and lengths that are too short for a value."""
    for name, link in links(content).items():
        said = _device(link)
        yield from _without_numbers(("links", name, "device"), said, link_type(content, name))
        if "write" in said and not _is_written(content, name):
            yield ("links", name, "device", "write"), *_NEVER_WRITTEN
    for index, instrument in sections(content, "instruments"):
        said, kind = _device(instrument), link_type(content, instrument.get("link"))
        yield from _without_numbers(("instruments", index, "device"), said, kind)
        if "write" in said and not ("calibration" in instrument or _is_sampler(content, instrument)):
            yield ("instruments", index, "device", "write"), *_NEVER_WRITTEN
        if kind is not None:
            yield from _too_short(content, index, instrument)


_NEVER_WRITTEN = (
    Phrase("nothing is ever written there"),
    Phrase("remove it: it is for the device that a sampler or a valve hangs on"),
)


def _device(section: dict[str, object]) -> dict[str, object]:
    said = section.get("device")
    return said if isinstance(said, dict) else {}


def _without_numbers(at: Location, said: dict[str, object], kind: str | None) -> Iterator[LocatedProblem]:
    if "transaction_id" in said and kind is not None and not LINK_MODELS[kind].has_numbers:
        yield (
            (*at, "transaction_id"),
            Phrase("questions bear no number on a {kind} link", kind=kind),
            Phrase("remove it"),
        )


def _is_written(content: object, link: str) -> bool:
    sampler = content.get("sampler") if isinstance(content, dict) else None
    return (isinstance(sampler, dict) and sampler.get("link") == link) or any(
        "calibration" in instrument
        for _, instrument in sections(content, "instruments")
        if instrument.get("link") == link
    )


def _is_sampler(content: object, instrument: dict[str, object]) -> bool:
    sampler = content.get("sampler") if isinstance(content, dict) else None
    return isinstance(sampler, dict) and (sampler.get("link"), sampler.get("unit", 1)) == (
        instrument.get("link"),
        instrument.get("unit", 1),
    )


def _too_short(content: object, index: int, instrument: dict[str, object]) -> Iterator[LocatedProblem]:
    """A value is never read in two pieces, for its words must be of one instant."""
    name = str(instrument.get("link"))
    own = _device(instrument).get("max_registers")
    at: Location = ("instruments", index, "device", "max_registers")
    if own is None:
        own, at = _device(links(content).get(name, {})).get("max_registers"), ("links", name, "device", "max_registers")
    if type(own) is not int or own < 1:
        return
    for location, said in _reads(index, instrument):
        width = _width(said)
        if width > own:
            shown = ".".join(str(part) for part in location)
            yield (
                at,
                Phrase(
                    "{own} is less than {shown} takes: {width} registers at once", own=own, shown=shown, width=width
                ),
                Phrase("write {width} or more", width=width),
            )
            return


def _reads(index: int, instrument: dict[str, object]) -> Iterator[tuple[Location, dict[str, object]]]:
    name = str(instrument.get("name", index))
    for key in ("status", "identity"):
        for one in _listed(instrument.get(key)):
            yield (name, key), one
    for _, measured in sections(instrument, "parameters"):
        yield (name, str(measured.get("symbol"))), measured
        parts = measured.get("registers")
        for part in parts.values() if isinstance(parts, dict) else ():
            if isinstance(part, dict):
                yield (name, str(measured.get("symbol"))), part


def _listed(value: object) -> list[dict[str, object]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _width(said: dict[str, object]) -> int:
    parts = said.get("registers")
    if isinstance(parts, dict):  # of calculate: from the first to the last
        ends = [(_address(one), _width(one)) for one in _listed(list(parts.values()))]
        known = [(first, width) for first, width in ends if first is not None]
        return max((first + width for first, width in known), default=1) - min((one for one, _ in known), default=0)
    length = said.get("length")
    try:
        return RegisterType(str(said.get("type"))).registers if type(length) is not int else -(-length // 2)
    except ValueError:
        return 1


def _address(said: dict[str, object]) -> int | None:
    try:
        return parse_register(said.get("register")).address
    except FormError:
        return None
