"""What `gateway status` and `gateway check` have to say of the equipment: papers that have ended or soon will."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from gateway.cli.speech import said
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.config import Configuration
    from gateway.core.errors import Problem
    from gateway.core.validity import Validity, ValidityKind


def equipment_notes(validities: Iterable[Validity], today: date | None) -> list[Text]:
    """`today`: `None` where the clock cannot be trusted; then nothing is said."""
    from rich.text import Text

    from gateway.core.number_of import number_of
    from gateway.core.validity import ValidityState, reminders

    if today is None:
        return []
    lines = []
    for one in reminders(validities, today):
        left, has_ended = one.validity.days_left(today), one.state is ValidityState.ENDED
        when = Phrase("today")
        if has_ended:
            when = Phrase("{days} ago", days=number_of(-left, "day"))
        elif left:
            when = Phrase("in {days}", days=number_of(left, "day"))
        words = Phrase(
            "{equipment}: {what} {verb} on {until}, {when}",
            equipment=one.validity.equipment,
            what=_paper(one.validity.of),
            verb=Phrase("ended") if has_ended else Phrase("ends"),
            until=one.validity.until,
            when=when,
        )
        lines.append(Text(said(words), "red" if has_ended else "yellow"))
    return lines


def equipment_problems(configuration: Configuration, now_ms: int) -> Iterator[Problem]:
    """Warnings, by the clock of the machine on which the file is checked."""
    from gateway.core.errors import Problem
    from gateway.core.instants import local_time
    from gateway.core.validity import ValidityState, reminders

    today = local_time(now_ms, configuration.station.timezone).date()
    for one in reminders(configuration.validities, today):
        verb = Phrase("ended") if one.state is ValidityState.ENDED else Phrase("ends")
        what = _paper(one.validity.of)
        wrong = Phrase("its {what} {verb} on {until}", what=what, verb=verb, until=one.validity.until)
        at = f"equipment.{one.validity.equipment}"
        yield Problem(str(configuration.file), 0, at, wrong, Phrase("have it renewed, and write the next last day"))


def equipment_lines(configuration: Configuration) -> list[Phrase]:
    """What there is, a line for all of it."""
    named = [f"{one.name} ({one.make} {one.model})" for one in configuration.equipment]
    return [Phrase("  equipment: {named}", named=", ".join(named))] if named else []


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


def _paper(kind: ValidityKind) -> Phrase:
    from gateway.core.validity import ValidityKind

    return {
        ValidityKind.CALIBRATION: Phrase("calibration"),
        ValidityKind.VERIFICATION: Phrase("verification"),
        ValidityKind.TYPE_APPROVAL: Phrase("type approval"),
    }[kind]
