"""Sixty days of two cameras in the recorder's database, and a real file of video for the newest minutes of each."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.disk.video_disk import VideoDisk
from gateway.cameras.disk.video_disks import VideoDiskStore
from gateway.cameras.feed.views import StreamView, ViewStore
from gateway.cameras.keeping.pins import PinStore
from gateway.core.instants import HOUR_MS, MINUTE_MS
from gateway.core.video import (
    CameraEventKind,
    CameraState,
    GapCause,
    Pin,
    PinOccasion,
    RecordingState,
    VideoGap,
    segment_file,
)
from gateway.db import Database
from tests.support import scenes
from tests.support.clock import FakeClock
from tests.support.sixty_days.accidents import Calendar, Span

SEGMENT_MS = 10 * MINUTE_MS
BIT_RATE = 2_000_000
CAMERAS = ("cabinet", "outlet")


def record(folder: Path, calendar: Calendar, began_ms: int, until_ms: int) -> None:
    """The database, the video folder and its disk's mark."""
    database = open_cameras_database(folder)
    database.read("PRAGMA synchronous = OFF")
    VideoDisk(folder / "video", folder, VideoDiskStore(database), FakeClock(began_ms, 1000.0)).check()
    gaps = _gaps(calendar, until_ms)
    for camera in CAMERAS:
        _keep_segments(
            database, folder / "video", camera, [gap for name, gap in gaps if name == camera], began_ms, until_ms
        )
    store = GapStore(database)
    for camera, gap in gaps:
        store.add(camera, gap)
    _tell(database, calendar, began_ms, until_ms)
    database.close()


def _gaps(calendar: Calendar, until_ms: int) -> list[tuple[str, VideoGap]]:
    def gap(begin: tuple[int, int, int], hours: float, cause: GapCause, detail: str) -> VideoGap:
        span = calendar.span(begin, hours)
        return VideoGap(span.from_ms, min(span.until_ms, until_ms), cause, detail)

    power = gap((12, 3, 0), 0.4, GapCause.NOT_RUNNING, "")
    return [
        ("outlet", gap((38, 9, 20), 1.5, GapCause.NO_ANSWER, "no answer from 192.168.1.31:554")),
        ("outlet", power),
        ("cabinet", power),
        ("outlet", gap((7, 2, 3), 0.2, GapCause.LOST_FRAMES, "the stream's time leapt by 12 min")),
        ("cabinet", gap((1, 13, 0), 2.75, GapCause.REFUSED, "401 Unauthorized")),
    ]


def _keep_segments(
    database: Database, folder: Path, camera: str, gaps: list[VideoGap], began_ms: int, until_ms: int
) -> None:
    """Whole but for the newest, which is being written."""
    closed = [Span(gap.begin_ms, gap.end_ms or until_ms) for gap in gaps]
    rows, begin_ms = list[tuple[object, ...]](), began_ms
    while begin_ms < until_ms:
        end_ms = min(begin_ms + SEGMENT_MS, until_ms)
        within = next((one for one in closed if begin_ms in one), None)
        if within is not None:
            begin_ms = within.until_ms
            continue
        end_ms = min([end_ms, *(one.from_ms for one in closed if begin_ms < one.from_ms < end_ms)])
        size = (end_ms - begin_ms) * BIT_RATE // 8000
        is_newest = end_ms == until_ms
        file = segment_file(camera, begin_ms)
        rows.append(
            (camera, begin_ms, None if is_newest else end_ms, file, None if is_newest else size,
             "writing" if is_newest else "whole", "h264", 960, 540, 1)
        )  # fmt: skip
        begin_ms = end_ms
    with database.write() as connection:
        connection.executemany(
            "INSERT INTO segment (camera, begin_ms, end_ms, file, bytes, state, codec, width, height, is_stamped)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    content = _video(camera)
    for row in rows[-3:]:
        file_of = folder / str(row[3])
        file_of.parent.mkdir(parents=True, exist_ok=True)
        file_of.write_bytes(content)


def _tell(database: Database, calendar: Calendar, began_ms: int, until_ms: int) -> None:
    since_ms = calendar.at(12, 3, 26)
    CameraStateStore(database).report(
        [
            CameraState(name, RecordingState.RECORDING, since_ms, None, began_ms, until_ms, "h264", 960, 540, BIT_RATE)
            for name in CAMERAS
        ],
        until_ms,
    )
    events = CameraEventStore(database)
    for kind, camera, detail, span in (
        (CameraEventKind.NOT_RECORDING, "outlet", "no answer from 192.168.1.31:554", calendar.span((38, 9, 20), 1.5)),
        (CameraEventKind.COVERED, "cabinet", "the picture shows hardly anything", calendar.span((24, 8, 0), 0.6)),
        (CameraEventKind.BLURRED, "outlet", "a tenth as sharp as usual", calendar.span((10, 5, 0), 2)),
        (
            CameraEventKind.MOVED,
            "outlet",
            "the picture is another one than the reference",
            calendar.span((0, 7, 30), 0.5),
        ),
    ):
        events.begin(camera, kind, detail, span.from_ms)
        events.end(camera, kind, span.until_ms)
    pins = PinStore(database)
    exceeded = calendar.at(34, 14, 0)
    pins.add_occasions(
        [("exceedance COD 34", Pin(0, "outlet", exceeded - HOUR_MS, exceeded + HOUR_MS, PinOccasion.EXCEEDED,
                                   "COD > 148.5 mg/L", exceeded))]
    )  # fmt: skip
    pins.add(
        "outlet",
        calendar.at(6, 7),
        calendar.at(6, 9),
        reason="Sở yêu cầu",
        made_ms=calendar.at(5, 8),
        made_by="an.nguyen",
    )
    views = ViewStore(database)
    for number, (days, hour) in enumerate(((20, 9), (6, 14), (1, 16))):
        at_ms = calendar.at(days, hour)
        views.keep(StreamView(f"view-{number}", "outlet", "authority", "10.1.2.3", at_ms, at_ms + 7 * MINUTE_MS))


def _video(camera: str) -> bytes:
    """A few seconds of a scene, in colours; each camera has its own."""
    content = io.BytesIO()
    container = av.open(content, "w", format="matroska")
    stream = container.add_stream("libx264", rate=2)
    stream.width, stream.height, stream.pix_fmt = scenes.WIDTH, scenes.HEIGHT, "yuv420p"
    stream.options = {"g": "2", "bf": "0", "x264-params": "log-level=error:scenecut=0"}
    for number in range(6):
        grey = scenes.day(number, seed=1 + CAMERAS.index(camera))
        frame = av.VideoFrame.from_ndarray(_tinted(grey), format="bgr24")
        frame.pts, frame.time_base = number, Fraction(1, 2)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
    container.close()
    return content.getvalue()


def _tinted(grey: scenes.Picture) -> scenes.Picture:
    """Sky above, water below."""
    height = np.linspace(0.0, 1.0, grey.shape[0], dtype=np.float32)[:, None]
    blue, green, red = 1.12 - 0.16 * height, 1.0 + 0 * height, 0.9 + 0.1 * np.sin(height * 3.1)
    planes = [np.clip(grey * one, 0, 255).astype(np.uint8) for one in (blue, green, red)]
    return np.asarray(cv2.merge(planes))
