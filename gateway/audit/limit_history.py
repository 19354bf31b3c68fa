"""Which limits were in force when: those that ran, as the journal tells, each on the days that its table gives it.

What happened in May is judged by what the gateway held in May's configuration and tables, whatever stands in the
configuration today.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.core.dated_limit import LONG_AGO_MS, LimitSpan, joined
from gateway.core.findings import FindingRules
from gateway.core.instants import FAR_FUTURE_MS
from gateway.core.journal_entry import EntryKind
from gateway.core.limit_words import limit_heard
from gateway.core.reading import Parameter
from gateway.db import Database

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LimitHistory:
    """By parameter, as it is sent: every limit that was, is and is known to come into force, with its time."""

    by_parameter: Mapping[Parameter, tuple[LimitSpan, ...]]

    def __call__(self, parameter: Parameter) -> tuple[LimitSpan, ...]:
        """In the order of averaging times, the limit for every slot first, and of time; empty: none."""
        return self.by_parameter.get(parameter, ())

    def touching(self, from_ms: int, until_ms: int) -> LimitHistory:
        """What of it was in force at some time of `[from_ms, until_ms)`, each with the whole of its time."""
        kept = {
            parameter: tuple(span for span in spans if span.within(from_ms, until_ms) is not None)
            for parameter, spans in self.by_parameter.items()
        }
        return LimitHistory(kept)

    def rules(self, configured: FindingRules) -> FindingRules:
        """The rules with what was in force at each slot's time in the place of what is configured today."""
        return replace(configured, lines=tuple(replace(one, limits=self(one.sent)) for one in configured.lines))


def limits_in_force(database: Database, configured: FindingRules) -> LimitHistory:
    """What the journal tells; where it tells nothing, for no gateway ran on this database yet, what is configured."""
    windows = list(_windows(_entries(database)))
    if not windows:
        return LimitHistory({one.sent: one.limits for one in configured.lines})
    found: dict[Parameter, list[LimitSpan]] = {}
    for from_ms, until_ms, limits in windows:
        for parameter, spans in limits.items():
            parts = (span.within(from_ms, until_ms) for span in spans)
            found.setdefault(parameter, []).extend(part for part in parts if part is not None)
    return LimitHistory({parameter: joined(spans) for parameter, spans in found.items()})


Limits = Mapping[Parameter, tuple[LimitSpan, ...]]


def _windows(entries: list[tuple[int, Limits]]) -> Iterator[tuple[int, int, Limits]]:
    """From when to when each was in force: until the next began. The first was before it was first told, too: the
    gateway that ran then had no word for it."""
    until_ms = FAR_FUTURE_MS
    for number, (since_ms, limits) in reversed(list(enumerate(entries))):
        from_ms = LONG_AGO_MS if number == 0 else since_ms
        if from_ms < until_ms:
            yield from_ms, until_ms, limits
            until_ms = from_ms


def _entries(database: Database) -> list[tuple[int, Limits]]:
    """Since when, and what, in the order in which they were told."""
    rows = database.read(
        "SELECT seq, time_ms, what FROM sound_journal WHERE kind = ? ORDER BY seq", (EntryKind.LIMITS,)
    )
    found = []
    for seq, time_ms, what in rows:
        try:
            said = json.loads(what)
            found.append((_since_ms(said, time_ms), _heard(said["limits"])))
        except (ValueError, TypeError, KeyError, AttributeError):
            _log.warning("an entry of the journal on limits is not understood seq=%d", seq)
    return found


def _since_ms(said: Mapping[str, Any], time_ms: int) -> int:
    since_ms = said.get("since_ms")
    return time_ms if since_ms is None else int(since_ms)


def _heard(limits: Mapping[str, Any]) -> Limits:
    return {
        Parameter(line, said["unit"]): joined(limit_heard(one) for one in said["limits"])
        for line, said in limits.items()
    }
