"""What `gateway explain` says of a slot's files on the way to one destination."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.cli.moments import exact
from gateway.cli.terms import called, cause_words, outcome_called
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.outbox.delivery_tries import Acceptance
    from gateway.outbox.outages import OutageDetails
    from gateway.reports.deliveries import ListedDelivery
    from gateway.reports.explain.deliveries import ExplainedDelivery


def delivery_lines(explained: ExplainedDelivery, zone: str) -> Iterator[str]:
    listed = explained.listed
    if listed is None:
        yield Phrase("  {name}: {why}", name=explained.destination, why=explained.why_not)
        yield from _tries(explained, zone)
        return
    yield _came(explained.destination, listed, zone)
    yield from _how(explained, listed, zone)
    yield from _tries(explained, zone)
    yield from _answers(explained, listed, zone)
    for act in explained.acts:
        yield Phrase(
            "    {act} by {by}, {at}{reason}",
            act=called(act.action),
            by=act.done_by,
            at=exact(act.at_ms, zone),
            reason=f": {act.reason}" if act.reason else "",
        )
    if listed.entry.resent_ms is not None:
        yield Phrase("    arrived again {at}", at=exact(listed.entry.resent_ms, zone))
    for told in explained.outages:
        yield _outage(told, zone)
    if explained.conflict is not None:
        since = exact(explained.conflict.found_ms, zone)
        yield Phrase("    set aside since {since}: {reason}", since=since, reason=explained.conflict.reason)


def _came(name: str, listed: ListedDelivery, zone: str) -> Phrase:
    times, arrived = listed.entry.times, Phrase("")
    if times.delivered_ms is not None:
        after_s = (times.delivered_ms - times.end_ms) / 1000
        at = exact(times.delivered_ms, zone)
        arrived = Phrase(" {at}, {after_s:.1f} s after its end", at=at, after_s=after_s)
    late = "" if listed.cause is None else Phrase("; late: {cause}", cause=cause_words(listed.cause))
    return Phrase(
        "  {name}: {state}{arrived}{late}", name=name, state=called(listed.entry.state), arrived=arrived, late=late
    )


def _how(explained: ExplainedDelivery, listed: ListedDelivery, zone: str) -> Iterator[Phrase]:
    if explained.place is not None:
        yield Phrase("    as {place}", place=explained.place)
    yield Phrase(
        "    planned {at}, tried {times}{lane}",
        at=exact(listed.entry.times.planned_ms, zone),
        times=number_of(listed.entry.tries, "time"),
        lane=Phrase(", {lane}", lane=called(listed.entry.lane)) if listed.entry.lane else "",
    )


def _answers(explained: ExplainedDelivery, listed: ListedDelivery, zone: str) -> Iterator[Phrase]:
    answer = listed.entry.answer or ""
    if explained.tries_untold:
        untold = number_of(explained.tries_untold, "more time")
        yield Phrase("    tried {times}, which were counted and not written down one by one", times=untold)
    if explained.is_by_kept_answer:
        yield Phrase("    counts by the server's answer (proof: answer): {answer}", answer=answer)
    if not explained.tries and answer:
        yield Phrase("    last answer: {answer}", answer=answer)
    if explained.acceptance is not None:
        yield from _acceptance(explained.acceptance, zone)


def _outage(told: OutageDetails, zone: str) -> Phrase:
    ended = Phrase("still lasts")
    if told.outage.ended_ms is not None:
        ended = Phrase("to {end}", end=exact(told.outage.ended_ms, zone))
    return Phrase(
        "    outage: {cause}, {begin} {ended}, tried {times}: {error}",
        cause=cause_words(told.outage.cause),
        begin=exact(told.outage.began_ms, zone),
        ended=ended,
        times=number_of(told.tries, "time"),
        error=told.error,
    )


def _acceptance(acceptance: Acceptance, zone: str) -> Iterator[Phrase]:
    first = ""
    if acceptance.first_ms is not None:
        first = Phrase(", first {at}", at=exact(acceptance.first_ms, zone))
    answer, then = Phrase("{first}: {answer}", first=first, answer=acceptance.answer or ""), Phrase("the answer counts")
    if acceptance.answer == "":
        answer = Phrase(", each time under its temporary name only")
        then = Phrase("it is sent once more, under its own name")
    held = ""
    if acceptance.held_ms is not None:
        held = Phrase("; waits for a person since {at}", at=exact(acceptance.held_ms, zone))
    yield Phrase("    accepted whole {times}{answer}", times=number_of(acceptance.times, "time"), answer=answer)
    yield Phrase("    and then not there or not told{held}: with proof: answer {then}", held=held, then=then)


def _tries(explained: ExplainedDelivery, zone: str) -> Iterator[Phrase]:
    for one in explained.tries:
        yield Phrase(
            "    {begin} to {end} {outcome}: {answer}",
            begin=exact(one.began_ms, zone),
            end=exact(one.done_ms, zone),
            outcome=outcome_called(one.outcome),
            answer=one.answer,
        )
