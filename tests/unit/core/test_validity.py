"""Until when the papers of a device hold: whole days, the last one included."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gateway.core.validity import REMINDED_DAYS, VALIDITY_KINDS, Validity, ValidityKind, ValidityState, reminders

LAST = date(2026, 12, 31)
ONE = Validity("cod", ValidityKind.VERIFICATION, LAST)


@pytest.mark.parametrize(
    ("today", "left", "state"),
    [
        (date(2026, 11, 30), 31, ValidityState.VALID),
        (date(2026, 12, 1), 30, ValidityState.ENDING),
        (LAST, 0, ValidityState.ENDING),
        (date(2027, 1, 1), -1, ValidityState.ENDED),
        (date(2036, 1, 1), -3288, ValidityState.ENDED),
    ],
)
def test_the_last_day_is_a_whole_one(today: date, left: int, state: ValidityState) -> None:
    assert (ONE.days_left(today), ONE.state(today)) == (left, state)


def test_a_reminder_began_on_the_same_day_whenever_one_looks() -> None:
    for days in range(REMINDED_DAYS + 1):
        (soon,) = reminders([ONE], LAST - timedelta(days=days))
        assert (soon.kind, soon.since) == ("verification_ending", date(2026, 12, 1))
    for days in (1, 2, 400):
        (over,) = reminders([ONE], LAST + timedelta(days=days))
        assert (over.kind, over.since) == ("verification_ended", date(2027, 1, 1))
    assert list(reminders([ONE], date(2026, 11, 30))) == []
    assert {soon.kind, over.kind} <= set(VALIDITY_KINDS)
