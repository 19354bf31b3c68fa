"""Frames on their way into GStreamer: one clip round and round at its pace, stamped, bent by the faults of the moment.

Runs in the child, under Debian's Python.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stationsim.cameras.clip import ClipFrame
from stationsim.cameras.faults import CameraFault, CameraFaultKind
from stationsim.cameras.gstreamer import Gst
from stationsim.cameras.sound import Sound
from stationsim.cameras.stamp import stamp
from stationsim.cameras.wire import DESCRIBING, Wire

Faults = dict[CameraFaultKind, CameraFault]
Told = Callable[[dict[str, Any]], None]
_REMEMBERED = 10


@dataclass(frozen=True, slots=True)
class Pace:
    """Frames come at `fps` by this machine's clock; they are stamped by a clock that is `drift` millionths too
    fast."""

    fps: int
    drift: int

    def stamp_ns(self, passed: int, of_a_second: int) -> int:
        """So many parts of a second later, by the camera's clock."""
        return passed * 1000 * (1_000_000 + self.drift) // of_a_second


class Feed:
    """What goes into one viewer's pipeline: a picture as soon as it is there, without which it could not describe
    itself, and all others once he plays; those are told to `tell`, as the truth has them.
    """

    def __init__(
        self,
        codec: str,
        pace: Pace,
        first: ClipFrame,
        sound: Sound | None,
        gone: Callable[[Feed], None],
        tell: Told,
    ) -> None:
        self._codec, self._pace, self._first, self._sound = codec, pace, first, sound
        self._gone, self._tell = gone, tell
        self._lock = threading.Lock()
        self._source: Any = None
        self._sound_source: Any = None
        self._is_playing = False
        self._clip: list[ClipFrame] = []
        self._next = 0
        self._clip_began = 0
        self._newest = 0
        self._origin: tuple[int, int] = 0, 0  # number of the first frame played, and its place in the pipeline
        self._heard = 0
        self._faults: Faults = {}
        self._still_ns: int | None = None
        self._on_the_way: dict[int, int] = {}  # time stamp → frame number

    def open(self, source: Any, sound_source: Any) -> None:
        with self._lock:
            self._source, self._sound_source = source, sound_source
            self._push(source, self._stamped(self._first, 0, 0), DESCRIBING)
            if self._sound is not None:
                self._push(sound_source, self._sound.first, DESCRIBING)

    def prepared(self, streams: Sequence[Any]) -> None:
        for number, stream in enumerate(streams):
            Wire(self._lost_share, self._lose if number == 0 else lambda _: None, f"{number}").watch(stream)

    def play(self) -> None:
        with self._lock:
            self._is_playing = True

    def close(self) -> None:
        with self._lock:
            self._source = self._sound_source = None
        self._gone(self)

    def frame(self, number: int, utc_ms: int, clip: list[ClipFrame], faults: Faults, *, is_newest: bool) -> None:
        """The next frame is due. A viewer who just came begins with the newest one."""
        with self._lock:
            if not self._is_playing or self._source is None or CameraFaultKind.SILENCE in faults:
                self._clip = []  # when it goes on, it goes on with a key frame
                return
            self._faults = faults
            if self._origin == (0, 0):
                if not is_newest:
                    return
                self._origin = number, self._running_ns()
            goes_on, self._newest = number == self._newest + 1, number
            if clip is not self._clip or self._next == len(clip) or not goes_on:
                self._clip, self._next, self._clip_began = clip, 0, number
            self._show(number, utc_ms, clip[self._next])
            self._next += 1
            if self._sound is not None:
                self._hear(number, self._sound)

    def _running_ns(self) -> int:
        clock = self._source.get_clock()
        return 1 if clock is None else max(1, clock.get_time() - self._source.get_base_time())

    def _show(self, number: int, utc_ms: int, frame: ClipFrame) -> None:
        shown = self._clip_began + frame.shown - self._origin[0]
        at_ns = self._origin[1] + self._pace.stamp_ns(shown, self._pace.fps)
        stamped_ns = self._bent(at_ns)
        self._on_the_way = {**dict(list(self._on_the_way.items())[-_REMEMBERED:]), stamped_ns: number}
        # Told first: whoever is killed in between has told of a frame too many, never sent one that nobody knows of.
        self._tell({"frame": number, "utc_ms": utc_ms, "key": frame.is_key})
        self._push(self._source, self._stamped(frame, number, utc_ms), stamped_ns)

    def _hear(self, number: int, sound: Sound) -> None:
        """The sound of the time until the next frame; of a silence nothing is heard later."""
        due = (number + 1 - self._origin[0]) * sound.rate // self._pace.fps
        if due - self._heard > sound.rate:
            self._heard = due - sound.rate // self._pace.fps
        for piece, begin, samples in sound.pieces(self._heard, due):
            at_ns = self._origin[1] + self._pace.stamp_ns(begin, sound.rate)
            self._push(self._sound_source, piece, self._bent(at_ns))
            self._heard = begin + samples

    def _lost_share(self) -> float:
        loss = self._faults.get(CameraFaultKind.LOSS)
        return 0.0 if loss is None else loss.share

    def _lose(self, at_ns: int) -> None:
        if at_ns in self._on_the_way:
            self._tell({"lost": self._on_the_way[at_ns]})

    def _bent(self, at_ns: int) -> int:
        if CameraFaultKind.SAME_STAMPS in self._faults:
            self._still_ns = at_ns if self._still_ns is None else self._still_ns
            return self._still_ns
        self._still_ns = None
        backward = self._faults.get(CameraFaultKind.BACKWARD)
        return at_ns if backward is None else max(at_ns - round(backward.by_s * Gst.SECOND), 1)

    def _stamped(self, frame: ClipFrame, number: int, utc_ms: int) -> bytes:
        return frame.head + stamp(self._codec, number, utc_ms) + frame.slices

    def _push(self, source: Any, content: bytes, at_ns: int) -> None:
        buffer = Gst.Buffer.new_wrapped(content)
        buffer.pts = at_ns
        source.emit("push-buffer", buffer)
