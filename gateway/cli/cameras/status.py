"""The table of cameras in `gateway status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.cameras.options import length, share
from gateway.cli.coloured import coloured
from gateway.cli.moments import local
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.cli.drawing import PlainTable
    from gateway.reports.camera_report import CameraReport
    from gateway.reports.cameras import CamerasReport
    from gateway.reports.status import StationStatus

_COLOURS = {"recording": "green", "connecting": "yellow", "removed": "dim"}
_STATE, _RIGHT = 1, {4, 5, 6}


def camera_table(report: CamerasReport | None, status: StationStatus) -> list[PlainTable]:
    """One table; none if there is no camera, or nothing is known of any."""
    from gateway.cli.drawing import table

    if report is None or report.unknown is not None or not report.cameras:
        return []
    drawn = table()
    for at, name in enumerate(_columns()):
        drawn.add_column(name, justify="right" if at in _RIGHT else "left", is_whole=at == _STATE)
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


def _columns() -> tuple[str, ...]:
    names = (Phrase("camera"), Phrase("state"), Phrase("since"), Phrase("newest"), Phrase("gaps"), Phrase("today"))
    return (*names, Phrase("90 days"))


def camera_state(camera: CameraReport, *, is_running: bool) -> Text:
    """The word for it, in its colour. What a recorder that does not run said last is no state of now."""
    from gateway.cli.terms import called

    if camera.state == "removed" or (is_running and camera.state is not None):
        return coloured(called(camera.state), _COLOURS.get(camera.state.value, "red"))
    return coloured(Phrase("unknown"), "dim") if is_running else coloured(Phrase("off"), "red")
