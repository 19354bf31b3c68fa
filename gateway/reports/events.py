"""What the gateway noticed by itself while it ran, as reports want it: findings beside the values, and exceedances.

Whoever keeps them implements `EventSource`. Until something does there are none, and a report says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from gateway.core.episode import Episode


class Topic(StrEnum):
    QUALITY = "quality"
    EXCEEDANCE = "exceedance"


@dataclass(frozen=True, slots=True)
class Noted:
    """An episode, and whose it is: a parameter's symbol, or an instrument's name."""

    subject: str
    episode: Episode


class EventSource(Protocol):
    """Where episodes are kept."""

    def noted(self, topic: Topic, from_ms: int, until_ms: int) -> Sequence[Noted]:
        """Those that touch `[from_ms, until_ms]`, oldest first."""


class NoEvents:
    """Nothing was recorded. An `EventSource`."""

    def noted(self, topic: Topic, from_ms: int, until_ms: int) -> Sequence[Noted]:
        return ()
