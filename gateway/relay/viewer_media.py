"""What one viewer is sent: a pipeline of its own from the frames that come to the packets that go out.

A pipeline each costs a little more than one for all of them, and buys two things: a viewer has a picture at once, for
it begins with the newest key frame and not with the next; and one that stops reading fills a bounded queue of its own.
"""

from __future__ import annotations

from typing import Any

from .gstreamer import Gst, mono_s
from .messages import Frame

LARGEST_QUEUE = 4 * 1024 * 1024
LONGEST_QUEUE_S = 10
"""Whoever lets more gather, in bytes or in time, goes on with a later key frame."""
_LONGEST_LEAP_S = 10.0

_PIPELINE = {
    "h264": "appsrc name=frames ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96",
    "hevc": "appsrc name=frames ! h265parse config-interval=-1 ! rtph265pay name=pay0 pt=96",
}
_CAPS = {
    "h264": "video/x-h264,stream-format=byte-stream,alignment=au",
    "hevc": "video/x-h265,stream-format=byte-stream,alignment=au",
}


def make_pipeline(codec: str) -> Any:
    """The elements of one viewer's media; `None`: no way to send this codec."""
    if codec not in _PIPELINE:
        return None
    pipeline = Gst.parse_launch(f"( {_PIPELINE[codec]} )")
    source = pipeline.get_by_name("frames")
    source.set_property("caps", Gst.Caps.from_string(_CAPS[codec]))
    source.set_property("is-live", True)
    source.set_property("format", Gst.Format.TIME)
    source.set_property("do-timestamp", False)
    source.set_property("block", False)
    source.set_property("max-bytes", LARGEST_QUEUE)
    return pipeline


class ViewerMedia:
    """Times of frames are made its own: they begin with its beginning, and go on where a connection to the camera was
    replaced by another. Not for several threads at once: its stream holds the lock."""

    def __init__(self, media: Any) -> None:
        self.is_open = False
        """Whether it takes frames yet."""
        self._source: Any = media.get_element().get_by_name_recurse_up("frames")
        self._signals: list[int] = []
        self._waits_for_key = True
        self._offset_us: int | None = None
        self._last_us = 0
        self._last_s = 0.0
        self._paused_s: float | None = None
        """Since when."""

    def when_wanted(self, begin: Any) -> None:
        """`begin` is called, in a thread of GStreamer's, when frames are wanted for the first time."""
        self._signals.append(self._source.connect("need-data", begin))

    def close(self) -> None:
        """It is not sent anything any more; nothing holds anything else in memory for it."""
        self.is_open = False
        for signal in self._signals:
            self._source.disconnect(signal)
        self._signals.clear()
        self._source = None

    def go_on_anew(self) -> None:
        """The next frame is of another connection to the camera: its times say nothing about those before."""
        self._offset_us = None
        self._waits_for_key = True

    def pause(self) -> None:
        """What comes now is not kept for the viewer, who wants to go on with the present."""
        if self._paused_s is None:
            self._paused_s = mono_s()

    def resume(self) -> None:
        """GStreamer has not counted the time of the pause: frames that did would wait for as long."""
        if self._paused_s is not None:
            self._last_s += mono_s() - self._paused_s if self._last_s else 0.0
            self._paused_s = None
            self.go_on_anew()

    def push(self, frame: Frame) -> None:
        if self._paused_s is not None:
            return
        if self._waits_for_key and not frame.is_key:
            return
        if self._is_full():
            self._waits_for_key = True
            return
        self._waits_for_key = False
        pts_us = self._own_time_us(frame)
        picture = Gst.Buffer.new_wrapped(frame.content)
        picture.pts = pts_us * 1000
        dts_us = pts_us + frame.dts_us - frame.pts_us
        if dts_us >= 0:
            picture.dts = dts_us * 1000
        if not frame.is_key:
            picture.set_flags(Gst.BufferFlags.DELTA_UNIT)
        self._source.emit("push-buffer", picture)

    def _is_full(self) -> bool:
        too_large: bool = self._source.get_property("current-level-bytes") > LARGEST_QUEUE
        too_long: bool = self._source.get_property("current-level-time") > LONGEST_QUEUE_S * Gst.SECOND
        return too_large or too_long

    def _own_time_us(self, frame: Frame) -> int:
        now_s = mono_s()
        expected_us = self._last_us + round((now_s - self._last_s) * 1_000_000) if self._last_s else 0
        if self._offset_us is not None and self._is_leap(frame.pts_us + self._offset_us):
            self._offset_us = None
        if self._offset_us is None:
            self._offset_us = expected_us - frame.pts_us
        pts_us = max(0, frame.pts_us + self._offset_us)
        self._last_us, self._last_s = max(self._last_us, pts_us), now_s
        return pts_us

    def _is_leap(self, pts_us: int) -> bool:
        return abs(pts_us - self._last_us) > _LONGEST_LEAP_S * 1_000_000
