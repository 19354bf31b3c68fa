"""`gateway events`: what was noticed: findings of quality, exceedances of limits, outages of more than twelve hours."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.slots import From, To, bounds, usage
from gateway.cli.storage import open_storage

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.watching import Noted

WEEK_MS = 7 * 86_400_000
_FAR_MS = 1 << 62


def events(
    first: From = None,
    last: To = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", help="quality, exceedance, outage, or one of their kinds, such as negative.", show_default=False
        ),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """What lasted at some time between --from and --to, oldest first. Without them: the last seven days."""
    from gateway.audit.events import EventStore
    from gateway.core.frozen import FROZEN_TOGETHER
    from gateway.core.limits import Level
    from gateway.core.quality import Finding
    from gateway.core.silence import Silence
    from gateway.core.watching import Topic
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    kinds = dict.fromkeys((*Topic, *Finding, FROZEN_TOGETHER, *Level, *Silence))
    if kind is not None and kind not in kinds:
        raise usage(f"--kind {kind}: write one of {', '.join(kinds)}")
    from_ms, until_ms = bounds(configuration, first, last)
    if from_ms is None:
        from_ms = SystemClock().now().wall_ms - WEEK_MS if until_ms is None else 0
    with closing(open_storage(configuration)) as database:
        store = EventStore(database)
        found = [noted for topic in Topic for noted in store.noted(topic, from_ms, until_ms or _FAR_MS)]
    meant = [noted for noted in found if kind in (None, noted.topic, noted.episode.kind)]
    meant.sort(key=lambda noted: noted.episode.begin_ms)
    if as_json:
        typer.echo(json.dumps([_to_json(noted, configuration) for noted in meant], indent=2, ensure_ascii=False))
        return
    for noted in meant:
        typer.echo(_line(noted, configuration))
    if not meant:
        typer.echo("nothing was noticed", err=True)


def _line(noted: Noted, configuration: Configuration) -> str:
    episode = noted.episode
    until = "now" if episode.end_ms is None else _local(episode.end_ms, configuration)
    count = "1 slot" if episode.count == 1 else f"{episode.count:,} slots"
    worst = "" if episode.peak is None else f", at worst {episode.peak:g}"
    about = f" ({noted.detail or noted.cause})" if noted.detail or noted.cause else ""
    return (
        f"{_local(episode.begin_ms, configuration)} to {until:<19}  {noted.subject:<10} {episode.kind:<19}"
        f" {count}{worst}{about}"
    )


def _to_json(noted: Noted, configuration: Configuration) -> dict[str, Any]:
    episode = noted.episode
    return {
        "topic": noted.topic.value,
        "kind": str(episode.kind),
        "subject": noted.subject,
        "began": _local(episode.begin_ms, configuration),
        "last": _local(episode.last_ms, configuration),
        "ended": None if episode.end_ms is None else _local(episode.end_ms, configuration),
        "count": episode.count,
        "worst": episode.peak,
        "detail": str(noted.detail),
        "limit": _limit_to_json(noted),
        "cause": noted.cause,
    }


def _limit_to_json(noted: Noted) -> dict[str, Any] | None:
    """`None` also of what an older gateway noted: that has only `detail`."""
    if isinstance(noted.detail, str):
        return None
    limit = noted.detail.limit
    return {
        "min": limit.lowest,
        "max": limit.highest,
        "unit": noted.detail.unit,
        "over_s": None if limit.averaging_ms is None else limit.averaging_ms / 1000,
    }


def _local(at_ms: int, configuration: Configuration) -> str:
    from gateway.files.formats.tt10 import local_time

    return local_time(at_ms, configuration.station.timezone).isoformat(timespec="seconds")[:19]
