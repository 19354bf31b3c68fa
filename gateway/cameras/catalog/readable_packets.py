"""What can still be read of a file of video that was cut short, or lay on a disk while the power went."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.error import FFmpegError

_log = logging.getLogger(__name__)

_PORTION = 1 << 20
_BLOCK_HEAD = 4
"""Bytes of a block before its frame: track, time, flags."""


class VideoUnreadable(GatewayError):
    """There is not one frame in it that could be read."""


def readable_packets(source: InputContainer, file: Path) -> Iterator[Any]:
    """Up to the first place from where nothing can be read any more, or the first frame that reaches beyond what was
    written.

    Raises:
        OSError: the disk fails.
    """
    from av.error import FFmpegError

    written = _written_bytes(file)
    packets = source.demux()
    while True:
        try:
            packet = next(packets, None)
        except FFmpegError as error:
            reason = unreadable(file, error)
            if isinstance(reason, OSError):
                raise reason from error
            _log.debug("nothing can be read from here on error=%r", str(error))
            return
        if packet is None or (packet.pos is not None and packet.pos + _BLOCK_HEAD + packet.size > written):
            return
        if packet.size and not packet.is_corrupt:
            yield packet


def unreadable(file: Path, error: FFmpegError) -> Exception:
    """A file that is cut short looks like a disk that fails: whether it is one, a look of our own tells."""
    if error.errno == errno.EIO:
        try:
            with file.open("rb") as content:
                while content.read(_PORTION):
                    pass
        except OSError as failure:
            return failure
    if isinstance(error, OSError) and error.errno not in (errno.EIO, errno.EINVAL):
        return OSError(error.errno, error.strerror, str(file))
    return VideoUnreadable(Phrase("no video can be read: {strerror}", strerror=error.strerror))


def _written_bytes(file: Path) -> int:
    """Without the zeros at its end: there was room for them on the disk, and the power went before they were more."""
    with file.open("rb") as content:
        end = content.seek(0, os.SEEK_END)
        while end:
            begin = max(0, end - _PORTION)
            content.seek(begin)
            rest = content.read(end - begin).rstrip(b"\0")
            if rest:
                return begin + len(rest)
            end = begin
    return 0
