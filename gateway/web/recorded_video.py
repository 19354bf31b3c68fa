"""Pictures and clips for the page: made one at a time by a child, out of what was recorded; pictures are kept for some
seconds, clips lie in a file without a name that is gone when it was sent."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO

from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock
from gateway.core.printable import printable
from gateway.core.video import Segment
from gateway.web.video_request import ClipRequest, PictureRequest

FRESH_S = 10.0
"""So long a picture is the newest: key frames come that often."""
MOST_PICTURES = 16
PICTURE_WITHIN_S = 15.0
CLIP_WITHIN_S = 120.0
TURN_WITHIN_S = 8.0
"""So long one waits for another's picture or clip."""
LONGEST_CLIP_MS = 15 * 60_000
LEAST_FREE_BYTES = 1_000_000_000
"""Of the page's disk, beside the clip itself: a gigabyte is the station's."""
_LONGEST_WORDS = 300


class VideoBusy(GatewayError):
    """Others are being made."""


class VideoNotMade(GatewayError):
    """There is no such picture or clip; the message says why."""


@dataclass(frozen=True, slots=True)
class _Kept:
    segment: int
    made_s: float
    content: bytes


class RecordedVideo:
    """For any thread."""

    def __init__(self, clock: Clock, child: Sequence[str] = (sys.executable, "-m", "gateway.web.video_child")) -> None:
        self._clock = clock
        self._child = child
        self._turn = Lock()
        self._pictures: dict[str, _Kept] = {}

    def newest_picture(self, folder: Path, segment: Segment) -> bytes:
        """JPEG, of its newest key frame.

        Raises:
            VideoBusy, VideoNotMade: there is none, or not now.
        """
        kept = self._fresh(segment)
        if kept is not None:
            return kept
        if not self._turn.acquire(timeout=TURN_WITHIN_S):
            raise VideoBusy("other pictures or clips are being made: ask again")
        try:
            kept = self._fresh(segment)
            if kept is not None:
                return kept
            content = self._made(PictureRequest(folder, segment), PICTURE_WITHIN_S)
            self._pictures.pop(segment.camera, None)
            while len(self._pictures) >= MOST_PICTURES:
                self._pictures.pop(next(iter(self._pictures)))
            self._pictures[segment.camera] = _Kept(segment.id, self._clock.now().mono_s, content)
            return content
        finally:
            self._turn.release()

    def clip(
        self, folder: Path, segments: Sequence[Segment], from_ms: int, to_ms: int, title: str, storage: Path
    ) -> IO[bytes]:
        """MP4, in a file that has no name any more.

        Raises:
            VideoBusy, VideoNotMade: it cannot be made, or not now.
            OSError: `storage`, for the file, cannot be written.
        """
        expected_bytes = sum(one.bytes or 0 for one in segments)
        if shutil.disk_usage(storage).free < LEAST_FREE_BYTES + expected_bytes:
            raise VideoNotMade("there is not enough room for it on the disk of the page; ask for a shorter time")
        if not self._turn.acquire(timeout=TURN_WITHIN_S):
            raise VideoBusy("other pictures or clips are being made: ask again")
        try:
            with tempfile.TemporaryDirectory(prefix="clip-", dir=storage) as beside:
                out = Path(beside) / "clip.mp4"
                self._made(ClipRequest(folder, tuple(segments), from_ms, to_ms, title, out), CLIP_WITHIN_S)
                return out.open("rb")
        finally:
            self._turn.release()

    def _fresh(self, segment: Segment) -> bytes | None:
        kept = self._pictures.get(segment.camera)
        if kept is None or self._clock.now().mono_s - kept.made_s > FRESH_S:
            return None
        return kept.content

    def _made(self, request: PictureRequest | ClipRequest, within_s: float) -> bytes:
        try:
            done = subprocess.run(
                list(self._child),
                input=pickle.dumps(request),
                capture_output=True,
                timeout=within_s,
                check=False,
                env=dict(os.environ),
            )
        except subprocess.TimeoutExpired:
            raise VideoNotMade("it took too long") from None
        if done.returncode != 0:
            words = printable(done.stderr.decode(errors="replace")[:_LONGEST_WORDS])
            raise VideoNotMade(words or f"it ended with {done.returncode}")
        return done.stdout
