"""Which limit is in force on a day, and which changes with one: limits are told by days, on the station's calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum

from gateway.core.dated_limit import LONG_AGO_MS, DatedLimit, LimitSpan, day_ends_ms
from gateway.core.instants import FAR_FUTURE_MS, day_begins_ms, local_time
from gateway.core.reading import Parameter


class LegalState(StrEnum):
    """Of something that holds from a day to a day, as seen from one."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    ENDED = "ended"


def state_on(day: date, since: date | None, until: date | None) -> LegalState:
    """Both days are included."""
    if since is not None and day < since:
        return LegalState.NOT_YET
    return LegalState.ENDED if until is not None and until < day else LegalState.IN_FORCE


def dated(span: LimitSpan, zone: tzinfo | str) -> DatedLimit:
    """The days on which it was in force, the first and the last perhaps for a part of them only."""
    return DatedLimit(
        span.limit,
        None if span.from_ms <= LONG_AGO_MS else local_time(span.from_ms, zone).date(),
        None if span.until_ms >= FAR_FUTURE_MS else local_time(span.until_ms - 1, zone).date(),
        span.origin,
    )


def on_day(spans: Iterable[LimitSpan], day: date, zone: tzinfo | str) -> tuple[LimitSpan, ...]:
    """Those that were in force at some time of the day."""
    begin_ms, end_ms = day_begins_ms(day, zone), day_ends_ms(day, zone)
    return tuple(span for span in spans if span.from_ms < end_ms and begin_ms < span.until_ms)


@dataclass(frozen=True, slots=True)
class LimitChange:
    """What is held against a parameter from an instant on, over one averaging time, instead of what was before; `None`:
    nothing."""

    parameter: Parameter
    at_ms: int
    before: LimitSpan | None
    after: LimitSpan | None


def changes_of(parameter: Parameter, spans: Sequence[LimitSpan]) -> Iterator[LimitChange]:
    """Every change of the parameter's limits by their own days, oldest first of each averaging time.

    Worked: at most 50 until the end of 2025 and 45 from 2026 on → one change, at 2025-12-31T17:00:00Z.
    """
    for averaging_ms in dict.fromkeys(span.limit.averaging_ms for span in spans):
        alike = [span for span in spans if span.limit.averaging_ms == averaging_ms]
        for at_ms in sorted({instant for span in alike for instant in (span.from_ms, span.until_ms)}):
            before = next((span for span in alike if span.holds_at(at_ms - 1)), None)
            after = next((span for span in alike if span.holds_at(at_ms)), None)
            if LONG_AGO_MS < at_ms < FAR_FUTURE_MS and (before or after):
                yield LimitChange(parameter, at_ms, before, after)
