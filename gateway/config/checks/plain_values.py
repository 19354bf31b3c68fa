"""The document's plain values, found without the models: what is faulty in itself is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gateway.config.builtin_tables.catalogue import canonical
from gateway.config.file.form_error import FormError
from gateway.config.file.location import Location
from gateway.config.links.link import LINK_MODELS
from gateway.config.reporting import FIVE_MINUTES
from gateway.config.units import parse_duration


def sections(content: object, key: str) -> Iterator[tuple[int, dict[str, object]]]:
    """The list's items that are sections, with their positions."""
    items = content.get(key) if isinstance(content, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield index, item


def texts(content: object, key: str, field: str) -> Iterator[tuple[Location, str]]:
    for index, item in sections(content, key):
        text = item.get(field)
        if isinstance(text, str):
            yield (key, index, field), text


def links(content: object) -> dict[str, dict[str, object]]:
    """Every link that has a name; one that is faulty in itself is still there, so instruments on it are not blamed."""
    links = content.get("links") if isinstance(content, dict) else None
    if not isinstance(links, dict):
        return {}
    return {str(name): link if isinstance(link, dict) else {} for name, link in links.items()}


def link_type(content: object, name: object) -> str | None:
    """The type of this link; `None` where there is no such link, or no such type."""
    kind = links(content).get(name, {}).get("type") if isinstance(name, str) else None
    return kind if isinstance(kind, str) and kind in LINK_MODELS else None


def lines(content: object) -> Iterator[tuple[Location, str]]:
    """The symbol of every line in the file, and where it comes from."""
    for index, instrument in sections(content, "instruments"):
        for position, measured in sections(instrument, "parameters"):
            line = line_of(measured)
            if line is not None:
                yield ("instruments", index, "parameters", position, "symbol"), line
    for index, computed in sections(content, "computed"):
        line = line_of(computed)
        if line is not None:
            yield ("computed", index, "symbol"), line


def line_of(measured: dict[str, object]) -> str | None:
    """As `Sent.line` has it; `None` where what it is made of is faulty in itself."""
    name, symbol, suffix = measured.get("name"), measured.get("symbol"), measured.get("suffix", "")
    if isinstance(name, str):
        return name
    if not isinstance(symbol, str) or not isinstance(suffix, str):
        return None
    return (symbol if measured.get("custom") is True else canonical(symbol)) + suffix


def slot_of(content: object) -> timedelta | None:
    reporting = content.get("reporting") if isinstance(content, dict) else None
    return duration_of(reporting.get("slot", FIVE_MINUTES)) if isinstance(reporting, dict) else FIVE_MINUTES


def duration_of(value: object) -> timedelta | None:
    try:
        return parse_duration(value)
    except FormError:
        return None
