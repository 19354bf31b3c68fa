"""What is written and can never take effect, whatever is measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gateway.config.checks.alerts import alerts_never_told
from gateway.config.checks.beyond_reach import never_reached, sent_lines
from gateway.config.checks.cameras import cameras_never_used
from gateway.config.checks.status_conflicts import hidden_states
from gateway.config.configuration import Sections
from gateway.config.destinations.destination import OMIT, Destination
from gateway.config.destinations.mqtt import MqttVersion, Unheard
from gateway.config.file.location import LocatedProblem
from gateway.config.finding_rules import frozen_group
from gateway.config.instruments.device import PolledDevice
from gateway.config.parameters.quality import TWO_DAYS
from gateway.core.phrase import Phrase

_USUALLY_FROZEN = (timedelta(0), PolledDevice.model_fields["frozen"].default)
"""Written out, these say nothing that could be missed."""


def never_used(sections: Sections) -> Iterator[LocatedProblem]:
    """Faults, of a configuration whose sections are each sound."""
    yield from never_reached(sections)
    yield from hidden_states(sections)
    for index, instrument in enumerate(sections.instruments):
        for location, wrong, right in instrument.contradictions:
            yield ("instruments", index, *location), wrong, right
        if instrument.frozen not in _USUALLY_FROZEN and frozen_group(instrument) is None:
            yield (
                ("instruments", index, "frozen"),
                Phrase("is for values that rest together, and fewer than two of these can be told by it"),
                Phrase("remove it; quality: {flatline: …} is for one alone"),
            )
    yield from _limits_that_are_not_there(sections)
    yield from _files_without_lines(sections)
    yield from _one_client_twice(sections)
    yield from _listeners_not_told(sections)
    yield from _digests_for_nobody(sections)
    yield from cameras_never_used(sections)
    yield from alerts_never_told(sections)


def _limits_that_are_not_there(sections: Sections) -> Iterator[LocatedProblem]:
    for at, sent in sent_lines(sections):
        if sent.quality.over_limit != TWO_DAYS and all(one.limit.averaging_ms for one in sent.limits):
            yield (
                (*at, "quality", "over_limit"),
                Phrase("there is no limit for every slot that could be exceeded for so long"),
                Phrase("add limit: {max: …}, or remove over_limit"),
            )
    sampler = sections.sampler
    if sampler is not None and "exceeded" in sampler.on and not any(one.limits for one in sections.sent):
        yield (
            ("sampler", "on"),
            Phrase("no parameter has a limit: none is ever exceeded"),
            Phrase("add a limit, or remove exceeded"),
        )


def _files_without_lines(sections: Sections) -> Iterator[LocatedProblem]:
    lines = {one.line for one in sections.sent}
    for index, destination in enumerate(sections.destinations):
        if not destination.takes_orders and lines <= {
            line for line, shown in destination.symbols.items() if shown == OMIT
        }:
            yield (
                ("destinations", index, "symbols"),
                Phrase("leaves out every line: no file is ever sent"),
                Phrase("keep one at least"),
            )


def _digests_for_nobody(sections: Sections) -> Iterator[LocatedProblem]:
    destinations = sections.destinations
    if sections.journal.send and destinations and not any(map(_takes_files, destinations)):
        yield (
            ("journal", "send"),
            Phrase("no destination takes files: no digest is ever sent"),
            Phrase("remove it; gateway journal export hands the journal on"),
        )


def _takes_files(destination: Destination) -> bool:
    return not destination.takes_orders and not destination.url.scheme.carries_messages


def _one_client_twice(sections: Sections) -> Iterator[LocatedProblem]:
    """A broker has one client of a name at a time: two shut each other out for ever."""
    seen: list[tuple[Destination, set[str]]] = []
    for index, destination in enumerate(sections.destinations):
        if not destination.url.scheme.carries_messages:
            continue
        ours = set(destination.client_ids(sections.station.code))
        for other, theirs in seen:
            if not ours & theirs or not _are_at_one_broker(destination, other):
                continue
            named = destination.publication.client_id is not None
            same = destination.publication.client_id == other.publication.client_id
            whose = (
                Phrase("is that of {name}", name=other.name)
                if same
                else Phrase("leads to {ours}, which {name} is", ours=min(ours & theirs), name=other.name)
            )
            yield (
                ("destinations", index, *(("mqtt", "client_id") if named else ("name",))),
                Phrase("{whose} at the same broker: each would shut the other out", whose=whose),
                Phrase("give each its own"),
            )
            break
        seen.append((destination, ours))


def _listeners_not_told(sections: Sections) -> Iterator[LocatedProblem]:
    for index, destination in enumerate(sections.destinations):
        options = destination.publication
        waits = options.unheard is Unheard.WAIT and "unheard" in options.model_fields_set
        if waits and options.version is MqttVersion.V3_1_1:
            yield (
                ("destinations", index, "mqtt", "unheard"),
                Phrase("is wait, and v3.1.1 never says that nobody listens"),
                Phrase("remove it, or use v5"),
            )


def _are_at_one_broker(one: Destination, other: Destination) -> bool:
    """A broker has one port for each scheme: at another port of the same one listens another broker."""
    same_host = one.url.host.lower() == other.url.host.lower()
    return same_host and (one.url.port == other.url.port or one.url.scheme is not other.url.scheme)
