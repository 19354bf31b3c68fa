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
    one that is damaged, which is set aside and holds up no other."""

    def __init__(self, files: FileStore, renderings: Sequence[Rendering]) -> None:
        self._files = files
        self._renderings = tuple(renderings)

    def step(self, now: Instant) -> float:
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
        return now.mono_s if len(unfiled) == MOST_PER_STEP else now.mono_s + IDLE_S
