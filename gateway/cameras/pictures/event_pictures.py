"""The frames that show what was wrong with a camera's picture: JPEG files below the video folder.

They lie in `CAMERA/events/`, named by time and event. There are never more than a few hundred of a camera, whatever it
shows: the oldest go. Their events stay.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.core.errors import CameraError
from gateway.core.phrase import Phrase
from gateway.core.video import CameraEventKind
from gateway.runtime.plain_file import make_plain_file

MOST_PICTURES = 300
"""Of a camera: 60 MB at 1080p."""
_FOLDER = "events"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PictureNotKept(CameraError):
    """The frame that shows an event could not be written. The event is kept without it."""


def keep_picture(video_folder: Path, camera: str, kind: CameraEventKind, at_ms: int, content: bytes) -> str:
    """Write it. Returns the file, relative to the video folder. It is complete or not there, also after a power cut.

    Raises:
        PictureNotKept: it cannot be written.
    """
    at = _EPOCH + timedelta(milliseconds=at_ms)
    name = f"{at:%Y%m%dT%H%M%S}{at_ms % 1000:03d}Z-{kind.value}.jpg"
    folder = video_folder / camera / _FOLDER
    beside = folder / f"{name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_oldest(folder)
        descriptor = make_plain_file(beside, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fdatasync(file.fileno())
        beside.replace(folder / name)
    except OSError as error:
        raise PictureNotKept(
            Phrase("{folder} cannot be written: {strerror}", folder=folder / name, strerror=error.strerror)
        ) from error
    return f"{camera}/{_FOLDER}/{name}"


def _remove_oldest(folder: Path) -> None:
    """Leave room for one more. Names sort by time; what a power cut left half written goes as well."""
    found = sorted(file.name for file in folder.iterdir())
    pictures = [name for name in found if name.endswith(".jpg")]
    for name in [name for name in found if name.endswith(".part")] + pictures[: -(MOST_PICTURES - 1)]:
        (folder / name).unlink()
