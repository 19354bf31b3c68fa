"""Between the requests in the database and the sampler on its link: which one is carried out, when, and once.

A stage of the clerk: the database is its business, the wire that of the link's poller. A request is marked as being
written before the poller learns of it, so whatever happens after that, it is never carried out twice.
"""

from __future__ import annotations

import logging

from gateway.core.interfaces import Clock, Instant
from gateway.core.phrase import Phrase
from gateway.instruments.register_command import CommandOutcome, RegisterCommand, RegisterCommands
from gateway.sampler.store import SampleRequest, SampleState, SampleStore

_log = logging.getLogger(__name__)

CHECK_EVERY_S = 1.0

_STATES = {
    CommandOutcome.CONFIRMED: SampleState.TAKEN,
    CommandOutcome.UNCONFIRMED: SampleState.UNCONFIRMED,
    CommandOutcome.UNKNOWN: SampleState.UNKNOWN,
    CommandOutcome.NOT_DONE: SampleState.NOT_TAKEN,
}


class Sampler:
    """One sampler. `step` is for the clerk's thread alone; `request_sample` for any."""

    def __init__(
        self,
        store: SampleStore,
        commands: RegisterCommands,
        command: RegisterCommand,
        min_interval_ms: int,
        clock: Clock,
    ) -> None:
        """`command` takes a sample each time that it is written."""
        self._store = store
        self._commands = commands
        self._command = command
        self._min_interval_ms = min_interval_ms
        self._clock = clock
        self._under_way: SampleRequest | None = None
        self._told_s: float | None = None
        """When the sampler was last told, by the clock that nobody sets."""

    def request_sample(self, reason: str, asked_by: str = "gateway") -> int:
        """Ask for a sample: for whatever part of the gateway has a reason, such as an exceeded limit. Returns the
        request's number; whether a sample is taken is decided when its turn comes."""
        return self._store.add(reason, asked_by, self._clock.now().wall_ms)

    def step(self, now: Instant) -> float:
        result = self._commands.result() if self._under_way is not None else None
        if self._under_way is not None and result is not None:
            if result.outcome is CommandOutcome.NOT_DONE:
                self._told_s = None
            self._settle(self._under_way, _STATES[result.outcome], result.words, now)
            self._under_way = None
        if self._under_way is None:
            for request in self._store.open():
                self._take_up(request, now)
                if self._under_way is not None:
                    break
        return now.mono_s + CHECK_EVERY_S

    def _take_up(self, request: SampleRequest, now: Instant) -> None:
        if request.state is SampleState.WRITING:
            words = Phrase("the gateway stopped while the sampler was being told: not repeated")
            self._settle(request, SampleState.UNKNOWN, words, now)
        elif (left_s := self._left_s(now)) > 0:
            words = Phrase(
                "the last sample was less than min_interval ago: the next one in {left_s:.0f} s at the earliest",
                left_s=left_s,
            )
            self._settle(request, SampleState.TOO_SOON, words, now)
        else:
            self._store.begin(request.id, now.wall_ms)
            self._told_s = now.mono_s
            self._under_way = request
            self._commands.send(self._command)

    def _left_s(self, now: Instant) -> float:
        """Until the next sample may be taken. By both clocks: one knows nothing of before the start, the other may have
        been set; either way round counts as recent."""
        interval_s = self._min_interval_ms / 1000
        last_ms = self._store.last_written_ms(now.wall_ms)
        by_wall_s = interval_s - abs(now.wall_ms - last_ms) / 1000 if last_ms is not None else 0.0
        by_mono_s = interval_s - (now.mono_s - self._told_s) if self._told_s is not None else 0.0
        return max(by_wall_s, by_mono_s)

    def _settle(self, request: SampleRequest, state: SampleState, words: str, now: Instant) -> None:
        self._store.settle(request.id, state, words, now.wall_ms)
        level = logging.INFO if state is SampleState.TAKEN else logging.WARNING
        line = 'sample=%d state=%s by=%s reason="%s" outcome="%s"'
        _log.log(level, line, request.id, state, request.asked_by, request.reason, words)
