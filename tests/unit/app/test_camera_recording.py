"""The recorder as it is wired: what a slow card holds up is never a camera's thread."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

from gateway.app.camera_clock import trust_by_others
from gateway.app.camera_recording import CameraRecording
from gateway.cameras.catalog.database import open_cameras_database
from gateway.cameras.catalog.gaps import GapStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.cameras.catalog.video_index import VideoIndex
from gateway.cameras.recording.recorder import CameraRecorder
from gateway.cameras.recording.segment_sync import SegmentSync
from gateway.runtime.clock import SystemClock
from tests.unit.app.test_video_room import station

WITHIN_S = 30.0


def test_a_commit_that_takes_long_keeps_no_camera_from_its_first_segment(tmp_path: Path) -> None:
    configuration, cameras = station(tmp_path)
    recording = CameraRecording(configuration, cameras)
    storage = configuration.storage.path
    with closing(open_cameras_database(storage)) as database:
        index = VideoIndex(SegmentStore(database), GapStore(database), lambda _: None)
        trust = trust_by_others(configuration, SystemClock())
        workers = recording._build(storage, database, trust, SegmentSync(), index)
        recorder = next(one for one in workers if isinstance(one, CameraRecorder))
        asking = threading.Thread(target=recorder._cutter._folder.check, daemon=True)
        with database.write():
            asking.start()
            asking.join(WITHIN_S)
            is_waiting = asking.is_alive()
        asking.join(WITHIN_S)
        assert not is_waiting
