"""A destination: how it fares, and what is known of its server."""

from __future__ import annotations

from typing import TypedDict

from gateway.web.api.shapes.common import DigestsShape, OutageShape
from gateway.web.api.shapes.components import NamedComponentShape


class LongOutageShape(TypedDict):
    since: str
    cause: str | None


class ShownDestinationShape(NamedComponentShape):
    official_name: str | None
    configured: bool
    in_use: bool
    pending: int
    refused: int
    held: int
    oldest_pending: str | None
    last_delivered: str | None
    ratio_today: float | None
    ratio_month: float | None
    certificate: str | None
    outage: LongOutageShape | None
    digests: DigestsShape | None
    carries: str


class KnownServerShape(TypedDict):
    learned: str
    software: str
    renames: bool | None
    replaces: bool | None
    replaces_at_once: bool | None
    tells_size: bool | None
    lists_facts: bool | None
    makes_folders: bool | None
    data_connections: str | None
    takes_packs: bool | None
    tls: str | None
    resumes_tls: bool | None
    host_key: str | None
    warning: str | None
    connections: int | None
    certificate_until: str | None


class MannerShape(TypedDict):
    manner: str
    learned: str
    words: str
    number: int | None


InterventionShape = TypedDict(
    "InterventionShape",
    {
        "at": str,
        "by": str,
        "action": str,
        "from": str | None,
        "to": str | None,
        "deliveries": int,
        "reason": str | None,
    },
)


class DestinationDetailsShape(ShownDestinationShape):
    url: str | None
    waiting: dict[str, int]
    server: KnownServerShape | None
    manners: list[MannerShape]
    outages: list[OutageShape]
    interventions: list[InterventionShape]
