"""What `gateway status` has to say of the equipment: papers that have ended or soon will."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.core.validity import Validity


def equipment_notes(validities: Iterable[Validity], today: date | None) -> list[Text]:
    """`today`: `None` where the clock cannot be trusted; then nothing is said."""
    from rich.text import Text

    from gateway.core.number_of import number_of
    from gateway.core.validity import ValidityState, reminders

    if today is None:
        return []
    lines = []
    for one in reminders(validities, today):
        left, what = one.validity.days_left(today), one.validity.of.replace("_", " ")
        has_ended = one.state is ValidityState.ENDED
        when = f"{number_of(-left, 'day')} ago" if has_ended else f"in {number_of(left, 'day')}" if left else "today"
        words = f"{one.validity.equipment}: {what} {'ended' if has_ended else 'ends'} on {one.validity.until}, {when}"
        lines.append(Text(words, "red" if has_ended else "yellow"))
    return lines
