"""The rooms of the page, in the order of its menu. A room is added here, by its module, and nowhere else."""

from __future__ import annotations

from gateway.config import Configuration
from gateway.web.pages import cameras, charts, deliveries, journal, now, orders, ports, reports, slot, system, wall
from gateway.web.room import Room

ROOMS: tuple[Room, ...] = (
    now.ROOM,
    charts.ROOM,
    charts.NUMBERS_ROOM,
    charts.CSV_ROOM,
    deliveries.ROOM,
    slot.ROOM,
    orders.ROOM,
    orders.ORDER,
    reports.ROOM,
    reports.MADE,
    cameras.ROOM,
    cameras.PICTURE,
    cameras.CLIP,
    ports.ROOM,
    journal.ROOM,
    system.ROOM,
    wall.ROOM,
)


def rooms_of(configuration: Configuration) -> tuple[Room, ...]:
    """Those that this station has."""
    return tuple(room for room in ROOMS if room.appears(configuration))
