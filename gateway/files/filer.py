"""Makes the files of closed records: renders them, keeps their SHA-256, and leaves them for the planner."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from gateway.core.interfaces import Instant
from gateway.files.formats import Rendering
from gateway.files.store import RENDERERS, FileStore

_log = logging.getLogger(__name__)

MOST_PER_STEP = 50
IDLE_S = 60.0


class Filer:
    """A stage of the clerk. `renderings` are the forms in which a record is wanted; every record gets all of them, but
    one that is damaged, which is set aside and holds up no other. What was set aside is looked at again by every run: a
    newer gateway, or a card that was repaired, may read it."""

    def __init__(self, files: FileStore, renderings: Sequence[Rendering]) -> None:
        self._files = files
        self._renderings = tuple(renderings)
        self._seen_id: int | None = 0
        """The last of those set aside that was looked at again; `None`: all were."""

    def step(self, now: Instant) -> float:
        if self._seen_id is not None:
            self._seen_id = self._look_again(self._seen_id)
        unfiled = self._files.unfiled(MOST_PER_STEP)
        for waiting in unfiled:
            if waiting.record is None:
                _log.error(
                    "record set aside, it is damaged on the card and cannot be sent end_ms=%d error=%r",
                    waiting.end_ms,
                    waiting.damage,
                )
                self._files.set_aside(waiting.id, waiting.damage)
                continue
            made = [
                (rendering, RENDERERS[rendering.format](waiting.record, rendering)) for rendering in self._renderings
            ]
            self._files.add(waiting.id, made, now.wall_ms)
            for _, document in made:
                _log.debug("file made name=%s size=%d", document.name, len(document.content))
        is_done = len(unfiled) < MOST_PER_STEP and self._seen_id is None
        return now.mono_s + IDLE_S if is_done else now.mono_s

    def _look_again(self, after_id: int) -> int | None:
        """Take back what can be read. Returns how far it came; `None`: to the end."""
        aside = self._files.damaged_records(after_id, MOST_PER_STEP)
        for one in aside:
            if one.record is not None:
                _log.warning("record that was set aside can be read again, its files are made end_ms=%d", one.end_ms)
                self._files.take_back(one.id)
        return aside[-1].id if len(aside) == MOST_PER_STEP else None
