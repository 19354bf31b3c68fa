"""Video as the station knows it: segments of it, gaps between them and why, pins that keep it, where a file lies.

Pure. All instants are UTC in whole milliseconds; spans are half-open, `[begin_ms, end_ms)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class GapCause(StrEnum):
    """Why nothing was recorded; the values are the database's and the command line's."""

    NOT_RUNNING = "not-running"
    """The recorder was stopped, killed, or the power was off."""
    NO_ANSWER = "no-answer"
    """Nothing answered at the camera's address."""
    REFUSED = "refused"
    """Wrong password, wrong path, too many connections: the detail says which."""
    SILENT = "silent"
    """Connected, and no frame came."""
    CUT = "cut"
    """The connection ended, and the next one was not there yet."""
    GARBLED = "garbled"
    """What came could not be recorded."""
    LOST_FRAMES = "lost-frames"
    """The stream's own time leapt: frames were lost on the way, or the camera made none."""
    CLOCK_STEP = "clock-step"
    """The clock was put forward: no such time was."""
    NO_DISK = "no-disk"
    """The video disk was not there, or not the right one."""
    DISK_FULL = "disk-full"
    WRITE_FAILED = "write-failed"
    FILE_LOST = "file-lost"
    """It was recorded, and the file is gone or damaged."""
    REMOVED = "removed"
    """Kept its time and removed, or removed early for want of room: an event says so then."""
    UNKNOWN = "unknown"


class CameraEventKind(StrEnum):
    """What is told of a camera, or of the disk, with begin and end."""

    BLACK = "black"
    FROZEN = "frozen"
    BLURRED = "blurred"
    OVEREXPOSED = "overexposed"
    COVERED = "covered"
    MOVED = "moved"
    UNREADABLE = "unreadable"
    """Key frames come and cannot be decoded."""
    NOT_RECORDING = "not-recording"
    SHORT_OF_ROOM = "short-of-room"
    """Three months do not fit: nothing is lost yet, the detail has the date."""
    REMOVED_EARLY = "removed-early"
    """Video younger than 90 days was removed, and why."""
    DISK_MISSING = "disk-missing"
    PINS_FULL = "pins-full"


class SegmentState(StrEnum):
    WRITING = "writing"
    WHOLE = "whole"
    MISSING = "missing"
    DAMAGED = "damaged"
    GARBAGE = "garbage"


class RecordingState(StrEnum):
    """How it stands with the recording of a camera."""

    RECORDING = "recording"
    CONNECTING = "connecting"
    NO_ANSWER = "no-answer"
    SILENT = "silent"
    REFUSED = "refused"
    NO_DISK = "no-disk"
    FAILED = "failed"
    REMOVED = "removed"
    """It is in the configuration no more."""


class PinOccasion(StrEnum):
    HAND = "hand"
    EXCEEDED = "exceeded"
    PORT = "port"
    CALIBRATION = "calibration"


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of video. `end_ms` is `None` while it is written; `file` is relative to the video folder."""

    id: int
    camera: str
    begin_ms: int
    end_ms: int | None
    file: str
    bytes: int | None
    state: SegmentState
    codec: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class VideoGap:
    """A time of which there is no video. `end_ms` is `None` while it lasts."""

    begin_ms: int
    end_ms: int | None
    cause: GapCause
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CameraState:
    """A camera as its recorder sees it. `known_from_ms`: its first frame that has a time, nothing before it is a gap;
    `None` while there is none. `last_frame_ms`: the end of the newest frame that was written. `bit_rate`: bits a
    second, over the last minutes. `seen_ms`: when this was written down last."""

    name: str
    state: RecordingState
    since_ms: int
    detail: str | None = None
    known_from_ms: int | None = None
    last_frame_ms: int | None = None
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    bit_rate: int | None = None
    seen_ms: int = 0


@dataclass(frozen=True, slots=True)
class CameraEvent:
    """Something odd about a picture, the disk, or the room on it. `camera` is `""` for all of them; `ended_ms` is
    `None` while it lasts; `picture` is the frame's file below the video folder."""

    id: int
    camera: str
    kind: CameraEventKind
    detail: str
    began_ms: int
    last_ms: int
    ended_ms: int | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """Video of this time is kept. `camera` is `None` for all of them."""

    id: int
    camera: str | None
    begin_ms: int
    end_ms: int
    occasion: PinOccasion
    reason: str
    made_ms: int
    made_by: str | None = None
    released_ms: int | None = None
    released_by: str | None = None

    @property
    def is_by_hand(self) -> bool:
        return self.occasion is PinOccasion.HAND


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FILE = re.compile(
    r"(?P<camera>[A-Za-z0-9][A-Za-z0-9_-]*)/(?P<day>\d{4}/\d{2}/\d{2})/(?P<time>\d{6})(?P<ms>\d{3})Z\.mkv", re.ASCII
)


def segment_file(camera: str, begin_ms: int) -> str:
    """Where a segment lies below the video folder: `CAMERA/YYYY/MM/DD/HHMMSSmmmZ.mkv`, UTC."""
    begin = _EPOCH + timedelta(milliseconds=begin_ms)
    return f"{camera}/{begin:%Y/%m/%d}/{begin:%H%M%S}{begin_ms % 1000:03d}Z.mkv"


def begin_of_file(file: str) -> tuple[str, int] | None:
    """Camera and UTC ms that a segment's file is named after; `None`: it is no segment's name."""
    match = _FILE.fullmatch(file)
    if match is None:
        return None
    try:
        begin = datetime.strptime(f"{match['day']} {match['time']}", "%Y/%m/%d %H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return match["camera"], (begin - _EPOCH) // timedelta(milliseconds=1) + int(match["ms"])
