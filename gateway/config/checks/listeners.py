"""Addresses at which processes of ours listen: no two at one port, and a process for each."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.cameras.relay import RelaySettings
from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.listen import ListenAddress, meet, parse_listen
from gateway.config.metrics import MetricsSettings
from gateway.config.orders.orders import OrdersSettings
from gateway.config.section import Section
from gateway.config.web import WebSettings
from gateway.core.phrase import Phrase

_OURS: tuple[tuple[str, Location, type[Section]], ...] = (
    (Phrase("the cameras' relay"), ("cameras", "relay"), RelaySettings),
    (Phrase("the page"), ("web",), WebSettings),
    ("metrics", ("metrics",), MetricsSettings),
    (Phrase("the door for transport orders"), ("orders",), OrdersSettings),
)


def listener_conflicts(content: object) -> Iterator[LocatedProblem]:
    """Of the plain values: one that is faulty in itself is passed over. And metrics that nobody would serve."""
    if isinstance(content, dict) and content.get("metrics") is not None and content.get("web") is None:
        yield ("metrics",), Phrase("is served by the page's process, and there is no page"), Phrase("add web: {}")
    seen: list[tuple[str, ListenAddress]] = []
    for what, at, model in _OURS:
        listen = _listen(content, at, model)
        if listen is None:
            continue
        for other, there in seen:
            if meet(listen, there):
                yield (
                    (*at, "listen"),
                    Phrase("{listen} is where {other} listens, at {there}", listen=listen, other=other, there=there),
                    Phrase("write another port"),
                )
        seen.append((what, listen))


def _listen(content: object, at: Location, model: type[Section]) -> ListenAddress | None:
    for part in at:
        content = content.get(part) if isinstance(content, dict) else None
    if not isinstance(content, dict):
        return None
    try:
        return parse_listen(content.get("listen", model.model_fields["listen"].default))
    except FormError:
        return None
