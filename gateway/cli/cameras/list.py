"""`gateway cameras list`: how it stands with each camera, and what there is of it."""

from __future__ import annotations

from typing import Literal

from gateway.cli.cameras.options import length, moment, share, size
from gateway.cli.moments import short
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.core.phrase import Phrase


def list_cameras(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """State, oldest and newest picture, gaps of today, bytes and bit rate. The recorder need not run."""
    from gateway.cli.cameras.notes import camera_notes
    from gateway.cli.cameras.status import camera_state
    from gateway.cli.drawing import open_console, table
    from gateway.reports.cameras import read_cameras
    from gateway.reports.cameras_json import cameras_to_json
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    zone = configuration.station.timezone
    report = read_cameras(configuration, SystemClock().now())
    if as_json:
        print_json(cameras_to_json(report, zone))
        return
    if report is None:
        say(Phrase("no camera is configured"))
        return
    console = open_console()
    drawn = table()
    left = (Phrase("camera"), Phrase("state"), Phrase("oldest"), Phrase("newest"))
    right = (Phrase("gaps"), Phrase("90 days"), Phrase("size"), Phrase("Mb/s"))
    for column in (*left, *right):
        justify: Literal["left", "right"] = "right" if column in right else "left"
        drawn.add_column(column, justify=justify, is_whole=column == "state")
    for camera in report.cameras:
        drawn.add_row(
            camera.name,
            camera_state(camera, is_running=report.is_running),
            moment(camera.oldest_ms, zone)[:10],
            "–" if camera.newest_ms is None else short(camera.newest_ms, report.at_ms, zone),
            "–" if camera.gap_ms_today is None else length(camera.gap_ms_today),
            share(camera.share_kept),
            size(camera.bytes),
            "–" if camera.bit_rate is None else f"{camera.bit_rate / 1e6:.2f}",
        )
    console.print(drawn)
    for note in camera_notes(report, zone):
        console.print(note, soft_wrap=not console.is_terminal)
