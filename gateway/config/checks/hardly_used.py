"""What is written and does less than whoever wrote it may think: allowed, and worth a word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gateway.config.checks.beyond_reach import hardly_reached, sent_lines
from gateway.config.checks.status_conflicts import repeated_states
from gateway.config.clock import TrustPolicy
from gateway.config.configuration import Sections
from gateway.config.file.location import LocatedProblem
from gateway.config.units import show_duration
from gateway.core.phrase import Phrase


def hardly_used(sections: Sections) -> Iterator[LocatedProblem]:
    """Warnings."""
    yield from hardly_reached(sections)
    yield from repeated_states(sections)
    yield from _too_coarse(sections)
    yield from _too_short(sections)
    yield from _too_long(sections)
    if sections.clock.trust is TrustPolicy.ASSUME and "give_up" in sections.clock.model_fields_set:
        yield (
            ("clock", "give_up"),
            Phrase("is for trust: wait; with assume nothing is waited for"),
            Phrase("remove one of the two"),
        )
    for index, destination in enumerate(sections.destinations):
        if destination.key is not None and destination.password is not None:
            yield (
                ("destinations", index, "password"),
                Phrase("is never used: the key is"),
                Phrase("remove one of the two"),
            )


def _too_coarse(sections: Sections) -> Iterator[LocatedProblem]:
    for at, sent in sent_lines(sections):
        step = 10.0**-sent.shown_decimals
        limits = [dated.limit for dated in sent.limits]
        bounds = [abs(bound) for one in limits for bound in (one.lowest, one.highest) if bound]
        if bounds and min(bounds) < step:
            yield (
                (*at, "decimals" if sent.decimals is not None else "limit"),
                Phrase(
                    "the limit {bounds:g} is less than the last of {shown_decimals} decimals",
                    bounds=min(bounds),
                    shown_decimals=sent.shown_decimals,
                ),
                Phrase("write more decimals: what is exceeded cannot be seen in the file"),
            )


def _too_short(sections: Sections) -> Iterator[LocatedProblem]:
    """The slots' values are compared: two that are equal have been so for a slot."""
    slot = sections.reporting.slot
    for at, sent in sent_lines(sections):
        flatline = sent.quality.flatline
        if flatline is not None and timedelta(0) < flatline < slot:
            yield (*at, "quality", "flatline"), *_shorter_than(slot, flatline)
    for index, instrument in enumerate(sections.instruments):
        if timedelta(0) < instrument.frozen < slot:
            yield ("instruments", index, "frozen"), *_shorter_than(slot, instrument.frozen)


def _shorter_than(slot: timedelta, length: timedelta) -> tuple[Phrase, Phrase]:
    wrong = Phrase(
        "{length} is shorter than the slot of {slot}: two equal values are enough",
        length=show_duration(length),
        slot=show_duration(slot),
    )
    return wrong, Phrase("write how long is odd, such as 2h")


def _too_long(sections: Sections) -> Iterator[LocatedProblem]:
    if sections.reporting.grace >= sections.reporting.slot:
        yield (
            ("reporting", "grace"),
            Phrase("is as long as a slot"),
            Phrase("write how late an answer may come, such as 2s"),
        )
    for index, instrument in enumerate(sections.instruments):
        timeout = sections.links[instrument.link].timeout
        if timeout > instrument.poll:
            yield (
                ("instruments", index, "poll"),
                Phrase(
                    "{poll} is shorter than the time-out of {link}, {timeout}: one answer that does not come "
                    "costs more than a poll",
                    poll=show_duration(instrument.poll),
                    link=instrument.link,
                    timeout=show_duration(timeout),
                ),
                Phrase("poll less often, or shorten the time-out if the datasheet allows it"),
            )
