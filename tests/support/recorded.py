"""A recorder's database as it is after two days: a camera that records with three gaps, one that does not answer."""

from __future__ import annotations

from pathlib import Path

from gateway.cameras.catalog.camera_events import CameraEventStore
from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.packet import StreamShape
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from gateway.core.video import CameraEventKind, CameraState, GapCause, RecordingState, VideoGap, segment_file
from gateway.db import Database

NOW_MS = 1_767_200_400_000 + 4 * DAY_MS + 10 * HOUR_MS
"""2026-01-05T10:00:00+07:00"""
BEGAN_MS = NOW_MS - 2 * DAY_MS
SEGMENT_MS = 5 * MINUTE_MS
SEGMENT_BYTES = 75_000_000
"""Two megabits a second."""
CUT_MS = (NOW_MS - 3 * HOUR_MS, NOW_MS - 3 * HOUR_MS + 90_000)
"""Today at 7:00, for a minute and a half."""
LOST_MS = (NOW_MS - DAY_MS, NOW_MS - DAY_MS + 10_000)
"""Yesterday at 10:00, within a segment."""
SHAPE = StreamShape("h264", 1920, 1080, b"")

CAMERAS = """\
cameras:
  storage: {{path: {video}}}
  list:
    - {{name: outlet, url: "rtsp://127.0.0.1:1/stream1"}}
    - {{name: inlet, url: "rtsp://127.0.0.1:2/stream1"}}
"""


def add_cameras(configuration: Path, video: Path) -> None:
    """To a station's configuration."""
    text = configuration.read_text("utf-8")
    configuration.write_text(text + CAMERAS.format(video=video), encoding="utf-8")


def fill(storage: Path, *, seen_ms: int = NOW_MS) -> None:
    """`outlet` records since two days, and was last seen then; `inlet` never answered."""
    storage.mkdir(exist_ok=True)
    database = open_cameras_database(storage)
    _segments(database)
    gaps = GapStore(database)
    gaps.add("outlet", VideoGap(*CUT_MS, GapCause.CUT, "the camera closed the connection"))
    gaps.add("outlet", VideoGap(*LOST_MS, GapCause.LOST_FRAMES))
    gaps.begin("inlet", BEGAN_MS, GapCause.NO_ANSWER, "no route to host")
    CameraStateStore(database).report(
        [
            CameraState(
                "outlet",
                RecordingState.RECORDING,
                CUT_MS[1],
                known_from_ms=BEGAN_MS,
                last_frame_ms=seen_ms,
                codec="h264",
                width=1920,
                height=1080,
                bit_rate=2_000_000,
            ),
            CameraState("inlet", RecordingState.NO_ANSWER, BEGAN_MS, "127.0.0.1:2: connection refused"),
        ],
        seen_ms,
    )
    events = CameraEventStore(database)
    events.begin("outlet", CameraEventKind.COVERED, "98 % of the picture has no texture", NOW_MS - HOUR_MS, "o.jpg")
    events.end("outlet", CameraEventKind.COVERED, NOW_MS - HOUR_MS + 60_000)
    events.begin("", CameraEventKind.SHORT_OF_ROOM, "three months will not fit from 2026-03-01 on", NOW_MS - HOUR_MS)
    database.close()


def _segments(database: Database) -> None:
    store = SegmentStore(database)
    begin_ms = BEGAN_MS
    while begin_ms < NOW_MS:
        end_ms = min(begin_ms + SEGMENT_MS, NOW_MS)
        if begin_ms <= CUT_MS[0] < end_ms:
            end_ms = CUT_MS[0]
        if end_ms > begin_ms:
            _segment(store, begin_ms, end_ms)
        begin_ms = CUT_MS[1] if end_ms == CUT_MS[0] else end_ms


def _segment(store: SegmentStore, begin_ms: int, end_ms: int) -> None:
    file = segment_file("outlet", begin_ms)
    number = store.begin("outlet", begin_ms, file, SHAPE, boot_id="b", mono_ms=begin_ms, is_stamped=True)
    if end_ms < NOW_MS:
        store.end(number, end_ms, SEGMENT_BYTES)
