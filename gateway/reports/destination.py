"""One destination, closely: what waits in which lane, what stands in the way, what was done by hand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from gateway.config import Configuration
from gateway.core.instants import DAY_MS, local_text, milliseconds
from gateway.core.interfaces import Instant
from gateway.core.manner import LearnedManner
from gateway.db import Database
from gateway.outbox.interventions import Intervention, Interventions
from gateway.outbox.lanes import Lane
from gateway.outbox.outages import OutageDetails, outages
from gateway.outbox.server_manners import known_of_account
from gateway.outbox.server_profiles import KnownServer, known_server
from gateway.outbox.store import OutboxStore
from gateway.reports.status import DestinationStatus, StationStatus, collect
from gateway.reports.status_json import to_json as status_to_json

LOOK_BACK_MS = 30 * DAY_MS
REMEMBERED = 5
"""How many of the newest outages and acts are shown."""


@dataclass(frozen=True, slots=True)
class DestinationDetails:
    """What `gateway status DESTINATION` shows. `url` is `None` for one that is no longer configured."""

    station: StationStatus
    status: DestinationStatus
    url: str | None
    waiting: dict[Lane, int]
    """Files; transport orders have no lanes, and are all in `status.counts`."""
    outages: tuple[OutageDetails, ...]
    """The newest of the last thirty days, oldest first; the last one may last."""
    interventions: tuple[Intervention, ...]
    """Newest first."""
    server: KnownServer | None
    """What its server can do, as far as it was tried out."""
    manners: tuple[LearnedManner, ...]
    """What it does not bear, as it has shown, newest last. Believed for a day."""


def details_of(configuration: Configuration, database: Database, name: str, now: Instant) -> DestinationDetails:
    """Of a destination that is configured, or that something was ever meant for."""
    station = collect(configuration, database, now, asked_for=name)
    status = next(shown for shown in station.destinations if shown.name == name)
    configured = next((one for one in configuration.destinations if one.name == name), None)
    interval_ms = milliseconds(configured.interval_length if configured else configuration.reporting.slot)
    outbox = OutboxStore(database)
    return DestinationDetails(
        station,
        status,
        str(configured.url) if configured else None,
        {lane: outbox.waiting_between(name, *lane.span_ms(now.wall_ms, interval_ms)) for lane in Lane},
        tuple(outages(database, name, now.wall_ms - LOOK_BACK_MS, now.wall_ms)[-REMEMBERED:]),
        tuple(Interventions(database).newest(name, REMEMBERED)),
        known_server(database, name),
        known_of_account(database, name, configuration.destinations),
    )


def to_json(details: DestinationDetails, zone: str) -> dict[str, Any]:
    """The object that `gateway status DESTINATION --json` prints: the entry of `gateway status --json`, and more."""
    entry: dict[str, Any] = next(
        one for one in status_to_json(details.station)["destinations"] if one["name"] == details.status.name
    )
    return {
        **entry,
        "url": details.url,
        "waiting": _waiting_to_json(details),
        "server": None if details.server is None else _server_to_json(details.server, zone),
        "manners": [
            {
                "manner": one.manner.value,
                "learned": local_text(one.learned_ms, zone),
                "words": one.words,
                "number": one.number,
            }
            for one in details.manners
        ],
        "outages": [
            {
                "cause": told.outage.cause.value,
                "began": local_text(told.outage.began_ms, zone),
                "ended": local_text(told.outage.ended_ms, zone),
                "tries": told.tries,
                "error": told.error,
            }
            for told in details.outages
        ],
        "interventions": [
            {
                "at": local_text(act.at_ms, zone),
                "by": act.done_by,
                "action": act.action.value,
                "from": local_text(act.from_ms, zone),
                "to": local_text(act.until_ms, zone),
                "deliveries": act.deliveries,
                "reason": act.reason,
            }
            for act in details.interventions
        ],
    }


def _waiting_to_json(details: DestinationDetails) -> dict[str, int]:
    if details.status.gets_orders:
        return {"orders": details.status.counts.pending}
    return {lane.value: count for lane, count in details.waiting.items()}


def _server_to_json(learned: KnownServer, zone: str) -> dict[str, Any]:
    shown = asdict(learned.profile)
    until_ms = shown.pop("certificate_until_ms")
    return {"learned": local_text(learned.at_ms, zone), **shown, "certificate_until": local_text(until_ms, zone)}
