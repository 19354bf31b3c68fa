"""What `gateway explain` says to people: lines, the readings of a value in a few of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gateway.cli.explained_deliveries import delivery_lines
from gateway.cli.explained_values import value_lines
from gateway.cli.moments import exact
from gateway.cli.terms import called, cause_words
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.reports.explain.files import ExplainedFile
    from gateway.reports.explain.lines import ExplainedRecord
    from gateway.reports.explain.slot import ExplainedSlot, Explanation


def lines_of(explanation: Explanation, configuration: Configuration) -> list[str]:
    """The whole of it."""
    zone = configuration.station.timezone
    if not explanation.slots:
        return [Phrase("no slot ends at {end}: a slot is meant by its end", end=exact(explanation.end_ms, zone))]
    lines: list[str] = []
    for one in explanation.slots:
        lines += [*_slot(one, explanation, zone), ""]
    lines += _meanwhile(explanation, zone)
    return [*lines, *_proof(explanation, zone)]


def _meanwhile(explanation: Explanation, zone: str) -> Iterator[Phrase]:
    """When nothing could be measured as usual."""
    if explanation.first_start_ms is not None:
        at = exact(explanation.first_start_ms, zone)
        yield Phrase("first slot after the start: the gateway ran for the first time at {at}", at=at)
    for off in explanation.downtimes:
        begin, end = exact(off.from_ms, zone), exact(off.until_ms, zone)
        yield Phrase("{cause}: {begin} to {end}", cause=cause_words(off.cause), begin=begin, end=end)
    for one in explanation.calibrations:
        until = Phrase("until it is ended")
        if one.until_ms is not None:
            until = Phrase("to {end}", end=exact(one.until_ms, zone))
        yield Phrase(
            "{symbol} was declared to be calibrated by {by}, {begin} {until}: {reason}",
            symbol=one.symbol,
            by=one.begun_by,
            begin=exact(one.began_ms, zone),
            until=until,
            reason=one.reason,
        )


def _slot(explained: ExplainedSlot, explanation: Explanation, zone: str) -> Iterator[str]:
    slot, kept = explained.slot, explained.kept
    yield Phrase(
        "slot {begin} to {end} ({length} s)",
        begin=exact(slot.start_ms, zone),
        end=exact(slot.end_ms, zone),
        length=slot.length_ms // 1000,
    )
    if kept is not None:
        after_s = (kept.closed_ms - slot.end_ms) / 1000
        yield Phrase("  closed {at}, {after_s:.1f} s after its end", at=exact(kept.closed_ms, zone), after_s=after_s)
    for fault in explained.why_not:
        cause = Phrase(": {trouble}", trouble=cause_words(explained.cause)) if explained.cause else ""
        yield Phrase("  {fault}{cause}", fault=fault, cause=cause)
    if explained.record is not None:
        yield from _record(explained.record, explained, explanation, zone)
    for file in explained.files:
        yield from _file(file, zone)
    for delivery in explained.deliveries:
        yield from delivery_lines(delivery, zone)


def _record(record: ExplainedRecord, explained: ExplainedSlot, explanation: Explanation, zone: str) -> Iterator[str]:
    yield Phrase(
        "  made of {parts}; 00 needs {percent:g} % of those that are expected",
        parts=Phrase("readings") if record.shorter is None else number_of(record.shorter, "shorter slot"),
        percent=record.min_coverage,
    )
    if record.damaged_blocks:
        yield Phrase(
            "  damaged on the card: {blocks} of its readings", blocks=number_of(record.damaged_blocks, "block")
        )
    if record.shorter is None and _readings_are_gone(explained, explanation):
        oldest_ms = explanation.oldest_reading_ms
        oldest = "" if oldest_ms is None else Phrase(": the oldest is of {at}", at=exact(oldest_ms, zone))
        yield Phrase("  its readings are beyond what is kept{oldest}", oldest=oldest)
    for line in record.lines:
        yield from value_lines(line, zone)
        yield from _written(line.line.parameter, explained.files)


def _readings_are_gone(explained: ExplainedSlot, explanation: Explanation) -> bool:
    oldest_ms = explanation.oldest_reading_ms
    return oldest_ms is None or oldest_ms >= explained.slot.end_ms


def _written(parameter: object, files: Sequence[ExplainedFile]) -> Iterator[Phrase]:
    """What stands of one line in each file."""
    for file in files:
        written = next((one for one in file.lines if one.parameter == parameter), None)
        if written is None:
            continue
        what = Phrase("left out")
        if written.symbol:
            what = Phrase(
                "{symbol} {value}, rounded to {decimals}",
                symbol=written.symbol,
                value=written.value,
                decimals=number_of(written.decimals, "decimal"),
            )
        where = Phrase(" of {name}", name=file.made.name) if len(files) > 1 else ""
        yield Phrase("    in the file{where}: {what}", where=where, what=what)


def _file(file: ExplainedFile, zone: str) -> Iterator[str]:
    made = file.made
    yield Phrase(
        "  file {name}, {size:,} bytes, made {at}", name=made.name, size=made.size, at=exact(made.made_ms, zone)
    )
    yield f"    sha256 {made.sha256.hex()}"
    same = Phrase("made again from the record, and the same byte for byte")
    yield Phrase("    {how}", how=same if file.damage is None else file.damage)


def _proof(explanation: Explanation, zone: str) -> Iterator[str]:
    for one in explanation.covered.files:
        yield Phrase(
            "digest of {day}, entry {seq} of the journal, {at}: covers {name}",
            day=one.digest.what.get("day"),
            seq=one.digest.seq,
            at=exact(one.digest.time_ms, zone),
            name=one.name,
        )
    for sent in explanation.digests:
        when = "" if sent.delivered_ms is None else f" {exact(sent.delivered_ms, zone)}"
        yield Phrase(
            "  {name}: {state}{when} at {destination}",
            name=sent.name,
            state=called(sent.state),
            when=when,
            destination=sent.destination,
        )
    if explanation.covered.files:
        yield Phrase("to prove it: gateway journal prove SLOT -o FILE, and docs/verify-a-journal.md")
    yield from dict.fromkeys(explanation.covered.why_not)  # files of two intervals may have one name
