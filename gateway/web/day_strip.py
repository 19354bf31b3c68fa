"""A day as a strip of its slots, drawn on the server: for each verdict one shape, so that a good day is a few bytes.

Verdicts differ in form as well as in colour, for those who see no colours and for paper: in time fills the height, late
half of it, what has not come is two thin lines, what was never made one thin line at the bottom.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.reports.delivery_calendar import CalendarDay, DeliveryCalendar, SlotVerdict

HEIGHT = 12
_FORMS: Mapping[SlotVerdict, tuple[tuple[int, int], ...]] = {
    SlotVerdict.IN_TIME: ((0, 12),),
    SlotVerdict.LATE: ((6, 6),),
    SlotVerdict.WAITING: ((1, 3), (8, 3)),
    SlotVerdict.HELD: ((1, 3), (8, 3)),
    SlotVerdict.REFUSED: ((1, 3), (8, 3)),
    SlotVerdict.GIVEN_UP: ((8, 3),),
    SlotVerdict.EMPTY: ((10, 2),),
    SlotVerdict.NOT_MADE: ((10, 2),),
}
"""Rectangles of each slot: from the top, and how high. What is not due, or was before the first, is blank."""
LEAST = 1 / 180
"""So wide is a single slot that is not in time at least, as a part of the day: a pixel or two of a telephone."""


def day_strip(calendar: DeliveryCalendar, day: CalendarDay) -> dict[SlotVerdict, str]:
    """Paths in a picture as wide as the day has slots, `HEIGHT` high."""
    width = len(day.ends_ms)
    paths: dict[SlotVerdict, list[str]] = {}
    x = 0
    for run in calendar.runs_of(day):
        least = 0 if run.verdict is SlotVerdict.IN_TIME else width * LEAST
        right = min(width, max(x + run.slots, x + least))
        for top, height in _FORMS.get(run.verdict, ()):
            paths.setdefault(run.verdict, []).append(f"M{x} {top}H{right:g}v{height}H{x}z")
        x += run.slots
    return {verdict: "".join(paths[verdict]) for verdict in SlotVerdict if verdict in paths}
