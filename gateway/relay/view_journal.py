"""Who looks, from where, since when and until when: told to the recorder, again until it says that it was kept."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .gstreamer import mono_s, wall_ms
from .journal import value

_log = logging.getLogger(__name__)

MOST = 2000
"""That are remembered while nobody keeps them; then the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class View:
    source: str
    """What it is called, nowhere and never again."""
    camera: str
    viewer: str
    address: str
    began_ms: int
    began_s: float
    ended_ms: int | None = None

    def said(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "camera": self.camera,
            "viewer": self.viewer,
            "address": self.address,
            "began_ms": self.began_ms,
            "ended_ms": self.ended_ms,
        }


class ViewJournal:
    """Called from any thread. `tell` is called with each view that is news."""

    def __init__(self, tell: Callable[[View], object]) -> None:
        self._lock = threading.Lock()
        self._views: dict[str, View] = {}
        self._tell = tell

    def begin(self, camera: str, viewer: str, address: str) -> str:
        """Returns what the view is called."""
        view = View(uuid.uuid4().hex, camera, viewer, address, wall_ms(), mono_s())
        with self._lock:
            self._views[view.source] = view
            while len(self._views) > MOST:
                del self._views[next(iter(self._views))]
        _log.info("view began camera=%s viewer=%s from=%s", camera, value(viewer), address)
        self._tell(view)
        return view.source

    def end(self, source: str) -> None:
        with self._lock:
            view = self._views.get(source)
            if view is None or view.ended_ms is not None:
                return
            length_s = mono_s() - view.began_s  # the wall clock may have been set meanwhile
            view = self._views[source] = replace(view, ended_ms=view.began_ms + round(length_s * 1000))
        _log.info(
            "view ended camera=%s viewer=%s from=%s length_s=%.1f",
            view.camera,
            value(view.viewer),
            view.address,
            length_s,
        )
        self._tell(view)

    def kept(self, source: str, *, is_ended: bool) -> None:
        """The recorder has it. One that has ended need not be remembered any longer."""
        with self._lock:
            if is_ended:
                self._views.pop(source, None)

    def all(self) -> list[View]:
        """Those that last and those that nobody has kept yet, oldest first."""
        with self._lock:
            return list(self._views.values())
