"""A thread that syncs what is written of video, once a second: a power cut takes little more than that.

A slow card may need seconds for it. The cameras' threads do not wait for that: their streams would be lost meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from gateway.cameras.disk.video_file import VideoFile
from gateway.core.interfaces import Instant

SYNC_EVERY_S = 1.0


class SegmentSync:
    """A worker. See `gateway.core.interfaces.Worker`."""

    name = "video sync"
    patience_s = 120.0

    def __init__(self) -> None:
        self._open: list[VideoFile] = []
        self._ended: list[tuple[VideoFile, Callable[[], None]]] = []
        self._turn = threading.Lock()

    def watch(self, file: VideoFile) -> None:
        """Sync it from now on."""
        with self._turn:
            self._open.append(file)

    def finish(self, file: VideoFile, on_closed: Callable[[], None]) -> None:
        """Nothing more will be written to it: sync it, close it, and say so."""
        with self._turn:
            self._open = [one for one in self._open if one is not file]
            self._ended.append((file, on_closed))

    def step(self, now: Instant) -> float:
        with self._turn:
            written, ended = list(self._open), self._ended
            self._ended = []
        for file, on_closed in ended:
            file.sync()
            file.close()
            on_closed()
        for file in written:
            file.sync()
        return now.mono_s + SYNC_EVERY_S

    def interrupt(self) -> None:
        """A disk that does not answer cannot be interrupted."""

    def close(self) -> None:
        """Cameras may end their last segments later than this: `step` is called once more when all have."""
