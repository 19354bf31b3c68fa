"""What has to be said beside a table of cameras, each in a line of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.cameras.options import moment
from gateway.cli.coloured import coloured
from gateway.cli.terms import called, kind_called
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.core.video import CameraEvent
    from gateway.reports.camera_report import CameraReport
    from gateway.reports.cameras import CamerasReport

_NO_LOSS = frozenset({"short-of-room", "pins-full"})
"""Nothing is lost yet."""


def camera_notes(report: CamerasReport | None, zone: str) -> list[Text]:
    """Why nothing is known, that nobody records, what is wrong with each camera, what lasts."""
    if report is None:
        return []
    if report.unknown is not None:
        return [coloured(Phrase("nothing is known of the cameras: {error}", error=report.unknown), "red")]
    lines = []
    if not report.is_running and any(camera.is_configured for camera in report.cameras):
        words = Phrase(
            "nothing is recorded: the cameras' recorder does not run (systemctl start station-gateway-cameras)"
        )
        lines.append(coloured(words, "red"))
    for camera in report.cameras:
        if report.is_running:
            lines += _why(camera, zone)
        lines += [
            _event(one, Phrase("camera {name}", name=camera.name), zone)
            for one in camera.findings
            if _tells_more(one, camera)
        ]
    return lines + [_event(one, Phrase("video"), zone) for one in report.findings]


def _why(camera: CameraReport, zone: str) -> list[Text]:
    if camera.is_recording or not camera.is_configured:
        return []
    if camera.state is None:
        return [
            coloured(
                Phrase("camera {name}: the recorder does not know it; restart it after a change", name=camera.name),
                "yellow",
            )
        ]
    if camera.state == "recording":
        words = Phrase(
            "camera {name}: the recorder has said nothing of it for over a minute; is the machine well?",
            name=camera.name,
        )
        return [coloured(words, "red")]
    detail = f": {camera.detail}" if camera.detail else ""
    words = Phrase(
        "camera {name} {state} since {since}{detail}",
        name=camera.name,
        state=called(camera.state),
        since=moment(camera.since_ms, zone),
        detail=detail,
    )
    return [coloured(words, "red")]


def _tells_more(event: CameraEvent, camera: CameraReport) -> bool:
    """Not recording: the line that says why says it all."""
    return event.kind != "not-recording" or camera.is_recording


def _event(event: CameraEvent, subject: Phrase, zone: str) -> Text:
    words = Phrase(
        "{subject} {kind} since {since}{detail}",
        subject=subject,
        kind=kind_called(event.kind.value),
        since=moment(event.began_ms, zone),
        detail=f": {event.detail}" if event.detail else "",
    )
    return coloured(words, "yellow" if event.kind in _NO_LOSS else "red")
