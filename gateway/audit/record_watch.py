"""Watches over the records: what is odd about their values, which limits they exceed. Never touches a value or a file.

Every record is looked at once, in the order of time; what was noticed, what must be remembered and how far it came are
one transaction, so a restart anywhere repeats nothing and misses nothing. A record of a slot that has not ended waits
until it has: one from 2030 blinds nothing. One that comes after younger ones were looked at is passed over, but
for what is over its limit for days: that is what the records say, whoever watched (`gateway.audit.over_for_days`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice

from gateway.audit.events import EventStore
from gateway.audit.over_for_days import days_states, told
from gateway.core.dated_limit import LONG_AGO_MS
from gateway.core.findings import (
    CALIBRATION_KINDS,
    Finding,
    FindingRules,
    FindingState,
    StepResult,
    Topic,
    refilled,
    step_record,
)
from gateway.core.instants import DAY_MS
from gateway.core.interfaces import Instant
from gateway.core.limits import Level
from gateway.core.permit_limit import Detail, PermitLimit
from gateway.core.quality import QualityFlag
from gateway.core.validity import VALIDITY_KINDS
from gateway.records.slot_reasons import SlotReasonStore
from gateway.records.store import RecordStore
from gateway.runtime.log_zone import log_text

_log = logging.getLogger(__name__)

MOST_PER_STEP = 50
IDLE_S = 60.0
REASONS_MS = 30 * DAY_MS
"""So far back does what has lasted longer look for its reason."""
TOPICS = (Topic.QUALITY, Topic.EXCEEDANCE)
_NOT_OF_RECORDS = (*CALIBRATION_KINDS, *VALIDITY_KINDS)
FRESH_SLOTS = 2
"""An exceedance that ended longer ago than so many slots is not worth a sample: that water has flowed."""


class RecordWatch:
    """A stage of the clerk, after the closer. `on_exceeded` is told in words when a limit begins to be exceeded now."""

    def __init__(
        self,
        records: RecordStore,
        events: EventStore,
        rules: FindingRules,
        on_exceeded: Callable[[str], object] | None = None,
        reasons: SlotReasonStore | None = None,
    ) -> None:
        self._records = records
        self._events = events
        self._rules = rules
        self._on_exceeded = on_exceeded
        self._reasons = reasons
        self._record_id: int | None = None
        self._seen_ms = 0
        """End of the newest slot that was looked at: never beyond now, whatever the clock once was."""
        self._state = FindingState()
        self._behind_id = 0
        """Of the records that came after younger ones, the number of the newest that days over the limit know of."""

    def step(self, now: Instant) -> float:
        """Look at the records that were closed since."""
        slot_ms = self._rules.slot_ms
        last_id = self._resume(now.wall_ms) if self._record_id is None else self._record_id
        if self._seen_ms > now.wall_ms:
            self._seen_ms = self._looked_at_ms(last_id, now.wall_ms)
            self._count_days_anew(now.wall_ms)
        self._look_behind(last_id, now.wall_ms)
        new = list(islice(self._records.records(slot_ms, self._seen_ms, now.wall_ms), MOST_PER_STEP))
        if not new:
            return now.mono_s + IDLE_S
        state, results = self._state, list[StepResult]()
        for record in new:
            result = step_record(record, self._rules, state)
            results.append(self._with_reasons(result))
            state = result.state
        for record, result in zip(new, results, strict=True):
            if now.wall_ms - record.slot.end_ms <= FRESH_SLOTS * slot_ms:
                self._alarm(result)
        last_id = max(last_id, self._records.number(new[-1].slot) or 0)
        self._events.keep(last_id, results, now.wall_ms)
        self._state, self._record_id, self._seen_ms = state, last_id, new[-1].slot.end_ms
        for result in results:
            _tell(result)
        return now.mono_s if len(new) == MOST_PER_STEP else now.mono_s + IDLE_S

    def _with_reasons(self, result: StepResult) -> StepResult:
        """What lacks readings says why: the reason of most of its slots, as it was kept beside the records."""
        if self._reasons is None:
            return result
        return replace(
            result,
            began=tuple(map(self._with_reason, result.began)),
            ended=tuple(map(self._with_reason, result.ended)),
            lasting=tuple(map(self._with_reason, result.lasting)),
        )

    def _with_reason(self, finding: Finding) -> Finding:
        episode = finding.episode
        if self._reasons is None or episode.kind != QualityFlag.LOW_COVERAGE:
            return finding
        after_ms = max(episode.begin_ms - 1, episode.last_ms - REASONS_MS)
        return replace(finding, reason=self._reasons.main(finding.subject, after_ms, episode.last_ms))

    def _alarm(self, result: StepResult) -> None:
        """Before it is written down: a crash in between asks twice, and the sampler keeps its interval."""
        exceeded = [finding for finding in result.began if finding.episode.kind == Level.EXCEEDED]
        if exceeded and self._on_exceeded is not None:
            shown = [f"{finding.subject} {finding.episode.peak:g} ({finding.detail})" for finding in exceeded]
            self._on_exceeded(f"limit exceeded: {', '.join(shown)}")

    def _resume(self, now_ms: int) -> int:
        """Where the last run came to. A station that was never watched is watched from now on."""
        found = self._events.state()
        slot_ms = self._rules.slot_ms
        was_watched = found is not None
        if found is None:
            found = self._records.newest_id(), FindingState()
        self._record_id, state = found
        self._seen_ms = self._looked_at_ms(self._record_id, now_ms)
        before = self._records.records(slot_ms, self._seen_ms - self._rules.longest_mean_ms, self._seen_ms)
        self._state = refilled(list(before) if self._rules.longest_mean_ms else [], self._rules, state)
        for subject, permit_limit in sorted(_permits(self._rules), key=str):
            self._events.put_in_form(subject, permit_limit)
        lasting = self._events.lasting(TOPICS)
        self._events.forget(_not_looked_for(lasting, self._rules, self._seen_ms), now_ms)
        if not was_watched or _is_ahead(self._state, self._seen_ms):
            self._count_days_anew(now_ms)
        if not was_watched:  # last: whoever is killed before begins anew
            self._events.begin(self._record_id, self._state)
        return self._record_id

    def _look_behind(self, last_id: int, now_ms: int) -> None:
        """Whether records came that are older than what was looked at: they may make a longer time of it, or an end."""
        newest = self._records.newest_behind(self._rules.slot_ms, max(last_id, self._behind_id), self._seen_ms)
        if newest is not None:
            self._behind_id = newest
            self._count_days_anew(now_ms)

    def _count_days_anew(self, now_ms: int) -> None:
        """What is over its limit for days, from the records up to the newest that was looked at."""
        days = days_states(self._records, self._rules, self._seen_ms) if self._seen_ms > 0 else {}
        self._state = replace(self._state, days=days)
        lasting = told(days)
        known = {(one.subject, one.episode.begin_ms) for one in lasting}
        self._events.forget(
            [
                one
                for one in self._events.lasting((Topic.QUALITY,))
                if one.episode.kind == QualityFlag.OVER_LIMIT_FOR_DAYS
                and (one.subject, one.episode.begin_ms) not in known
            ],
            now_ms,
        )
        if lasting:
            self._events.note(lasting, now_ms)

    def _looked_at_ms(self, record_id: int, now_ms: int) -> int:
        """End of the newest slot that has ended, of the records up to this number."""
        newest_ms = self._records.newest_ms(self._rules.slot_ms, now_ms, record_id)
        return -1 if newest_ms is None else newest_ms


def _is_ahead(state: FindingState, seen_ms: int) -> bool:
    """Whether it tells of slots that have not ended: the clock was set back while nobody ran."""
    return any(episode.last_ms > seen_ms for days in state.days.values() for episode in days.episodes)


def _permits(rules: FindingRules, after_ms: int = LONG_AGO_MS) -> set[tuple[str, PermitLimit]]:
    """By subject, every limit that is in force for some slot that ends after the instant."""
    return {
        (one.sent.symbol, PermitLimit(span.limit, one.sent.unit))
        for one in rules.lines
        for span in one.limits
        if span.until_ms > after_ms
    }


def _not_looked_for(lasting: list[Finding], rules: FindingRules, seen_ms: int) -> list[Finding]:
    """What lasts of subjects that there are no more, and of limits that no slot after the newest that was looked at is
    held against: what the state remembers of these ends with the next slot, and what it does not would never end."""
    subjects = {one.sent.symbol for one in rules.lines} | {group.name for group in rules.groups}
    known = _permits(rules, seen_ms)
    return [
        finding
        for finding in lasting
        if finding.episode.kind not in _NOT_OF_RECORDS
        and (
            finding.subject not in subjects
            if finding.topic is Topic.QUALITY
            else (finding.subject, finding.detail) not in known
        )
    ]


def _tell(result: StepResult) -> None:
    """A line for each kind, however many parameters it befell: an instrument that fell silent is one piece of news."""
    for (topic, kind, detail, begin_ms), many in _alike(result.began).items():
        _log.warning("%s state=began since=%s %s", _words(topic, kind, detail), log_text(begin_ms), _subjects(many))
    for (topic, kind, detail, begin_ms), many in _alike(result.ended).items():
        _log.info("%s state=ended since=%s %s", _words(topic, kind, detail), log_text(begin_ms), _subjects(many))


def _alike(findings: Iterable[Finding]) -> dict[tuple[str, str, Detail, int], list[Finding]]:
    found: dict[tuple[str, str, Detail, int], list[Finding]] = {}
    for one in findings:
        found.setdefault((one.topic, str(one.episode.kind), one.detail, one.episode.begin_ms), []).append(one)
    return found


def _words(topic: str, kind: str, detail: Detail) -> str:
    return f'{topic}={kind} limit="{detail}"' if detail else f"{topic}={kind}"


def _subjects(many: Sequence[Finding]) -> str:
    shown = (f"{one.subject}:{one.episode.peak}" for one in many)
    causes = dict.fromkeys(str(one.reason.cause) for one in many if one.reason is not None)
    why = f" reason={','.join(causes)}" if causes else ""
    return f"slots={max(one.episode.count for one in many)}{why} worst={','.join(shown)}"
