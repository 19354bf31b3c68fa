"""The tables of what was noticed: findings and exceedances alike, and outages, which have a cause instead of a peak."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.core.clock_set import skipped_ms
from gateway.reports.document import Cell, Length, Measure, Moment, Table, Term, heads
from gateway.reports.events import Noted
from gateway.reports.interruptions import UNKNOWN
from gateway.reports.survey import Survey

_UNKNOWN_DECIMALS = 3


def table_of(noted: Sequence[Noted], seen: Survey) -> Table:
    """A row for each, in the order given."""
    decimals = {one.parameter.symbol: one.decimals for one in seen.measured}
    return Table(
        heads("noted", "subject", "detail", "begin", "end", "length", "count", "peak"),
        tuple(_row(one, decimals.get(one.subject, _UNKNOWN_DECIMALS), seen.period.until_ms) for one in noted),
    )


def outages_of(noted: Sequence[Noted], seen: Survey) -> Table:
    """A row for each outage, in the order given."""
    return Table(
        heads("noted", "subject", "begin", "end", "length", "cause", "slots"),
        tuple(_outage(one, seen) for one in noted),
    )


def _outage(noted: Noted, seen: Survey) -> tuple[Cell, ...]:
    episode = noted.episode
    ended_ms = seen.heading.made_ms if episode.end_ms is None else episode.end_ms
    return (
        Term(episode.kind, "noted"),
        noted.subject,
        Moment(episode.begin_ms),
        None if episode.end_ms is None else Moment(episode.end_ms),
        Length(max(0, ended_ms - episode.begin_ms - skipped_ms(episode.begin_ms, ended_ms, seen.never))),
        Term(noted.cause or UNKNOWN, "cause"),
        episode.count,
    )


def _row(noted: Noted, decimals: int, until_ms: int) -> tuple[Cell, ...]:
    episode = noted.episode
    ended_ms = until_ms if episode.end_ms is None else episode.end_ms
    return (
        Term(episode.kind, "noted"),
        noted.subject,
        noted.detail or None,
        Moment(episode.begin_ms),
        None if episode.end_ms is None else Moment(episode.end_ms),
        Length(max(0, ended_ms - episode.begin_ms)),
        episode.count,
        None if episode.peak is None else Measure(episode.peak, decimals),
    )
