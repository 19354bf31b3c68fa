"""What destinations accepted and could not be proven to have, as events: one for each destination, which begins when
the first of its files is held for a person and ends when none is."""

from __future__ import annotations

import logging
from dataclasses import replace

from gateway.audit.events import EventStore
from gateway.core.episode import Episode
from gateway.core.findings import NOT_PROVEN, Finding, Topic
from gateway.core.interfaces import Instant
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.outbox.acceptances import HeldDeliveries, held_deliveries

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0


class HeldWatch:
    """A stage of the clerk. What it writes follows from what is held: it may be repeated at any time."""

    def __init__(self, database: Database, events: EventStore) -> None:
        self._database = database
        self._events = events
        self._next_s = float("-inf")

    def step(self, now: Instant) -> float:
        if now.mono_s < self._next_s:
            return self._next_s
        self._next_s = now.mono_s + LOOK_EVERY_S
        held = {one.destination: one for one in held_deliveries(self._database)}
        lasting = {
            one.subject: one for one in self._events.lasting((Topic.DELIVERY,)) if one.episode.kind == NOT_PROVEN
        }
        began = [_finding(one) for name, one in held.items() if name not in lasting]
        grown = [_grown(lasting[name], one) for name, one in held.items() if name in lasting]
        ended = [_ended(one, now.wall_ms) for name, one in lasting.items() if name not in held]
        changed = [*began, *(one for one in grown if one != lasting[one.subject]), *ended]
        if changed:
            self._events.note(changed, now.wall_ms)
        for one in began:
            _log.error(
                "files accepted and not proven to be there wait for a person destination=%s files=%d error=%r",
                one.subject,
                one.episode.count,
                str(one.detail),
            )
        for one in ended:
            _log.info("no accepted file waits for a person any more destination=%s", one.subject)
        return self._next_s


def held_words(destination: str, count: int) -> Phrase:
    """What a person is to know and to do."""
    return Phrase(
        "{files} of {destination} the server accepted whole and then did not show: not sent again."
        " Does its receiver take files away? Configure proof: answer, and they count from when they were accepted; only"
        " what was taken under its temporary name is sent once more."
        " Else find out where they are, and gateway deliveries release {destination} --all sends them once more",
        files=number_of(count, "file"),
        destination=destination,
    )


def _finding(one: HeldDeliveries) -> Finding:
    episode = Episode(NOT_PROVEN, one.since_ms, one.since_ms, one.count, None)
    detail = Phrase("accepted whole, then not proven to be there: {reason}", reason=one.reason)
    if "proof: answer" not in detail:
        detail += Phrase("; if the receiver takes files away: proof: answer")
    return Finding(one.destination, episode, Topic.DELIVERY, detail)


def _grown(before: Finding, one: HeldDeliveries) -> Finding:
    return replace(before, episode=replace(before.episode, count=one.count))


def _ended(finding: Finding, at_ms: int) -> Finding:
    end_ms = max(at_ms, finding.episode.begin_ms)
    return replace(finding, episode=replace(finding.episode, last_ms=end_ms, end_ms=end_ms))
