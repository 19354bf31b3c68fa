"""`gateway status CAMERA`: one camera, closely."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from gateway.cli.cameras.notes import camera_notes
from gateway.cli.cameras.options import cause, length, moment, rate, share, size
from gateway.cli.output import print_json, say
from gateway.cli.storage import open_cameras_storage
from gateway.cli.terms import called
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.reports.camera_report import CameraReport
    from gateway.reports.camera_span import CameraSpan

_DAYS = 7


def is_camera(configuration: Configuration, name: str) -> bool:
    """Whether the name is a camera's and no destination's."""
    cameras = configuration.cameras.list if configuration.cameras else ()
    taken = {destination.name for destination in configuration.destinations}
    return name in {camera.name for camera in cameras} - taken


def show_camera(configuration: Configuration, name: str, *, as_json: bool) -> None:
    """Print it: how it stands, what is wrong, and the gaps of the last seven days.

    Raises:
        GatewayError: the recorder has never run here, or its database cannot be read.
    """
    from gateway.core.instants import DAY_MS
    from gateway.reports.camera_span import camera_span
    from gateway.reports.cameras import CamerasReport, read_cameras
    from gateway.reports.cameras_json import camera_to_json, gap_to_json
    from gateway.runtime.clock import SystemClock

    now, zone = SystemClock().now(), configuration.station.timezone
    with closing(open_cameras_storage(configuration)) as database:
        span = camera_span(database, name, now.wall_ms - _DAYS * DAY_MS, now.wall_ms, now.wall_ms)
    report = read_cameras(configuration, now)
    found = next((one for one in report.cameras if one.name == name), None) if report is not None else None
    if report is None or found is None:  # neither: it is configured
        return
    if as_json:
        gaps = [gap_to_json(gap, span, zone) for gap in span.gaps]
        print_json(camera_to_json(found, report, zone) | {"gaps_7_days": gaps})
        return
    say(*_lines(configuration, found, span, is_running=report.is_running))
    alone = CamerasReport(report.at_ms, report.is_running, (found,), report.findings, report.unknown)
    say(*(f"  {note.plain}" for note in camera_notes(alone, zone)))


def _lines(configuration: Configuration, camera: CameraReport, span: CameraSpan, *, is_running: bool) -> list[str]:
    from gateway.reports.camera_span import length_ms

    zone = configuration.station.timezone
    configured = configuration.cameras.list if configuration.cameras else ()
    url = next((str(one.url) for one in configured if one.name == camera.name), "")
    state = (
        Phrase("not recorded")
        if not is_running
        else (Phrase("unknown") if camera.state is None else called(camera.state))
    )
    lines = [
        f"{camera.name}  {url}",
        (
            Phrase("  {state} since {since}", state=state, since=moment(camera.since_ms, zone))
            if is_running
            else Phrase("  {state}", state=state)
        ),
        Phrase(
            "  kept: {oldest} to {newest}, {bytes}",
            oldest=moment(camera.oldest_ms, zone),
            newest=moment(camera.newest_ms, zone),
            bytes=size(camera.bytes),
        ),
        Phrase(
            "  recorded: {share_today} of today, {share} of 7 days, {share_kept} of 90 days",
            share_today=share(camera.share_today),
            share=share(span.share),
            share_kept=share(camera.share_kept),
        ),
    ]
    if camera.codec is not None:
        lines.append(
            Phrase(
                "  stream: {codec} {width}×{height}, {bit_rate}",
                codec=camera.codec,
                width=camera.width,
                height=camera.height,
                bit_rate=rate(camera.bit_rate),
            )
        )
    for gap in span.gaps:
        until = Phrase("now") if span.lasts(gap) else moment(gap.end_ms, zone)
        lines.append(
            Phrase(
                "  gap: {begin} to {until}, {length}, {cause}",
                begin=moment(gap.begin_ms, zone),
                until=until,
                length=length(length_ms(gap)),
                cause=cause(gap),
            )
        )
    return lines
