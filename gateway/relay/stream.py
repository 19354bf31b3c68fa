"""One camera's stream, as far as it is wanted: asked for when somebody looks, and handed to each who does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from .gstreamer import Gst, mono_s
from .messages import Frame
from .viewer_media import ViewerMedia

_log = logging.getLogger(__name__)

MOST_KEPT = 8 * 1024 * 1024
"""Bytes since the newest key frame that are kept for who begins to look. Of more, the next key frame is waited for."""


class RelayedStream:
    """Called from the main loop (what the recorder says) and from viewers' threads."""

    def __init__(self, camera: str, watch: Callable[[str, bool], object]) -> None:
        self.camera = camera
        self._watch = watch
        self._lock = threading.RLock()
        self._codec: str | None = None
        self._silent_since_s: float | None = mono_s()
        self._since_key: list[Frame] = []
        self._since_key_bytes = 0
        self._medias: set[ViewerMedia] = set()

    @property
    def codec(self) -> str | None:
        """`None`: the camera is not recorded now."""
        with self._lock:
            return self._codec if self._silent_since_s is None else None

    @property
    def is_watched(self) -> bool:
        with self._lock:
            return bool(self._medias)

    def silent_for_s(self) -> float:
        """How long the camera has not been recorded; 0: it is."""
        with self._lock:
            return 0.0 if self._silent_since_s is None else mono_s() - self._silent_since_s

    def begin(self, codec: str) -> bool:
        """It is recorded, with frames of this kind. Returns whether they are of another kind than before: whoever looks
        must ask anew."""
        with self._lock:
            is_other = self._codec not in (None, codec)
            self._codec, self._silent_since_s = codec, None
            self._forget()
            return is_other

    def end(self) -> None:
        """The camera, or the recorder, is gone. Whoever looks goes on looking: it may be back soon."""
        with self._lock:
            if self._silent_since_s is None:
                self._silent_since_s = mono_s()
            self._forget()

    def frame(self, frame: Frame) -> None:
        with self._lock:
            if not self._medias:
                return
            if frame.is_key:
                self._since_key, self._since_key_bytes = [], 0
            if frame.is_key or self._since_key:
                self._since_key.append(frame)
                self._since_key_bytes += len(frame.content)
            if self._since_key_bytes > MOST_KEPT:
                self._since_key, self._since_key_bytes = [], 0
            for media in self._medias:
                if media.is_open:
                    media.push(frame)

    def add(self, media: Any) -> None:
        """Somebody begins to look: `media` is GStreamer's, made and not yet running."""
        viewer = ViewerMedia(media)
        viewer.when_wanted(lambda *_: self._open(viewer))
        media.connect("new-state", lambda _, state: self._changed(viewer, state))
        media.connect("unprepared", lambda *_: self._remove(viewer))
        with self._lock:
            self._medias.add(viewer)
            if len(self._medias) == 1:
                self._watch(self.camera, True)

    def _open(self, viewer: ViewerMedia) -> None:
        with self._lock:
            if viewer.is_open or viewer not in self._medias:
                return
            viewer.is_open = True
            for frame in self._since_key:
                viewer.push(frame)

    def _changed(self, viewer: ViewerMedia, state: int) -> None:
        with self._lock:
            if state == Gst.State.PAUSED:
                viewer.pause()
            elif state == Gst.State.PLAYING:
                viewer.resume()

    def _remove(self, viewer: ViewerMedia) -> None:
        with self._lock:
            if viewer not in self._medias:
                return
            self._medias.remove(viewer)
            viewer.close()
            if not self._medias:
                self._since_key, self._since_key_bytes = [], 0
                self._watch(self.camera, False)

    def _forget(self) -> None:
        self._since_key, self._since_key_bytes = [], 0
        for media in self._medias:
            media.go_on_anew()
