"""System: the gateway itself."""

from __future__ import annotations

from gateway.reports.status import collect
from gateway.web.room import Page, Room, StationLook


def system(look: StationLook) -> Page:
    return Page("system.html", {"status": collect(look.configuration, look.database, look.now)})


ROOM = Room("system", "/system", system)
