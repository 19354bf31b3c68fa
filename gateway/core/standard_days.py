"""How a standard stands on a day: whether it is in force, and what follows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from gateway.core.limit_days import LegalState, state_on
from gateway.core.phrase import Phrase
from gateway.core.standard_table import Standard


def standing(standard: Standard, day: date) -> Iterator[Phrase]:
    """What is to be known of it on that day; nothing of one that is simply in force.

    Worked, QCVN 40:2011 on 2026-05-01: `replaced by QCVN 40:2025 from 2025-09-01; existing sites may follow this one
    until 2031-12-31`.
    """
    state = state_on(day, standard.since, standard.until)
    if state is LegalState.NOT_YET:
        yield Phrase("not in force yet: from {day}", day=standard.since)
    if state is LegalState.ENDED and standard.until is not None:
        yield Phrase("no longer in force since {day}", day=standard.until + timedelta(days=1))
    followed = standard.replaced_by
    if followed is None:
        return
    has_come = followed.since is None or followed.since <= day
    words = Phrase("replaced by {standard}", standard=followed.standard)
    if not has_come:
        words = Phrase("to be replaced by {standard}", standard=followed.standard)
    if followed.since is not None:
        words += Phrase(" from {day}", day=followed.since)
    if state is not LegalState.ENDED and standard.until is not None:
        words += Phrase("; existing sites may follow this one until {day}", day=standard.until)
    yield words
