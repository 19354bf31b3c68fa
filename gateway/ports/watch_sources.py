"""What the watch over ports asks of others: who looks at the box, who knows of the policy, who keeps events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from gateway.core.findings import Finding
from gateway.core.ports import PortKind, PortLook, PortSource, Violation
from gateway.ports.lasting_violations import LastingEvents


class BoxSource(PortSource, Protocol):
    """The box's own ports, which can be looked at by kind."""

    def look_at(self, kinds: Collection[PortKind]) -> PortLook:
        """The same for ports of these kinds alone."""


class DriftSource(Protocol):
    """Who knows whether what was closed is closed still."""

    def violations(self) -> Sequence[Violation]:
        """What is not; never raises."""


class PortEvents(LastingEvents, Protocol):
    """Where events are kept: `gateway.audit.events.EventStore`."""

    def note(self, many: Sequence[Finding], now_ms: int) -> None: ...
