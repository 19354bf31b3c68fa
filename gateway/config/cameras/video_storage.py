"""`cameras.storage`: where video is kept, for how long, and how much of the disk it may fill."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import field_validator

from gateway.config.file.form_error import FormError
from gateway.config.section import AbsolutePath, Section
from gateway.config.sizes import Size, parse_size
from gateway.config.units import Duration, show_duration
from gateway.core.phrase import Phrase

SHORTEST_VIDEO = timedelta(days=90)
_LONGEST = timedelta(days=3660)


class VideoStorage(Section):
    """`max_size`: for all cameras together, by default what the disk has but `leave_free`. `pinned`: what pins may hold
    of it beyond `keep`."""

    path: AbsolutePath = Path("/var/lib/station-gateway/video")
    keep: Duration = timedelta(days=92)
    max_size: Size | None = None
    leave_free: Size = parse_size("4GB")
    pinned: Size = parse_size("20GB")

    @field_validator("keep")
    @classmethod
    def _keep_three_months(cls, kept: timedelta) -> timedelta:
        if kept < SHORTEST_VIDEO:
            raise FormError(
                Phrase("{kept} is too short", kept=show_duration(kept)),
                Phrase(
                    "write {shortest_video} or more: TT10/2021 asks for recordings of three months",
                    shortest_video=show_duration(SHORTEST_VIDEO),
                ),
            )
        if kept > _LONGEST:
            raise FormError(
                Phrase("{kept} is out of bounds", kept=show_duration(kept)),
                Phrase("write {longest} or less", longest=show_duration(_LONGEST)),
            )
        return kept

    @field_validator("max_size")
    @classmethod
    def _hold_something(cls, size: int | None) -> int | None:
        if size is not None and size < 10**9:
            raise FormError(Phrase("is too small for video"), Phrase("write 1GB or more; 2 Mb/s for 92 days are 2TB"))
        return size
