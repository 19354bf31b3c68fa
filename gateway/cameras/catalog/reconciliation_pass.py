"""What one look at all video has come to, and its lines in the log."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class ReconciliationPass:
    """One look at everything. `known_from`: the oldest found of each camera."""

    folders: list[str]
    looked_at: int = 0
    files: int = 0
    found: int = 0
    came_back: int = 0
    missing: int = 0
    finished: int = 0
    damaged: int = 0
    leftovers: int = 0
    postponed: int = 0
    first_missing: str = ""
    foreign: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    known_from: dict[str, int] = field(default_factory=dict)

    def tell(self, *, is_foreign_told: bool) -> None:
        """`is_foreign_told`: that there are files of others was said before."""
        is_news = self.found or self.missing or self.damaged or self.came_back
        _log.log(
            logging.WARNING if is_news else logging.INFO,
            "video looked through files=%d folders=%d found=%d missing=%d came_back=%d finished=%d damaged=%d"
            " leftovers_removed=%d",
            self.files,
            self.looked_at,
            self.found,
            self.missing,
            self.came_back,
            self.finished,
            self.damaged,
            self.leftovers,
        )
        if self.missing:
            _log.error("files of video are gone files=%d first=%s", self.missing, self.first_missing)
        if self.postponed:
            _log.warning("no room to make files of video whole, tried again later files=%d", self.postponed)
        if self.unreadable:
            _log.error("files of video cannot be read files=%d first=%r", len(self.unreadable), self.unreadable[0])
        if self.foreign and not is_foreign_told:
            _log.warning(
                "files among the video are none of ours, they are left alone files=%d first=%r",
                len(self.foreign),
                self.foreign[0],
            )
