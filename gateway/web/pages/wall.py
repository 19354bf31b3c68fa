"""The wall: what a display over the desk shows, to be read from across the room. Whoever stands before it need not log
in."""

from __future__ import annotations

from gateway.web.room import Page, Room, StationLook
from gateway.web.station_now import station_now


def wall(look: StationLook) -> Page:
    return Page("wall.html", {"now": station_now(look)}, look.configuration.station.name)


ROOM = Room("wall", "/wall", wall, in_menu=False, open_on_loopback=True)
