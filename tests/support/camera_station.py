"""A camera's recorder with everything around it, but no thread: camera, clocks and disk are in the test's hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av

from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.reconcile import VideoReconciliation
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.catalog.video_index import VideoIndex
from gateway.cameras.recording.recorder import CameraRecorder
from gateway.cameras.recording.segment_cutter import SegmentCutter
from gateway.cameras.recording.segment_sync import SegmentSync
from gateway.core.video import RecordingState, Segment, VideoGap
from gateway.db import Database
from tests.support.clock import FakeClock
from tests.support.fake_camera import FakeCamera
from tests.support.trust import FakeTrust

FRAME_MS = 100


class FakeFolder:
    """See `gateway.cameras.recording.segment_cutter.VideoFolder`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fails: Exception | None = None

    def check(self) -> Path:
        if self.fails is not None:
            raise self.fails
        return self.path


class CameraStation:
    """A recorder with everything around it, but no thread."""

    def __init__(self, folder: Path, database: Database, **camera: Any) -> None:
        self.database = database
        self.clock = FakeClock()
        self.trust = FakeTrust(self.clock.wall_ms - round(self.clock.mono_s * 1000))
        self.camera = FakeCamera(self.clock, **camera)
        self.folder = FakeFolder(folder)
        self.segments, self.gaps = SegmentStore(database), GapStore(database)
        self.begin()

    def begin(self, *listeners: Any) -> None:
        """A recorder as a start makes it."""
        self.sync = SegmentSync()
        self.index = VideoIndex(self.segments, self.gaps, lambda _: None)
        self.reconciliation = VideoReconciliation(self.database, self.folder.check)
        self.cutter = SegmentCutter("outlet", self.folder, self.sync, self.index, self.trust, self.reconciliation.ring)
        self.told: list[RecordingState] = []
        """At each call of `on_change`."""
        self.recorder = CameraRecorder(
            self.camera, self.cutter, self.index, listeners, self.clock, lambda: self.told.append(self.state())
        )

    def kill(self) -> None:
        """What was written stays, what was not said to the database is lost."""
        segment = self.cutter._open
        if segment is not None:
            segment.writer.file.close()

    def run(self, seconds: float) -> None:
        """As the supervisor would."""
        until_s = self.clock.mono_s + seconds
        while self.clock.mono_s < until_s:
            self.trust.is_trusted(self.clock.now())
            due_s = self.recorder.step(self.clock.now())
            if due_s > self.clock.mono_s:
                self.clock.advance(min(due_s, until_s) - self.clock.mono_s)
        self.settle()

    def settle(self) -> None:
        self.sync.step(self.clock.now())
        self.index.step(self.clock.now())

    def look_through(self) -> None:
        """As the catalog does that was rung."""
        while self.reconciliation.step(self.clock.now()) < self.clock.mono_s + 60:
            self.clock.advance(1)

    def stop(self) -> None:
        self.recorder.interrupt()
        self.recorder.close()
        self.settle()

    def all_segments(self) -> list[Segment]:
        return self.segments.between("outlet", 0, 1 << 60)

    def all_gaps(self) -> list[VideoGap]:
        return self.gaps.between("outlet", 0, 1 << 60)

    def state(self) -> RecordingState:
        return self.recorder.state(self.clock.now()).state


def frames_in(station: CameraStation, segment: Segment) -> list[int]:
    """Milliseconds of each frame, as the file's demuxer tells them, in the order of showing."""
    with av.open(str(station.folder.path / segment.file)) as opened:
        video = opened.streams.video[0]
        return sorted(packet.pts for packet in opened.demux(video) if packet.size and packet.pts is not None)
