"""`gateway status DESTINATION`: one destination, closely."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from gateway.cli.output import print_json, say
from gateway.cli.slots import known
from gateway.cli.storage import open_storage

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.profile import ServerProfile
    from gateway.reports.destination import DestinationDetails


def show(configuration: Configuration, name: str, *, as_json: bool) -> None:
    """Print it. Ends the command with exit code 2 if there is no such destination."""
    from gateway.reports.destination import details_of, to_json
    from gateway.runtime.clock import SystemClock

    database = open_storage(configuration)
    try:
        known(configuration, database, name)
        details = details_of(configuration, database, name, SystemClock().now())
    finally:
        database.close()
    zone = configuration.station.timezone
    if as_json:
        print_json(to_json(details, zone))
    else:
        say(*_lines(details, zone))


def _lines(details: DestinationDetails, zone: str) -> list[str]:
    from gateway.audit.held_watch import held_words

    status, counts = details.status, details.status.counts
    state = status.component.state if status.component else "unknown"
    where = details.url or "not configured any more"
    lines = [
        f"{status.name}  {where}",
        f"  {state if status.in_use else 'not used'}"
        + (f" since {_local(status.component.since_ms, zone)}" if status.component else ""),
        f"  waiting: {', '.join(f'{count} {lane.value}' for lane, count in details.waiting.items())}"
        f"; set aside: {counts.refused}",
    ]
    if counts.oldest_pending_ms is not None:
        lines.append(f"  oldest waiting slot: {_local(counts.oldest_pending_ms, zone)}")
    if counts.held:
        lines.append(f"  held: {held_words(status.name, counts.held)}")
    if counts.last_delivered_ms is not None:
        lines.append(f"  last delivered: {_local(counts.last_delivered_ms, zone)}")
    if status.digests is not None:
        lines.append(f"  digests of the journal: {status.digests}")
    if status.component and status.component.last_error:
        lines.append(f"  last error: {status.component.last_error}")
    if details.server is not None:
        lines.append(f"  server, as of {_local(details.server.at_ms, zone)}: {_known(details.server.profile, zone)}")
    for one in details.manners:
        limit = "" if one.number is None else f" ({one.number})"
        lines.append(f"  shown by the server, {_local(one.learned_ms, zone)}: {one.manner.value}{limit}: {one.words}")
    for told in details.outages:
        ended = "now" if told.outage.ended_ms is None else _local(told.outage.ended_ms, zone)
        lines.append(
            f"  outage: {told.outage.cause.value}, {_local(told.outage.began_ms, zone)} to {ended},"
            f" tried {told.tries} times: {told.error}"
        )
    for act in details.interventions:
        because = f": {act.reason}" if act.reason else ""
        lines.append(f"  {act.action.value} of {act.deliveries} by {act.done_by}, {_local(act.at_ms, zone)}{because}")
    return lines


def _known(profile: ServerProfile, zone: str) -> str:
    """What was tried out, in words; what was not is left out."""
    shown = {
        field.name: value
        for field in fields(profile)
        if (value := getattr(profile, field.name)) is not None
        and field.name not in ("software", "certificate_until_ms")
    }
    words = [f"{name.replace('_', ' ')}: {_said(value)}" for name, value in shown.items()]
    if profile.certificate_until_ms is not None:
        words.append(f"certificate until {_local(profile.certificate_until_ms, zone)}")
    return "; ".join([profile.software, *words])


def _said(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _local(at_ms: int, zone: str) -> str:
    from gateway.core.instants import local_time

    return f"{local_time(at_ms, zone):%Y-%m-%d %H:%M:%S}"
