"""`gateway status DESTINATION`: one destination, closely."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from gateway.cli.output import print_json, say
from gateway.cli.slots import known
from gateway.cli.storage import open_storage
from gateway.cli.terms import called, cause_code_words
from gateway.core.component import ComponentState
from gateway.core.instants import MINUTE_MS
from gateway.core.phrase import Phrase, in_a_row, verbatim

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.profile import ServerProfile
    from gateway.db.board import Component
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
    state = called(status.component.state) if status.component else Phrase("unknown")
    where = details.url or Phrase("not configured any more")
    lines: list[str] = [
        Phrase("{name}  {where}", name=status.name, where=where),
        Phrase("  {state}", state=(state if status.in_use else Phrase("not used")))
        + (Phrase(" since {since}", since=_local(status.component.since_ms, zone)) if status.component else ""),
        *_waiting(details, zone),
    ]
    if counts.held:
        lines.append(Phrase("  held: {words}", words=held_words(status.name, counts.held)))
    if counts.last_delivered_ms is not None:
        lines.append(
            Phrase("  last delivered: {last_delivered}", last_delivered=_local(counts.last_delivered_ms, zone))
        )
    if status.digests is not None:
        lines.append(Phrase("  digests of the journal: {digests}", digests=status.digests.words))
    if status.component and status.component.last_error:
        lines.append(_last_error(status.component, zone))
    if details.server is not None:
        lines.append(
            Phrase(
                "  server, as of {at}: {profile}",
                at=_local(details.server.at_ms, zone),
                profile=_known(details.server.profile, zone),
            )
        )
    for one in details.manners:
        limit = "" if one.number is None else f" ({one.number})"
        lines.append(
            Phrase(
                "  shown by the server, {learned}: {manner}{limit}: {words}",
                learned=_local(one.learned_ms, zone),
                manner=one.manner.value,
                limit=limit,
                words=one.words,
            )
        )
    for told in details.outages:
        ended = Phrase("now") if told.outage.ended_ms is None else _local(told.outage.ended_ms, zone)
        lines.append(
            Phrase(
                "  outage: {cause}, {began} to {ended}, tried {tries} times: {error}",
                cause=cause_code_words(told.outage.cause.value),
                began=_local(told.outage.began_ms, zone),
                ended=ended,
                tries=told.tries,
                error=told.error,
            )
        )
    for act in details.interventions:
        because = f": {act.reason}" if act.reason else ""
        lines.append(
            Phrase(
                "  {action} of {deliveries} by {done_by}, {at}{because}",
                action=called(act.action),
                deliveries=act.deliveries,
                done_by=act.done_by,
                at=_local(act.at_ms, zone),
                because=because,
            )
        )
    return lines


def _last_error(component: Component, zone: str) -> Phrase:
    """With when it came, and whether it is over: an error of last week is no error of now."""
    at = "?" if component.last_error_ms is None else _local(component.last_error_ms, zone)
    if component.state is not ComponentState.UP:
        return Phrase("  last error, {at}: {error}", at=at, error=component.last_error)
    return Phrase(
        "  last error, {at}, over since {since}: {error}",
        at=at,
        since=_local(component.since_ms, zone),
        error=component.last_error,
    )


def _waiting(details: DestinationDetails, zone: str) -> list[str]:
    """Files by lane and the slot of the oldest; of transport orders how many, and for how long the oldest."""
    counts, oldest_ms = details.status.counts, details.status.counts.oldest_pending_ms
    if details.status.gets_orders:
        lines: list[str] = [
            Phrase(
                "  orders waiting: {pending:,}; set aside: {refused:,}", pending=counts.pending, refused=counts.refused
            )
        ]
        if oldest_ms is not None:
            minutes = max(0, details.station.at_ms - oldest_ms) / MINUTE_MS
            since = _local(oldest_ms, zone)
            lines.append(
                Phrase("  the oldest has waited for {minutes:,.0f} min, since {since}", minutes=minutes, since=since)
            )
        return lines
    lanes = [Phrase("{count} {lane}", count=count, lane=called(lane)) for lane, count in details.waiting.items()]
    lines = [Phrase("  waiting: {lanes}; set aside: {refused}", lanes=in_a_row(lanes, ", "), refused=counts.refused)]
    if oldest_ms is not None:
        lines.append(Phrase("  oldest waiting slot: {oldest_pending}", oldest_pending=_local(oldest_ms, zone)))
    return lines


def _known(profile: ServerProfile, zone: str) -> str:
    """What was tried out, in words; what was not is left out."""
    shown = {
        field.name: value
        for field in fields(profile)
        if (value := getattr(profile, field.name)) is not None
        and field.name not in ("software", "certificate_until_ms")
    }
    words = [Phrase("{what}: {value}", what=_TRIED[name], value=_said(value)) for name, value in shown.items()]
    if profile.certificate_until_ms is not None:
        words.append(
            Phrase(
                "certificate until {certificate_until}", certificate_until=_local(profile.certificate_until_ms, zone)
            )
        )
    return in_a_row([verbatim(profile.software), *words], "; ")


_TRIED = {
    "renames": Phrase("renames"),
    "replaces": Phrase("replaces"),
    "replaces_at_once": Phrase("replaces at once"),
    "tells_size": Phrase("tells size"),
    "lists_facts": Phrase("lists facts"),
    "makes_folders": Phrase("makes folders"),
    "data_connections": Phrase("data connections"),
    "takes_packs": Phrase("takes packs"),
    "tls": Phrase("tls"),
    "resumes_tls": Phrase("resumes tls"),
    "host_key": Phrase("host key"),
    "warning": Phrase("warning"),
    "connections": Phrase("connections"),
}
"""What was tried out, by the profile's fields; a test holds that none is missing."""


def _said(value: object) -> str:
    return (Phrase("yes") if value else Phrase("no")) if isinstance(value, bool) else str(value)


def _local(at_ms: int, zone: str) -> str:
    from gateway.core.instants import local_time

    return f"{local_time(at_ms, zone):%Y-%m-%d %H:%M:%S}"
