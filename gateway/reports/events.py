"""What the gateway noticed by itself while it ran, as reports want it: findings beside the values, and exceedances.

`gateway.audit.events.EventStore` keeps them and is an `EventSource`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.core.watching import Noted, Topic

__all__ = ["EventSource", "Noted", "Topic"]


class EventSource(Protocol):
    """Where episodes are kept."""

    def noted(self, topic: Topic, from_ms: int, until_ms: int) -> Sequence[Noted]:
        """Those that touch `[from_ms, until_ms]`, oldest first."""
