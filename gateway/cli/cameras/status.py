"""The table of cameras in `gateway status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gateway.cli.cameras.options import length, share
from gateway.cli.moments import local

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.cli.drawing import PlainTable
    from gateway.reports.camera_report import CameraReport
    from gateway.reports.cameras import CamerasReport
    from gateway.reports.status import StationStatus

_COLOURS = {"recording": "green", "connecting": "yellow", "removed": "dim"}


def camera_table(report: CamerasReport | None, status: StationStatus) -> list[PlainTable]:
    """One table; none if there is no camera, or nothing is known of any."""
    from gateway.cli.drawing import table

    if report is None or report.unknown is not None or not report.cameras:
        return []
    drawn = table()
    for column in ("camera", "state", "since", "newest", ">gaps", ">today", ">90 days"):
        justify: Literal["left", "right"] = "right" if column.startswith(">") else "left"
        drawn.add_column(column.lstrip(">"), justify=justify, overflow="fold", no_wrap=column == "state")
    for camera in report.cameras:
        drawn.add_row(
            camera.name,
            camera_state(camera, is_running=report.is_running),
            "" if camera.since_ms is None else local(camera.since_ms, status),
            "–" if camera.newest_ms is None else local(camera.newest_ms, status),
            "–" if camera.gap_ms_today is None else length(camera.gap_ms_today),
            share(camera.share_today),
            share(camera.share_kept),
        )
    return [drawn]


def camera_state(camera: CameraReport, *, is_running: bool) -> Text:
    """The word for it, in its colour. What a recorder that does not run said last is no state of now."""
    from rich.text import Text

    if camera.state == "removed" or (is_running and camera.state is not None):
        return Text(camera.state.value, _COLOURS.get(camera.state.value, "red"))
    return Text("unknown", "dim") if is_running else Text("off", "red")
