"""A station measures, or signs transport orders, or both: what each needs, and what means nothing to it.

A coach station's file has nothing of the environment, an environmental station's nothing of orders unless it says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.checks.plain_values import sections
from gateway.config.configuration import Sections
from gateway.config.destinations.destination import Authority
from gateway.config.destinations.scheme import Scheme
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.orders.orders import order_secrets
from gateway.config.secrets import Secret
from gateway.config.station import StationKind
from gateway.core.phrase import Phrase

_MEASURING = {
    "links": Phrase("the section with the connections to the instruments"),
    "instruments": Phrase("the list of what is polled"),
}
_OF_MEASURING = (*_MEASURING, "computed", "reporting", "sampler")
_OF_FILES = (
    "only_if_special",
    "folder",
    "format",
    "template",
    "symbols",
    "interval",
    "since",
    "backlog",
    "publish",
    "proof",
)
"""Keys of a destination that are about files. What else means nothing there is said where it stands."""
_SHORT_S = 30


def order_faults(content: object) -> Iterator[LocatedProblem]:
    """Faults, of the plain values."""
    if not isinstance(content, dict):
        return
    station = content.get("station")
    kind = station.get("kind") if isinstance(station, dict) else None
    signs = content.get("orders") is not None
    if kind == StationKind.COACH_STATION:
        yield from _nothing_is_measured(content)
        if "orders" not in content:
            yield ("orders",), Phrase("is missing"), Phrase("add orders: a coach station has nothing else to send")
    else:
        for key, description in _MEASURING.items():
            if key not in content:
                yield (
                    (key,),
                    Phrase("is missing"),
                    Phrase("add {key}: {description}", key=key, description=description),
                )
    yield from _destinations(content, measures=kind != StationKind.COACH_STATION, signs=signs)


def _nothing_is_measured(content: dict[str, object]) -> Iterator[LocatedProblem]:
    for key in _OF_MEASURING:
        if key in content:
            yield (
                (key,),
                Phrase("means nothing to a coach station, which measures nothing"),
                Phrase("remove it; a station that measures and signs orders, too, has the kind of what it measures"),
            )


def _destinations(content: object, *, measures: bool, signs: bool) -> Iterator[LocatedProblem]:
    first: str | None = None
    for index, one in sections(content, "destinations"):
        at: Location = ("destinations", index)
        if one.get("authority") != Authority.ROAD:
            if not measures:
                yield (
                    (*at, "authority"),
                    Phrase("is one that gets files, and a coach station has none"),
                    Phrase("write road, or remove the destination"),
                )
            continue
        if not signs:
            yield (
                (*at, "authority"),
                Phrase("is road, and there are no transport orders to send"),
                Phrase("add the section orders, or remove the destination"),
            )
        if first is not None:
            yield (
                (*at, "authority"),
                Phrase("is road, as that of {first}: an order goes to one authority", first=first),
                Phrase("keep one"),
            )
        first = first or str(one.get("name"))
        for key in _OF_FILES:
            if key in one:
                yield (
                    (*at, key),
                    Phrase("means nothing to {scheme}", scheme=Scheme.HTTPS),
                    Phrase("remove it: orders are no files, see orders: {submit: …}"),
                )


def order_warnings(sections: Sections) -> Iterator[LocatedProblem]:
    """What is allowed and odd."""
    if sections.orders is None:
        return
    if sections.order_destination is None:
        yield (
            ("orders",),
            Phrase("are signed and kept, and nobody gets them: there is no destination of the road administration"),
            Phrase("add one with authority: road"),
        )
    for index, one in enumerate(sections.destinations):
        if one.takes_orders and one.order_profile.timeout.total_seconds() < _SHORT_S:
            yield (
                ("destinations", index, "orders", "timeout"),
                Phrase("is shorter than the authority's guide says"),
                Phrase("write 30s to 60s"),
            )


def secrets_of_orders(sections: Sections) -> Iterator[tuple[Location, Secret]]:
    """Each secret of the section, with its place."""
    if sections.orders is not None:
        for at, secret in order_secrets(sections.orders).items():
            yield ("orders", *at), secret
