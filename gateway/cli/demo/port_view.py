"""The demo's ports as they are shown: what is not as declared, since when, and when it ended."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from gateway.cli.terms import violation_called
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.cli.demo.station import Simulator
    from gateway.config import Configuration
    from gateway.core.findings import Finding

SEEN_WITHIN_LOOKS = 5
"""Of one second each: after that, what was done at a port of the box has begun or ended a violation."""


class PortView:
    """Reads the events that the gateway has kept."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._found: list[Finding] = []
        self._told: set[tuple[str, int, bool]] = set()

    def refresh(self) -> None:
        """Look what has been noted. While the gateway is starting nothing has."""
        from gateway.audit.events import EventStore
        from gateway.cli.storage import open_storage
        from gateway.core.findings import Topic
        from gateway.core.instants import FAR_FUTURE_MS

        try:
            with closing(open_storage(self._configuration)) as database:
                self._found = list(EventStore(database).findings(Topic.PORT, 0, FAR_FUTURE_MS))
        except GatewayError:
            return

    def news(self) -> list[str]:
        """What began and what ended since this was asked last, a line each."""
        lines: list[str] = []
        for finding in self._found:
            episode = finding.episode
            key = (finding.subject, episode.begin_ms, episode.end_ms is not None)
            if key in self._told:
                continue
            self._told.add(key)
            if episode.end_ms is None:
                kind = violation_called(episode.kind)
                told = {"port": finding.subject, "kind": kind, "detail": finding.detail}
                lines.append(Phrase("port {port}: {kind}: {detail}", **told))
            else:
                lasted_s = (episode.end_ms - episode.begin_ms) / 1000
                lines.append(
                    Phrase(
                        "port {port}: as declared again after {seconds:.0f} s", port=finding.subject, seconds=lasted_s
                    )
                )
        return lines

    def missed(self, simulator: Simulator) -> list[str]:
        """The box's ports at which something was done and undone, and of which no violation has begun and ended."""
        ended = {finding.subject for finding in self._found if finding.episode.end_ms is not None}
        return [port for port in simulator.undone_at(SEEN_WITHIN_LOOKS) if port not in ended]
