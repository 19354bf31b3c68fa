"""What `gateway status` has to say of what does not arrive: files, digests, alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.coloured import coloured
from gateway.cli.moments import local
from gateway.cli.terms import called, cause_code_words
from gateway.core.component import ComponentState
from gateway.core.instants import local_time
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.reports.status import StationStatus


def outage_notes(status: StationStatus) -> list[Text]:
    """What has to be told to the authority in writing, a line each."""
    return [
        coloured(
            Phrase(
                "{name}: nothing has arrived since {since} (cause: {cause}), more than 12 hours: the department is to"
                " be told in writing; gateway report outages --letter drafts it",
                name=shown.name,
                since=local(shown.outage.episode.begin_ms, status),
                cause=cause_code_words(shown.outage.cause),
            ),
            "red",
        )
        for shown in status.destinations
        if shown.outage is not None
    ]


def ratio_notes(status: StationStatus) -> list[Text]:
    """Of a station that is younger than what its ratios are of: why they are low."""
    first_ms, today = status.first_start_ms, status.today
    if first_ms is None or today is None or all(one.ratio_month is None for one in status.destinations):
        return []
    first = local_time(first_ms, status.configuration.station.timezone).date()
    if (first.year, first.month) != (today.year, today.month):
        return []
    words = Phrase(
        "today counts from midnight on and month from its first day on, as the authority does; this station began at"
        " {time}",
        time=local(first_ms, status),
    )
    return [coloured(words, "dim")]


def held_notes(status: StationStatus) -> list[Text]:
    """What was accepted, is not proven, and waits for a person."""
    from gateway.audit.held_watch import held_words

    return [coloured(held_words(one.name, one.counts.held), "red") for one in status.destinations if one.counts.held]


def digest_notes(status: StationStatus) -> list[Text]:
    """Digests of the journal that do not arrive: one may wait for an evening, several say that something is wrong."""
    lines = []
    for shown in status.destinations:
        counts = shown.digests
        if counts is None or not shown.in_use:
            continue
        error = f": {counts.error}" if counts.error else ""
        if counts.refused:
            words = Phrase(
                "{name}: {digests} of the journal refused{error}; once the reason is gone: gateway journal"
                " release {name}",
                name=shown.name,
                digests=number_of(counts.refused, "digest"),
                error=error,
            )
            lines.append(coloured(words, "yellow"))
        elif counts.waiting > 1:
            words = Phrase(
                "{name}: {count} digests of the journal wait{error}", name=shown.name, count=counts.waiting, error=error
            )
            lines.append(coloured(words, "yellow"))
    return lines


def delivery_notes(status: StationStatus) -> list[Text]:
    """Who could not be told, and of how much."""
    from gateway.reports.alerts import is_failing

    return [
        coloured(
            Phrase(
                "{name} cannot be told: {alerts} waiting since {since}: {error}; gateway alerts test {name}",
                name=one.name,
                alerts=number_of(one.waiting, "alert"),
                since=local(one.oldest_waiting_ms, status),
                error=one.last_error,
            ),
            "red",
        )
        for one in status.alerts
        if is_failing(one) and one.oldest_waiting_ms is not None
    ]


def error_notes(status: StationStatus) -> list[Text]:
    """The last error of everything that is not well now, a line each: they are too long for a table."""
    shown = [component for _, component in status.links] + [one.component for one in status.destinations if one.in_use]
    errors = [
        coloured(
            Phrase("{kind} {name}: {error}", kind=called(one.kind), name=one.name, error=one.last_error),
            "red",
        )
        for one in shown
        if one is not None and one.state is not ComponentState.UP and one.last_error
    ]
    certificates = [
        coloured(
            Phrase("{kind} {name}: {error}", kind=called(one.kind), name=one.name, error=one.last_error),
            "yellow",
        )
        for one in (shown.certificate for shown in status.destinations if shown.in_use)
        if one is not None and one.state is ComponentState.ENDING
    ]
    forgotten = [
        coloured(
            Phrase(
                "{name}: {count} files wait, and it is not configured any more: gateway deliveries close {name}"
                " --reason … gives them up",
                name=one.name,
                count=one.counts.pending + one.counts.refused,
            ),
            "yellow",
        )
        for one in status.destinations
        if not one.configured
    ]
    return errors + certificates + forgotten
