"""What `gateway status` and `gateway check` have to say of the equipment: papers that have ended or soon will."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.config import Configuration
    from gateway.core.errors import Problem
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


def equipment_problems(configuration: Configuration, now_ms: int) -> Iterator[Problem]:
    """Warnings, by the clock of the machine on which the file is checked."""
    from gateway.core.errors import Problem
    from gateway.core.instants import local_time
    from gateway.core.validity import ValidityState, reminders

    today = local_time(now_ms, configuration.station.timezone).date()
    for one in reminders(configuration.validities, today):
        verb = "ended" if one.state is ValidityState.ENDED else "ends"
        what = one.validity.of.replace("_", " ")
        wrong = Phrase("its {what} {verb} on {until}", what=what, verb=verb, until=one.validity.until)
        at = f"equipment.{one.validity.equipment}"
        yield Problem(str(configuration.file), 0, at, wrong, Phrase("have it renewed, and write the next last day"))


def equipment_lines(configuration: Configuration) -> list[str]:
    """What there is, a line for all of it."""
    named = [f"{one.name} ({one.make} {one.model})" for one in configuration.equipment]
    return [f"  equipment: {', '.join(named)}"] if named else []


def equipment_configured(configuration: Configuration) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "kind": one.kind.value,
            "make": one.make,
            "model": one.model,
            "serial": one.serial,
            "measures": [line.line for line in configuration.measured_by(one)],
        }
        for one in configuration.equipment
    ]
