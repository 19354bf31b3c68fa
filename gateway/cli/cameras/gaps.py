"""`gateway cameras gaps` and `continuity`: which seconds of video exist, and why the others do not."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from gateway.cli.cameras.options import Camera, From, To, cause, known_camera, length, moment, share, span_of
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.storage import open_cameras_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.reports.camera_span import CameraSpan


def gaps(
    camera: Camera,
    first: From = None,
    last: To = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Each time of which there is no video, and why. Without --from and --to: today."""
    from gateway.core.number_of import number_of
    from gateway.reports.camera_span import length_ms
    from gateway.reports.cameras_json import gap_to_json

    configuration = load_configuration(config)
    zone = configuration.station.timezone
    span = _span(configuration, camera, first, last)
    if as_json:
        print_json([gap_to_json(gap, span, zone) for gap in span.gaps])
        return
    for gap in span.gaps:
        until = Phrase("now") if span.lasts(gap) else moment(gap.end_ms, zone)
        say(
            Phrase(
                "{begin} to {until:<19}  {length:>8}  {cause}",
                begin=moment(gap.begin_ms, zone),
                until=until,
                length=length(length_ms(gap)),
                cause=cause(gap),
            )
        )
    if span.share is None:
        say(Phrase("{camera} was not recorded yet at that time", camera=camera), err=True)
        return
    missing = (
        Phrase("no gap")
        if not span.gaps
        else Phrase("{gaps}, {length}", gaps=number_of(len(span.gaps), "gap"), length=length(span.gap_ms))
    )
    until = moment(span.to_ms, zone)
    say(
        Phrase(
            "{begin} to {until}: {missing}; {share} recorded",
            begin=moment(span.from_ms, zone),
            until=until,
            missing=missing,
            share=share(span.share),
        )
    )


def continuity(
    camera: Camera,
    first: From = None,
    last: To = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """A row for each day: how much of it there is. Without --from and --to: the last 90 days."""
    from gateway.cli.drawing import open_console, table
    from gateway.core.number_of import number_of
    from gateway.reports.camera_span import length_ms
    from gateway.reports.cameras_json import continuity_to_json

    configuration = load_configuration(config)
    zone = configuration.station.timezone
    span = _span(configuration, camera, first, last, days=90)
    days = [(one, span.on(one.day, zone)) for one in span.days(zone)]
    if as_json:
        print_json(continuity_to_json(span, zone))
        return
    if not days:
        say(Phrase("{camera} was not recorded yet at that time", camera=camera), err=True)
        return
    drawn = table()
    for column in ("day", "recorded", "missing", "gaps", "longest"):
        drawn.add_column(column, justify="left" if column == "day" else "right")
    for one, there in days:
        longest_ms = max(map(length_ms, there), default=0)
        drawn.add_row(
            one.day.isoformat(),
            share(one.share),
            length(one.gap_ms) if one.gap_ms else "",
            str(len(there)) if there else "",
            length(longest_ms) if there else "",
        )
    open_console().print(drawn)
    say(Phrase("{count}, {share} recorded", count=number_of(len(days), "day"), share=share(span.share)))


def _span(
    configuration: Configuration, camera: str, first: str | None, last: str | None, days: int | None = None
) -> CameraSpan:
    from gateway.core.instants import DAY_MS
    from gateway.reports.camera_span import camera_span
    from gateway.runtime.clock import SystemClock

    now_ms = SystemClock().now().wall_ms
    from_ms, to_ms = span_of(configuration, first, last, now_ms)
    if first is None and days is not None:
        from_ms = to_ms - days * DAY_MS
    with closing(open_cameras_storage(configuration)) as database:
        known_camera(configuration, database, camera)
        return camera_span(database, camera, from_ms, to_ms, now_ms)
