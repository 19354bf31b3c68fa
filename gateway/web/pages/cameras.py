"""Cameras: what each is seen to record, its newest picture out of the record, which time of each day there is video of
and why not of the rest, what is pinned; a clip to keep. No camera is asked: the recorder is its one viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from gateway.cameras.catalog.known_cameras import known_cameras
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.keeping.pins import PinStore
from gateway.config import Configuration
from gateway.core.act import PageActKind, PinVideo
from gateway.core.errors import GatewayError
from gateway.core.instants import day_begins_ms, local_time
from gateway.core.role import Role
from gateway.core.span import end_ms, first_ms
from gateway.core.video import Pin, Segment, VideoGap
from gateway.db import Database
from gateway.reports.camera_report import CameraReport
from gateway.reports.camera_span import CameraSpan, camera_span, length_ms
from gateway.reports.cameras import read_cameras
from gateway.runtime.clock import SystemClock
from gateway.web.asking import ask, asked_lately
from gateway.web.page_settings import page_settings
from gateway.web.recorded_video import LONGEST_CLIP_MS, RecordedVideo, VideoNotMade
from gateway.web.room import (
    ActForm,
    BadRequest,
    Download,
    FilledForm,
    Later,
    NotThere,
    Page,
    Redirect,
    Room,
    StationLook,
)
from gateway.web.video_strip import VideoStrip, video_strip

DAYS = 7
_SHOWN_GAPS = 30
_LEAST_MS = 1000
VIDEO = RecordedVideo(SystemClock())
"""This process's."""


@dataclass(frozen=True, slots=True)
class GapOnPage:
    """`lasts`: it is not over yet."""

    gap: VideoGap
    length_ms: int
    lasts: bool


@dataclass(frozen=True, slots=True)
class CameraOnPage:
    """`strips`: newest day first. `gaps`: of those days, newest first; `more_gaps`: so many are not shown."""

    report: CameraReport
    has_picture: bool
    strips: tuple[VideoStrip, ...]
    gaps: tuple[GapOnPage, ...]
    more_gaps: int
    pins: tuple[Pin, ...]


def cameras(look: StationLook) -> Page:
    report = read_cameras(look.configuration, look.now)
    last = _last_day(look)
    shown: tuple[CameraOnPage, ...] = ()
    unknown = None if report is None else report.unknown
    if report is not None and unknown is None:
        with look.cameras() as database:
            shown = tuple(_shown(look, database, one, last) for one in report.cameras)
    elif report is not None:
        shown = tuple(CameraOnPage(one, False, (), (), 0, ()) for one in report.cameras)
    today = look.local(look.now.wall_ms).date()
    return Page(
        "cameras.html",
        {
            "cameras": shown,
            "is_running": report is not None and report.is_running,
            "findings": () if report is None else report.findings,
            "unknown": unknown,
            "last": last,
            "before": last - timedelta(days=DAYS),
            "after": min(today, last + timedelta(days=DAYS)) if last < today else None,
            "asked": asked_lately(look, (PageActKind.PIN,)),
            "may_act": look.may(Role.OPERATOR),
            "may_clip": look.may(Role.AUTHORITY),
            "longest_min": LONGEST_CLIP_MS // 60_000,
        },
    )


def _last_day(look: StationLook) -> date:
    zone = look.configuration.station.timezone
    today = look.local(look.now.wall_ms).date()
    text = look.query.get("until")
    if text is None:
        return today
    try:
        return min(today, local_time(first_ms(text, look.configuration.station.zone), zone).date())
    except ValueError:
        raise BadRequest(look.wording.texts("page.cameras.no_day", day=text)) from None


def _shown(look: StationLook, database: Database, report: CameraReport, last: date) -> CameraOnPage:
    zone, now_ms = look.configuration.station.timezone, look.now.wall_ms
    first = last - timedelta(days=DAYS - 1)
    from_ms, to_ms = day_begins_ms(first, zone), day_begins_ms(last + timedelta(days=1), zone)
    span = camera_span(database, report.name, from_ms, to_ms, now_ms)
    gaps = [one for one in reversed(span.gaps) if length_ms(one) >= _LEAST_MS]
    return CameraOnPage(
        report,
        SegmentStore(database).newest(report.name) is not None,
        tuple(video_strip(span, last - timedelta(days=back), zone) for back in range(DAYS)),
        tuple(_shown_gap(one, span) for one in gaps[:_SHOWN_GAPS]),
        max(0, len(gaps) - _SHOWN_GAPS),
        tuple(reversed(PinStore(database).holding(0, now_ms, report.name))),
    )


def _shown_gap(gap: VideoGap, span: CameraSpan) -> GapOnPage:
    return GapOnPage(gap, length_ms(gap), span.lasts(gap))


def picture(look: StationLook) -> Later:
    """The newest key frame that was recorded, as JPEG."""
    with look.cameras() as database:
        _known(look, database)
        store = SegmentStore(database)
        newest = store.newest(look.path["camera"], look.now.wall_ms) or store.newest(look.path["camera"])
    if newest is None:
        raise NotThere(look.wording.texts("page.cameras.no_picture"))
    return Later(partial(_made_picture, look, newest))


def _made_picture(look: StationLook, newest: Segment) -> Download:
    try:
        return Download(VIDEO.newest_picture(_folder(look), newest), "image/jpeg")
    except VideoNotMade as why:
        raise NotThere(f"{look.wording.texts('page.cameras.no_picture')} ({why})") from None


def clip(look: StationLook) -> Later:
    """A piece of the record, as MP4 to keep."""
    camera = look.path["camera"]
    from_ms, to_ms = _span(look, look.query.get("from", ""), look.query.get("to", ""))
    if to_ms - from_ms > LONGEST_CLIP_MS:
        raise BadRequest(look.wording.texts("page.cameras.too_long", minutes=LONGEST_CLIP_MS // 60_000))
    with look.cameras() as database:
        _known(look, database)
        segments = _one_form(SegmentStore(database).between(camera, from_ms, to_ms))
    if not segments:
        raise NotThere(look.wording.texts("page.cameras.no_video"))
    return Later(partial(_made_clip, look, segments, from_ms, to_ms))


def _made_clip(look: StationLook, segments: Sequence[Segment], from_ms: int, to_ms: int) -> Download:
    code, camera = look.configuration.station.code, look.path["camera"]
    storage = page_settings(look.configuration).storage
    try:
        made = VIDEO.clip(_folder(look), segments, from_ms, to_ms, f"{code} {camera}", storage)
    except VideoNotMade as why:
        raise NotThere(f"{look.wording.texts('page.cameras.no_video')} ({why})") from None
    except OSError as error:
        raise GatewayError(f"{storage} cannot be written ({error.strerror})") from None
    return Download(made, "video/mp4", f"{code}_{camera}_{look.local(from_ms):%Y%m%d_%H%M%S}.mp4")


def _one_form(segments: Sequence[Segment]) -> list[Segment]:
    """Those from the first on that are of its codec and size: what a camera sends otherwise is another file."""
    found: list[Segment] = []
    for one in segments:
        form = (one.codec, one.width, one.height)
        if found and None not in form and form != (found[0].codec, found[0].width, found[0].height):
            break
        found.append(one)
    return found


def pin(look: StationLook, form: FilledForm) -> Redirect:
    """The recorder keeps it beyond its time once the daemon has noted it."""
    from_ms, to_ms = _span(look, form.text("from"), form.text("to"))
    camera = form.text("camera") or None
    return ask(look, PinVideo(camera, from_ms, to_ms), form.reason, "/cameras#pins")


def _span(look: StationLook, first: str, last: str) -> tuple[int, int]:
    zone = look.configuration.station.zone
    try:
        from_ms, to_ms = first_ms(first, zone), end_ms(last, zone)
    except ValueError:
        raise BadRequest(look.wording.texts("page.cameras.no_span")) from None
    if from_ms >= to_ms:
        raise BadRequest(look.wording.texts("page.cameras.no_span"))
    return from_ms, to_ms


def _known(look: StationLook, database: Database) -> None:
    cameras = look.configuration.cameras
    names = {one.name for one in cameras.list} if cameras else set()
    if look.path["camera"] not in names | set(known_cameras(database)):
        raise NotThere(look.wording.texts("page.cameras.no_camera", name=look.path["camera"]))


def _folder(look: StationLook) -> Path:
    cameras = look.configuration.cameras
    if cameras is None:
        raise NotThere(look.wording.texts("page.cameras.no_video"))
    return cameras.storage.path


def _appears(configuration: Configuration) -> bool:
    return configuration.cameras is not None


ROOM = Room("cameras", "/cameras", cameras, _appears, acts={"pin": ActForm(Role.OPERATOR, pin)})
PICTURE = Room("cameras", "/cameras/{camera}/picture.jpg", picture, _appears, in_menu=False)
CLIP = Room("cameras", "/cameras/{camera}/clip.mp4", clip, _appears, in_menu=False, role=Role.AUTHORITY)
