"""What `gateway explain` says to people: lines, the readings of a value in a few of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gateway.cli.reasons import reason_words
from gateway.core.number_of import number_of

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.averaging import Average
    from gateway.core.lateness import DelayCause
    from gateway.outbox.delivery_tries import Acceptance
    from gateway.reports.explain.averages import ExplainedAverage
    from gateway.reports.explain.deliveries import ExplainedDelivery
    from gateway.reports.explain.files import ExplainedFile
    from gateway.reports.explain.lines import ExplainedLine
    from gateway.reports.explain.slot import ExplainedSlot, Explanation

NAMED = 5
"""Readings that are named one by one; of more their number is told, and --json has all."""


def lines_of(explanation: Explanation, configuration: Configuration) -> list[str]:
    """The whole of it."""
    zone = configuration.station.timezone
    if not explanation.slots:
        return [f"no slot ends at {_local(explanation.end_ms, zone)}: a slot is meant by its end"]
    lines = []
    for one in explanation.slots:
        lines += [*_slot(one, explanation, zone), ""]
    for off in explanation.downtimes:
        lines.append(f"{_cause(off.cause)}: {_local(off.from_ms, zone)} to {_local(off.until_ms, zone)}")
    for one_calibration in explanation.calibrations:
        until_ms = one_calibration.until_ms
        until = "until it is ended" if until_ms is None else f"to {_local(until_ms, zone)}"
        lines.append(
            f"{one_calibration.symbol} was declared to be calibrated by {one_calibration.begun_by},"
            f" {_local(one_calibration.began_ms, zone)} {until}: {one_calibration.reason}"
        )
    return [*lines, *_proof(explanation, zone)]


def _slot(explained: ExplainedSlot, explanation: Explanation, zone: str) -> Iterator[str]:
    slot, kept, record = explained.slot, explained.kept, explained.record
    yield f"slot {_local(slot.start_ms, zone)} to {_local(slot.end_ms, zone)} ({slot.length_ms // 1000} s)"
    if kept is not None:
        yield f"  closed {_local(kept.closed_ms, zone)}, {(kept.closed_ms - slot.end_ms) / 1000:.1f} s after its end"
    for fault in explained.why_not:
        yield f"  {fault}" + (f": {_cause(explained.cause)}" if explained.cause else "")
    if record is not None:
        made_of = "readings" if record.shorter is None else number_of(record.shorter, "shorter slot")
        yield f"  made of {made_of}; 00 needs {record.min_coverage:g} % of those that are expected"
        if record.damaged_blocks:
            yield f"  damaged on the card: {number_of(record.damaged_blocks, 'block')} of its readings"
        if record.shorter is None and _readings_are_gone(explained, explanation):
            yield "  its readings are beyond what is kept" + (
                ""
                if explanation.oldest_reading_ms is None
                else f": the oldest is of {_local(explanation.oldest_reading_ms, zone)}"
            )
        for line in record.lines:
            yield from _line(line, explained.files, zone)
    for file in explained.files:
        yield f"  file {file.made.name}, {file.made.size:,} bytes, made {_local(file.made.made_ms, zone)}"
        yield f"    sha256 {file.made.sha256.hex()}"
        yield f"    {'made again from the record, and the same byte for byte' if file.damage is None else file.damage}"
    for delivery in explained.deliveries:
        yield from _delivery(delivery, zone)


def _readings_are_gone(explained: ExplainedSlot, explanation: Explanation) -> bool:
    oldest_ms = explanation.oldest_reading_ms
    return oldest_ms is None or oldest_ms >= explained.slot.end_ms


def _line(explained: ExplainedLine, files: Sequence[ExplainedFile], zone: str) -> Iterator[str]:
    line, average = explained.line, explained.average
    yield f"  {line.parameter.symbol}: {_value(line.average, line.parameter.unit)}, status {line.average.status.value}"
    if explained.reason is not None:
        yield f"    not 00: {reason_words(explained.reason)}"
    if average is not None:
        yield from _average(average, zone)
    elif not explained.steps:
        yield "    how it was made is not known any more"
    if explained.inputs:
        needs = (f"{one.symbol} {_value(one.average)} ({one.average.status.value})" for one in explained.inputs)
        yield f"    with {', '.join(needs)}"
    for step in explained.steps:
        yield f"    {step.words} = {'not defined' if step.value is None else repr(step.value)}"
    if explained.agrees is False and explained.again is not None:
        again = explained.again
        yield (
            f"    what is kept yields {_value(again)}, status {again.status.value}, of {again.readings}"
            f" of {again.expected} readings: the record stands"
        )
    yield from _held(explained)
    for file in files:
        written = next((one for one in file.lines if one.parameter == line.parameter), None)
        if written is not None:
            where = f" of {file.made.name}" if len(files) > 1 else ""
            rounded = f"{written.value}, rounded to {number_of(written.decimals, 'decimal')}"
            yield f"    in the file{where}: {f'{written.symbol} {rounded}' if written.symbol else 'left out'}"


def _held(explained: ExplainedLine) -> Iterator[str]:
    """Each limit, and what came of it."""
    from gateway.config import Language
    from gateway.reports.explain.limits import LimitOutcome
    from gateway.texts.limit_wording import LimitWording

    wording = LimitWording.of(Language.ENGLISH)
    for one in explained.limits:
        came = one.outcome.value.replace("_", " ")
        if one.outcome is not LimitOutcome.NO_VALUE and one.limit.limit.averaging_ms is not None:
            came = f"{came}: mean {one.value!r}"
        yield f"    held against {wording.whole(one.limit, explained.line.parameter.unit)}: {came}"


def _average(average: ExplainedAverage, zone: str) -> Iterator[str]:
    recorded, parameter = average.recorded, average.parameter
    what = "what the total grew by, summed" if average.is_running_total else average.averaging.value
    weighed = f", weighed with {average.weight}" if average.weight else ""
    of = f"measured by {', '.join(average.instruments)}" if average.instruments else "made"
    yield (
        f"    {of}: {_value(recorded, parameter.unit)}, {what}{weighed} of {recorded.readings} that count;"
        f" {recorded.expected} were expected{_changed(average, zone)}"
    )
    if average.again is None:
        yield "    no readings of it are kept"
        return
    statuses = ", ".join(f"{count} with {status.value}" for status, count in average.by_status().items())
    missing = f", {average.missing} were never taken" if average.missing else ""
    yield f"    {average.came} came{f': {statuses}' if statuses else ''}{missing}"
    out = [one for one in average.readings if one.why_not is not None]
    for one in out[:NAMED]:
        value = "no value" if one.reading.value is None else repr(one.reading.value)
        why = "" if one.why_not is None else one.why_not.value.replace("_", " ")
        yield f"    not counted: {_local(one.at_ms, zone)} {value}, status {one.reading.status.value}: {why}"
    if len(out) > NAMED:
        yield f"    not counted: {len(out) - NAMED} more; --json has them all"


def _changed(average: ExplainedAverage, zone: str) -> str:
    """Where the poll period was changed within the slot, each part of it is expected as it was asked."""
    if not average.earlier or average.period_ms is None:
        return ""
    parts = [f"every {period_ms / 1000:g} s until {_local(at_ms, zone)}" for at_ms, period_ms in average.earlier]
    return f" ({', then '.join((*parts, f'every {average.period_ms / 1000:g} s'))}: the configuration was changed)"


def _delivery(explained: ExplainedDelivery, zone: str) -> Iterator[str]:
    listed = explained.listed
    if listed is None:
        yield f"  {explained.destination}: {explained.why_not}"
        yield from _tries(explained, zone)
        return
    entry, times = listed.entry, listed.entry.times
    arrived = ""
    if times.delivered_ms is not None:
        arrived = (
            f" {_local(times.delivered_ms, zone)}, {(times.delivered_ms - times.end_ms) / 1000:.1f} s after its end"
        )
    late = "" if listed.cause is None else f"; late: {_cause(listed.cause)}"
    yield f"  {explained.destination}: {entry.state.value}{arrived}{late}"
    if explained.place is not None:
        yield f"    as {explained.place}"
    yield f"    planned {_local(times.planned_ms, zone)}, tried {number_of(entry.tries, 'time')}" + (
        f", {entry.lane.value}" if entry.lane else ""
    )
    yield from _tries(explained, zone)
    if explained.tries_untold:
        untold = number_of(explained.tries_untold, "more time")
        yield f"    tried {untold}, which were counted and not written down one by one"
    if explained.is_by_kept_answer:
        yield f"    counts by the server's answer (proof: answer): {entry.answer or ''}"
    if not explained.tries and entry.answer:
        yield f"    last answer: {entry.answer}"
    if explained.acceptance is not None:
        yield from _acceptance(explained.acceptance, zone)
    for act in explained.acts:
        because = f": {act.reason}" if act.reason else ""
        yield f"    {act.action.value} by {act.done_by}, {_local(act.at_ms, zone)}{because}"
    if entry.resent_ms is not None:
        yield f"    arrived again {_local(entry.resent_ms, zone)}"
    for told in explained.outages:
        ended = "still lasts" if told.outage.ended_ms is None else f"to {_local(told.outage.ended_ms, zone)}"
        yield (
            f"    outage: {_cause(told.outage.cause)}, {_local(told.outage.began_ms, zone)} {ended},"
            f" tried {number_of(told.tries, 'time')}: {told.error}"
        )
    if explained.conflict is not None:
        yield f"    set aside since {_local(explained.conflict.found_ms, zone)}: {explained.conflict.reason}"


def _acceptance(acceptance: Acceptance, zone: str) -> Iterator[str]:
    first = "" if acceptance.first_ms is None else f", first {_local(acceptance.first_ms, zone)}"
    answer, then = f"{first}: {acceptance.answer or ''}", "the answer counts"
    if acceptance.answer == "":
        answer, then = ", each time under its temporary name only", "it is sent once more, under its own name"
    held = "" if acceptance.held_ms is None else f"; waits for a person since {_local(acceptance.held_ms, zone)}"
    yield f"    accepted whole {number_of(acceptance.times, 'time')}{answer}"
    yield f"    and then not there or not told{held}: with proof: answer {then}"


def _tries(explained: ExplainedDelivery, zone: str) -> Iterator[str]:
    for one in explained.tries:
        yield f"    {_local(one.began_ms, zone)} to {_local(one.done_ms, zone)} {one.outcome}: {one.answer}"


def _proof(explanation: Explanation, zone: str) -> Iterator[str]:
    for one in explanation.covered.files:
        yield (
            f"digest of {one.digest.what.get('day')}, entry {one.digest.seq} of the journal,"
            f" {_local(one.digest.time_ms, zone)}: covers {one.name}"
        )
    for sent in explanation.digests:
        when = "" if sent.delivered_ms is None else f" {_local(sent.delivered_ms, zone)}"
        yield f"  {sent.name}: {sent.state.value}{when} at {sent.destination}"
    if explanation.covered.files:
        yield "to prove it: gateway journal prove SLOT -o FILE, and docs/verify-a-journal.md"
    yield from dict.fromkeys(explanation.covered.why_not)  # files of two intervals may have one name


def _value(average: Average, unit: str = "-") -> str:
    shown = "no value" if average.value is None else repr(average.value)
    return shown if unit == "-" or average.value is None else f"{shown} {unit}"


def _cause(cause: DelayCause) -> str:
    from gateway.config import Language
    from gateway.texts import texts_in

    words = texts_in(Language.ENGLISH)(f"term.cause_{cause.value}")
    return words[0].lower() + words[1:]


def _local(at_ms: int, zone: str) -> str:
    """To the second; finer only where it is."""
    from gateway.core.instants import local_time

    shown = local_time(at_ms, zone)
    return f"{shown:%Y-%m-%d %H:%M:%S}" + (f".{at_ms % 1000:03}" if at_ms % 1000 else "")
