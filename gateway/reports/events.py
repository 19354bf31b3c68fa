"""What the gateway noticed by itself while it ran, as reports want it: findings beside the values, and exceedances.

`gateway.audit.events.EventStore` keeps them and is an `EventSource`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.core.findings import Finding, Topic

__all__ = ["EventSource", "Finding", "Topic"]


class EventSource(Protocol):
    """Where episodes are kept."""

    def findings(self, topic: Topic, from_ms: int, until_ms: int) -> Sequence[Finding]:
        """Those that touch `[from_ms, until_ms]`, oldest first."""
