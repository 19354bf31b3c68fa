"""Now: each parameter large, what is the matter with it, and what needs a person first."""

from __future__ import annotations

from gateway.web.room import Page, Room, StationLook
from gateway.web.station_now import station_now


def now(look: StationLook) -> Page:
    return Page("now.html", {"now": station_now(look)})


ROOM = Room("now", "/now", now)
