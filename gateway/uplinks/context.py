"""What an uplink is to know besides its destination."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.config import Destination
from gateway.core.profile import ServerProfile
from gateway.runtime.clock import SystemClock
from gateway.uplinks.manners import Manners
from gateway.uplinks.pool.connection_pool import ConnectionPool
from gateway.uplinks.tls import SeenUntil


@dataclass(frozen=True, slots=True)
class UplinkContext:
    """Who sends, which lane, whom to tell of certificates, and how many connections there may be."""

    station: str
    lane: str
    historical: bool
    """What it carries is old; receivers that tell it from live data must be told."""
    seen_until: SeenUntil | None = None
    pool: ConnectionPool[Any] | None = None
    """All contexts of one account hold the same one; `None` for somebody who is alone."""
    on_profile: Callable[[ServerProfile], None] | None = None
    """Told once what the server can do; `None`: nobody asks."""
    manners: Manners | None = None
    """All contexts of one account hold the same; `None` for somebody who is alone."""

    @property
    def urgent(self) -> bool:
        """Whether it is the live lane's, which takes precedence where the lanes have to take turns."""
        return not self.historical

    def pool_of(self, destination: Destination) -> ConnectionPool[Any]:
        """The connections that the destination's account may have."""
        return self.pool or ConnectionPool(destination.most_connections, SystemClock())

    def manners_of(self) -> Manners:
        """What has been learned of the destination's server."""
        return self.manners or Manners(SystemClock())
