"""An unfinished file of video, made whole: the same frames once more, with length and index. Written beside it and put
in its place in one step, so that a kill or a power cut leaves the one or the other.

A file of which nothing can be read is left as it is, for ever: it is evidence, too.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cameras.catalog.frame_copy import FrameCopy, RemuxedVideo
from gateway.cameras.catalog.readable_packets import VideoUnreadable, readable_packets, unreadable
from gateway.core.phrase import Phrase
from gateway.runtime.plain_file import make_plain_file
from gateway.runtime.sync import sync

if TYPE_CHECKING:
    from av.error import FFmpegError

BESIDE = ".remux"
"""Ends the name of what is written beside."""
CLUSTER_MS = 300
"""A file that is whole needs none that are shorter."""
_LOST_AT_MOST = 4 << 20
"""Bytes: the last frames, cut short. Where more cannot be read, the file is not replaced."""


def remux(file: Path) -> RemuxedVideo:
    """Durably done when this returns. Blocks as long as reading and writing takes: 0.2 s for five minutes at 2 Mb/s.

    Raises:
        VideoUnreadable: nothing can be made of it; it was not touched.
        OSError: there is no room, or the disk failed; it was not touched.
    """
    beside = beside_name(file)
    # With nobody's access but ours until it is whole; also takes away what an earlier try has left.
    os.close(make_plain_file(beside, file.stat().st_mode & 0o777))
    try:
        made = _copy(file, beside)
        if made.bytes + _LOST_AT_MOST < file.stat().st_size:
            raise VideoUnreadable(Phrase("most of it cannot be read"))
        sync(beside)
        beside.rename(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync(file.parent)
    return made


def beside_name(file: Path) -> Path:
    """Under which the copy of a file is written."""
    return file.with_name(f"{file.name}{BESIDE}")


def _copy(file: Path, beside: Path) -> RemuxedVideo:
    """
    Raises:
        VideoUnreadable, OSError
    """
    import av
    from av.error import FFmpegError

    from gateway.cameras.pyav import open_file

    with ExitStack() as opened:
        try:
            options = {"fflags": "+discardcorrupt"}
            source = opened.enter_context(open_file(file, options=options))
        except FFmpegError as error:
            raise unreadable(file, error) from error
        except ValueError as error:  # PyAV's own
            raise VideoUnreadable(Phrase("no video can be read: {error}", error=error)) from error
        if not source.streams.video:
            raise VideoUnreadable(Phrase("it has no picture"))
        options = {"cluster_time_limit": str(CLUSTER_MS), "avoid_negative_ts": "disabled"}
        try:
            with av.open(beside, "w", format="matroska", options=options) as target:
                copy = FrameCopy(source, target)
                for packet in readable_packets(source, file):
                    copy.add(packet)
        except FFmpegError as error:
            raise _unwritable(error) from error
        except ValueError as error:  # PyAV's own: nobody knows the codec
            raise VideoUnreadable(Phrase("what is in it cannot be written again: {error}", error=error)) from error
    return copy.made(beside.stat().st_size)


def _unwritable(error: FFmpegError) -> Exception:
    if isinstance(error, OSError):
        return OSError(error.errno, error.strerror, error.filename)
    return VideoUnreadable(Phrase("what is in it cannot be written again: {strerror}", strerror=error.strerror))
