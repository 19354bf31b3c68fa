"""What holds until a day: a device's calibration, its verification, the approval of its type. Pure.

Days are those of the station's wall clock. The last day is a whole one: what holds until 2026-12-31 has ended when
2027-01-01 begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

REMINDED_DAYS = 30
"""So many days before the last one a person is reminded: a laboratory wants weeks."""


class ValidityKind(StrEnum):
    """What a device is shown to be fit by."""

    CALIBRATION = "calibration"
    """Hiệu chuẩn."""
    VERIFICATION = "verification"
    """Kiểm định."""
    TYPE_APPROVAL = "type_approval"
    """Phê duyệt mẫu."""


class ValidityState(StrEnum):
    VALID = "valid"
    ENDING = "ending"
    ENDED = "ended"


ENDING_KINDS = tuple(f"{of}_{ValidityState.ENDING}" for of in ValidityKind)
"""Of events that remind: `verification_ending`."""
VALIDITY_KINDS = (*ENDING_KINDS, *(f"{of}_{ValidityState.ENDED}" for of in ValidityKind))


@dataclass(frozen=True, slots=True)
class Validity:
    """What of which device holds until when; `until` is the last day."""

    equipment: str
    of: ValidityKind
    until: date

    def days_left(self, today: date) -> int:
        """0: this is its last day; below 0: it has ended."""
        return (self.until - today).days

    def state(self, today: date) -> ValidityState:
        left = self.days_left(today)
        if left < 0:
            return ValidityState.ENDED
        return ValidityState.ENDING if left <= REMINDED_DAYS else ValidityState.VALID


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a person has to be told of now, and the day on which it began: the same on every look."""

    validity: Validity
    state: ValidityState
    since: date

    @property
    def kind(self) -> str:
        """Of its event."""
        return f"{self.validity.of}_{self.state}"


def reminders(validities: Iterable[Validity], today: date) -> Iterator[Reminder]:
    """One for each that has ended or soon will, in their order."""
    for one in validities:
        state = one.state(today)
        if state is not ValidityState.VALID:
            days = 1 if state is ValidityState.ENDED else -REMINDED_DAYS
            yield Reminder(one, state, one.until + timedelta(days=days))
