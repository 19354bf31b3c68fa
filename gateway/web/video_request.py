"""What the page asks of the child that makes pictures and clips."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gateway.core.video import Segment


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """The newest key frame of a segment, as JPEG. `folder`: of the video."""

    folder: Path
    segment: Segment


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """What the segments have of that time, joined into `out` (MP4), a new file."""

    folder: Path
    segments: tuple[Segment, ...]
    from_ms: int
    to_ms: int
    title: str
    out: Path
