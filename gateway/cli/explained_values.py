"""What `gateway explain` says of one value of a slot: what it was made of, how, and what it was held against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.cli.moments import exact
from gateway.cli.terms import called, reason_words
from gateway.core.phrase import Phrase, in_a_row

if TYPE_CHECKING:
    from gateway.core.averaging import Average
    from gateway.reports.explain.averages import ExplainedAverage, UsedReading
    from gateway.reports.explain.lines import ExplainedLine

NAMED = 5
"""Readings that are named one by one; of more their number is told, and --json has all."""


def value_lines(explained: ExplainedLine, zone: str) -> Iterator[Phrase]:
    line, average = explained.line, explained.average
    yield Phrase(
        "  {symbol}: {value}, status {status}",
        symbol=line.parameter.symbol,
        value=_value(line.average, line.parameter.unit),
        status=line.average.status.value,
    )
    if explained.reason is not None:
        yield Phrase("    not 00: {reason}", reason=reason_words(explained.reason))
    if average is not None:
        yield from _average(average, zone)
    elif not explained.steps:
        yield Phrase("    how it was made is not known any more")
    if explained.inputs:
        inputs = [
            Phrase(
                "{symbol} {value} ({status})",
                symbol=one.symbol,
                value=_value(one.average),
                status=one.average.status.value,
            )
            for one in explained.inputs
        ]
        yield Phrase("    with {inputs}", inputs=in_a_row(inputs, ", "))
    for step in explained.steps:
        value = Phrase("not defined") if step.value is None else repr(step.value)
        yield Phrase("    {words} = {value}", words=step.words, value=value)
    if explained.agrees is False and explained.again is not None:
        again = explained.again
        yield Phrase(
            "    what is kept yields {value}, status {status}, of {count} of {expected} readings: the record stands",
            value=_value(again),
            status=again.status.value,
            count=again.readings,
            expected=again.expected,
        )
    yield from _held(explained)


def _held(explained: ExplainedLine) -> Iterator[Phrase]:
    """Each limit, and what came of it."""
    from gateway.cli.speech import language_spoken
    from gateway.reports.explain.limits import LimitOutcome
    from gateway.texts.limit_wording import LimitWording

    wording = LimitWording.of(language_spoken())
    outcomes = {
        LimitOutcome.WITHIN: Phrase("within"),
        LimitOutcome.EXCEEDED: Phrase("exceeded"),
        LimitOutcome.NO_VALUE: Phrase("no value"),
    }
    for one in explained.limits:
        came = outcomes[one.outcome]
        if one.outcome is not LimitOutcome.NO_VALUE and one.limit.limit.averaging_ms is not None:
            came = Phrase("{outcome}: mean {value!r}", outcome=came, value=one.value)
        limit = wording.whole(one.limit, explained.line.parameter.unit)
        yield Phrase("    held against {limit}: {outcome}", limit=limit, outcome=came)


def _average(average: ExplainedAverage, zone: str) -> Iterator[Phrase]:
    recorded, parameter = average.recorded, average.parameter
    summed = Phrase("what the total grew by, summed")
    measured = Phrase("measured by {instruments}", instruments=", ".join(average.instruments))
    yield Phrase(
        "    {measured}: {value}, {how}{weighed} of {count} that count; {expected} were expected{changed}",
        measured=measured if average.instruments else Phrase("made"),
        value=_value(recorded, parameter.unit),
        how=summed if average.is_running_total else called(average.averaging),
        weighed=Phrase(", weighed with {symbol}", symbol=average.weight) if average.weight else "",
        count=recorded.readings,
        expected=recorded.expected,
        changed=_changed(average, zone),
    )
    if average.again is None:
        yield Phrase("    no readings of it are kept")
        return
    yield _came(average)
    out = [one for one in average.readings if one.why_not is not None]
    for one in out[:NAMED]:
        yield _not_counted(one, zone)
    if len(out) > NAMED:
        yield Phrase("    not counted: {count} more; --json has them all", count=len(out) - NAMED)


def _came(average: ExplainedAverage) -> Phrase:
    statuses = [
        Phrase("{count} with {status}", count=count, status=status.value)
        for status, count in average.by_status().items()
    ]
    return Phrase(
        "    {count} came{statuses}{missing}",
        count=average.came,
        statuses=Phrase(": {listed}", listed=in_a_row(statuses, ", ")) if statuses else "",
        missing=Phrase(", {count} were never taken", count=average.missing) if average.missing else "",
    )


def _not_counted(one: UsedReading, zone: str) -> Phrase:
    from gateway.reports.explain.averages import WhyNot

    why = {
        WhyNot.OTHER_STATUS: Phrase("other status"),
        WhyNot.NO_VALUE: Phrase("no value"),
        WhyNot.NO_AMOUNT: Phrase("no amount"),
        WhyNot.LATE: Phrase("came late"),
    }
    return Phrase(
        "    not counted: {at} {value}, status {status}: {why}",
        at=exact(one.at_ms, zone),
        value=Phrase("no value") if one.reading.value is None else repr(one.reading.value),
        status=one.reading.status.value,
        why="" if one.why_not is None else why[one.why_not],
    )


def _changed(average: ExplainedAverage, zone: str) -> Phrase | str:
    """Where the poll period was changed within the slot, each part of it is expected as it was asked."""
    if not average.earlier or average.period_ms is None:
        return ""
    parts = [
        Phrase("every {period:g} s until {at}, then ", period=period_ms / 1000, at=exact(at_ms, zone))
        for at_ms, period_ms in average.earlier
    ]
    last = Phrase("every {period:g} s", period=average.period_ms / 1000)
    return Phrase(" ({parts}): the configuration was changed", parts=in_a_row([*parts, last], ""))


def _value(average: Average, unit: str = "-") -> Phrase | str:
    if average.value is None:
        return Phrase("no value")
    return repr(average.value) if unit == "-" else f"{average.value!r} {unit}"
