"""How a standard stands on a day: whether it is in force, and what follows it. In English, as logs and the command line
have it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from gateway.core.limit_days import LegalState, state_on
from gateway.core.standards import Standard


def standing(standard: Standard, day: date) -> Iterator[str]:
    """What is to be known of it on that day; nothing of one that is simply in force.

    Worked, QCVN 40:2011 on 2026-05-01: `replaced by QCVN 40:2025 from 2025-09-01; existing sites may follow this one
    until 2031-12-31`.
    """
    state = state_on(day, standard.since, standard.until)
    if state is LegalState.NOT_YET:
        yield f"not in force yet: from {standard.since}"
    if state is LegalState.ENDED and standard.until is not None:
        yield f"no longer in force since {standard.until + timedelta(days=1)}"
    followed = standard.replaced_by
    if followed is None:
        return
    has_come = followed.since is None or followed.since <= day
    words = f"{'replaced' if has_come else 'to be replaced'} by {followed.standard}"
    words += "" if followed.since is None else f" from {followed.since}"
    if state is not LegalState.ENDED and standard.until is not None:
        words += f"; existing sites may follow this one until {standard.until}"
    yield words
