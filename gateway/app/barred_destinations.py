"""Destinations that cannot be reached because what they need cannot be read: told as soon as they are begun with, and
not when the first file is due."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from gateway.config import Configuration
from gateway.config.unreadable import unreadable_at
from gateway.core.component import ComponentKind, ComponentState
from gateway.db.board import Board

_log = logging.getLogger(__name__)


def tell_barred(configuration: Configuration, destinations: Iterable[str], board: Board, now_ms: int) -> None:
    """Of these destinations in use, each time anything is taken over: what can be read now may have been read otherwise
    before. What was told so before and holds no more is forgotten: how such a one fares is not
    known until something is sent."""
    for name in destinations:
        barred = unreadable_at(configuration, name)
        if not barred:
            board.forget(ComponentKind.DESTINATION, name, ComponentState.REJECTED, _begins(name))
            continue
        words = "; ".join(f"{one.path}: {one.wrong}; {one.right}" for one in barred)
        if board.report(ComponentKind.DESTINATION, name, ComponentState.REJECTED, words, now_ms):
            _log.error("destination rejected destination=%s error=%r", name, words)


def _begins(name: str) -> str:
    return f"destinations.{name}."
