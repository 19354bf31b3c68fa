"""`gateway events`: what was noticed: findings of quality, exceedances of limits, outages of more than twelve hours."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.reasons import reason_words
from gateway.cli.slots import From, To, bounds, usage
from gateway.cli.storage import open_storage

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.findings import Finding

_SHOWN_DAYS = 7
"""Without --from and --to."""
_COUNTED = {"amount_unattributed": "gap", "amount_unknown": "reading", "counter_reset": "reset"}
"""What episodes of these kinds count, where that is not slots."""
_PEAK = {"amount_unattributed": "together", "amount_unknown": "by"}


def events(
    first: From = None,
    last: To = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            help="quality, exceedance, outage, delivery, storage, clock, or one of their kinds, such as negative.",
            show_default=False,
        ),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """What lasted at some time between --from and --to, oldest first. Without them: the last seven days."""
    from gateway.audit.events import EventStore
    from gateway.core.findings import OTHER_BYTES, ROLLED_BACK, Topic
    from gateway.core.frozen import FROZEN_TOGETHER
    from gateway.core.instants import DAY_MS, FAR_FUTURE_MS
    from gateway.core.limits import Level
    from gateway.core.long_outage import LongOutage
    from gateway.core.quality import QualityFlag
    from gateway.core.running_total import CounterNote
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    kinds = dict.fromkeys(
        (*Topic, *QualityFlag, *CounterNote, FROZEN_TOGETHER, *Level, *LongOutage, OTHER_BYTES, ROLLED_BACK)
    )
    if kind is not None and kind not in kinds:
        raise usage(f"--kind {kind}: write one of {', '.join(kinds)}")
    from_ms, until_ms = bounds(configuration, first, last)
    if from_ms is None:
        from_ms = SystemClock().now().wall_ms - _SHOWN_DAYS * DAY_MS if until_ms is None else 0
    with closing(open_storage(configuration)) as database:
        store = EventStore(database)
        found = [finding for topic in Topic for finding in store.findings(topic, from_ms, until_ms or FAR_FUTURE_MS)]
    meant = [finding for finding in found if kind in (None, finding.topic, finding.episode.kind)]
    meant.sort(key=lambda finding: finding.episode.begin_ms)
    if as_json:
        print_json([_to_json(finding, configuration) for finding in meant])
        return
    for finding in meant:
        say(_line(finding, configuration))
    if not meant:
        say("nothing was noticed", err=True)


def _line(finding: Finding, configuration: Configuration) -> str:
    episode = finding.episode
    until = "now" if episode.end_ms is None else _local(episode.end_ms, configuration)
    thing = _COUNTED.get(episode.kind, "slot")
    count = f"1 {thing}" if episode.count == 1 else f"{episode.count:,} {thing}s"
    worst = "" if episode.peak is None else f", {_PEAK.get(episode.kind, 'at worst')} {episode.peak:g}"
    about = f" ({finding.detail or finding.cause})" if finding.detail or finding.cause else ""
    if finding.reason is not None:
        about += f": {reason_words(finding.reason)}"
    return (
        f"{_local(episode.begin_ms, configuration)} to {until:<19}  {finding.subject:<10} {episode.kind:<19}"
        f" {count}{worst}{about}"
    )


def _to_json(finding: Finding, configuration: Configuration) -> dict[str, Any]:
    episode = finding.episode
    return {
        "topic": finding.topic.value,
        "kind": str(episode.kind),
        "subject": finding.subject,
        "began": _local(episode.begin_ms, configuration),
        "last": _local(episode.last_ms, configuration),
        "ended": None if episode.end_ms is None else _local(episode.end_ms, configuration),
        "count": episode.count,
        "worst": episode.peak,
        "detail": str(finding.detail),
        "limit": _limit_to_json(finding),
        "cause": finding.cause,
        "reason": None
        if finding.reason is None
        else {"cause": finding.reason.cause.value, "detail": finding.reason.detail},
    }


def _limit_to_json(finding: Finding) -> dict[str, Any] | None:
    """`None` also of what an older gateway wrote: that has only `detail`."""
    if isinstance(finding.detail, str):
        return None
    limit = finding.detail.limit
    return {
        "min": limit.lowest,
        "max": limit.highest,
        "unit": finding.detail.unit,
        "over_s": None if limit.averaging_ms is None else limit.averaging_ms / 1000,
    }


def _local(at_ms: int, configuration: Configuration) -> str:
    from gateway.core.instants import local_time

    return local_time(at_ms, configuration.station.timezone).isoformat(timespec="seconds")[:19]
