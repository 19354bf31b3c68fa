"""What relays tell of views, written down as soon as the database takes it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial

from gateway.cameras.feed.views import StreamView, ViewStore
from gateway.core.errors import StoreCorrupt, StoreError

_log = logging.getLogger(__name__)


class ViewNotes:
    """A database that takes nothing now is said once, and costs no relay its connection."""

    def __init__(self, views: ViewStore) -> None:
        self._views = views
        self._lost: dict[str, int] = {}
        """Of relays that are gone, and when they were there for the last time."""
        self._is_well = True

    def keep(self, view: StreamView) -> bool:
        """Returns whether it is kept; else the relay is to tell it again.

        Raises:
            StoreCorrupt: the database is damaged.
        """
        if not self._write(partial(self._views.keep, view)):
            return False
        self._lost.pop(view.source, None)
        return True

    def lose(self, sources: Iterable[str], known_until_ms: int) -> None:
        """The relay that told of them is gone. Written down by `write_lost`."""
        self._lost |= dict.fromkeys(sources, known_until_ms)

    def write_lost(self) -> None:
        """To be called again and again: tried until the database takes it. Raises as `keep`."""
        if self._lost and self._write(partial(self._views.lose, self._lost)):
            self._lost.clear()

    def _write(self, write: Callable[[], None]) -> bool:
        try:
            write()
        except StoreCorrupt:
            raise
        except StoreError as error:
            if self._is_well:
                _log.error("views are not kept now, it is tried again error=%r", str(error))
            self._is_well = False
            return False
        self._is_well = True
        return True
