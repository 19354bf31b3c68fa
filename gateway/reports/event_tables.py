"""The tables of what was noticed: findings and exceedances alike, and outages, which have a cause instead of a peak."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.core.clock_set import skipped_ms
from gateway.core.episode import Episode
from gateway.core.findings import CALIBRATION_KINDS
from gateway.core.permit_limit import Detail
from gateway.core.quality import QualityFlag
from gateway.core.validity import VALIDITY_KINDS
from gateway.reports.document import (
    Cell,
    DurationCell,
    OngoingCell,
    RatioCell,
    ReportTable,
    TermCell,
    TimeCell,
    ValueCell,
    heads,
)
from gateway.reports.events import Finding
from gateway.reports.interruptions import OtherCause
from gateway.reports.limits import Bounds
from gateway.reports.report_data import ReportData

_UNKNOWN_DECIMALS = 3
_OF_NO_SLOTS = (*CALIBRATION_KINDS, *VALIDITY_KINDS)
"""Kinds that are not about slots: calibrations, and papers of the equipment."""


def event_table(findings: Sequence[Finding], data: ReportData) -> ReportTable:
    """A row for each, in the order given."""
    decimals = {one.parameter.symbol: one.decimals for one in data.measured}
    return ReportTable(
        heads("noted", "subject", "detail", "begin", "end", "length", "count", "peak", "reason"),
        tuple(_row(one, decimals.get(one.subject, _UNKNOWN_DECIMALS), data.period.until_ms) for one in findings),
    )


def approach_table(findings: Sequence[Finding], data: ReportData) -> ReportTable:
    """The levels on the way to a limit: a row for each parameter, limit and level, for they come and go by the slot."""
    decimals = {one.parameter.symbol: one.decimals for one in data.measured}
    alike: dict[tuple[str, Detail, str], list[Episode]] = {}
    for one in findings:
        alike.setdefault((one.subject, one.detail, str(one.episode.kind)), []).append(one.episode)
    rows: list[tuple[Cell, ...]] = []
    for (subject, detail, level), episodes in alike.items():
        lengths_ms = [max(0, (one.end_ms or data.period.until_ms) - one.begin_ms) for one in episodes]
        worst = max(episodes, key=lambda one: _excess(one, detail))
        rows.append(
            (
                TermCell(level, "noted"),
                subject,
                detail or None,
                len(episodes),
                DurationCell(sum(lengths_ms)),
                DurationCell(max(lengths_ms)),
                _peak(worst, decimals.get(subject, _UNKNOWN_DECIMALS)),
            )
        )
    return ReportTable(heads("noted", "subject", "detail", "times", "length", "longest", "peak"), tuple(rows))


def _excess(episode: Episode, detail: Detail) -> float:
    """How near to the limit, or beyond it, the worst value came; of words that an older gateway wrote, the value."""
    if episode.peak is None:
        return float("-inf")
    if isinstance(detail, str):
        return episode.peak
    return Bounds(detail.limit.lowest, detail.limit.highest).excess(episode.peak)


def outage_table(findings: Sequence[Finding], data: ReportData) -> ReportTable:
    """A row for each outage, in the order given."""
    return ReportTable(
        heads("noted", "subject", "begin", "end", "length", "cause", "slots"),
        tuple(_outage(one, data) for one in findings),
    )


def _outage(finding: Finding, data: ReportData) -> tuple[Cell, ...]:
    episode = finding.episode
    shown = {one.name: one.cell for one in data.destinations}
    ended_ms = data.heading.made_ms if episode.end_ms is None else episode.end_ms
    return (
        TermCell(episode.kind, "noted"),
        shown.get(finding.subject, finding.subject),
        TimeCell(episode.begin_ms),
        OngoingCell() if episode.end_ms is None else TimeCell(episode.end_ms),
        DurationCell(max(0, ended_ms - episode.begin_ms - skipped_ms(episode.begin_ms, ended_ms, data.skipped))),
        TermCell(finding.cause or OtherCause.UNKNOWN, "cause"),
        episode.count,
    )


def _row(finding: Finding, decimals: int, until_ms: int) -> tuple[Cell, ...]:
    episode = finding.episode
    ended_ms = until_ms if episode.end_ms is None else episode.end_ms
    return (
        TermCell(episode.kind, "noted"),
        finding.subject,
        finding.detail or None,
        TimeCell(episode.begin_ms),
        OngoingCell() if episode.end_ms is None else TimeCell(episode.end_ms),
        DurationCell(max(0, ended_ms - episode.begin_ms)),
        None if episode.kind in _OF_NO_SLOTS else episode.count,
        _peak(episode, decimals),
        None if finding.reason is None else TermCell(finding.reason.cause, "reason"),
    )


def _peak(episode: Episode, decimals: int) -> ValueCell | RatioCell | None:
    """The worst value; of slots with too few readings, the least share of them."""
    if episode.peak is None:
        return None
    if episode.kind == QualityFlag.LOW_COVERAGE:
        return RatioCell(episode.peak / 100)
    return ValueCell(episode.peak, decimals)
