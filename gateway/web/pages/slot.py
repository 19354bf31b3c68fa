"""One slot, from its readings to the servers' answers: what `gateway explain` tells, on a page."""

from __future__ import annotations

from gateway.core.role import Role
from gateway.core.span import first_ms
from gateway.outbox.store import OutboxStore
from gateway.reports.explain.slot import ExplainedSlot, Explanation, explain
from gateway.runtime import lock
from gateway.web.room import BadRequest, NotThere, Page, Room, StationLook

_DAY = len("2026-01-31")
SHOWN = 400
"""Readings of a value that are shown one by one; all of them are in the answer for programs."""


def slot(look: StationLook) -> Page:
    text, texts = look.path["slot"], look.wording.texts
    try:
        end_ms = first_ms(text, look.configuration.station.zone)
    except ValueError:
        raise BadRequest(texts("page.slot.no_slot", slot=text)) from None
    if len(text) <= _DAY:
        raise BadRequest(texts("page.slot.no_slot", slot=text))
    destination = look.query.get("to")
    if destination is not None and destination not in _known(look):
        raise NotThere(texts("page.deliveries.no_destination", name=destination))
    found = explain(
        look.database,
        look.configuration,
        end_ms,
        look.now.wall_ms,
        destination,
        runs_now=lock.is_held(look.configuration.storage.path),
    )
    return Page(
        "slot.html",
        {
            "found": found,
            "destination": destination,
            "shown": SHOWN,
            "resendable": _active(look) if look.may(Role.OPERATOR) else set(),
            "readings_are_gone": [_readings_are_gone(one, found) for one in found.slots],
        },
        f"{texts('page.slot.title')} {look.wording.moment(look.local(end_ms), has_seconds=end_ms % 60_000 != 0)}",
    )


def _active(look: StationLook) -> set[str]:
    return {one.name for one in look.configuration.active_destinations}


def _known(look: StationLook) -> set[str]:
    return {one.name for one in look.configuration.destinations} | set(OutboxStore(look.database).destinations())


def _readings_are_gone(slot_explained: ExplainedSlot, explanation: Explanation) -> bool:
    """Whether they were kept for a while, and are not any more."""
    oldest_ms = explanation.oldest_reading_ms
    return oldest_ms is None or oldest_ms >= slot_explained.slot.end_ms


ROOM = Room("slot", "/slot/{slot}", slot, lambda configuration: bool(configuration.sent), in_menu=False)
