"""Reads the journal into what one target is to be told: each entry once, from where it had come to, in order.

How far it came is written with what came of it, in one transaction; where an entry is nothing for the target, now and
then. An entry is read again after damage and after a sudden end, and is the same alert then.
"""

from __future__ import annotations

from gateway.alerts.store import MOST_WAITING, AlertStore
from gateway.core.alert import Alert, AlertKind, AlertState

MOST_ENTRIES = 200
"""At once."""


class JournalReader:
    """Of one target."""

    def __init__(self, store: AlertStore, target: str) -> None:
        self._store = store
        self._target = target
        self._kinds: dict[AlertKind, int] | None = None
        self._seq = 0
        self._written_seq = 0

    def read(self, at_ms: int) -> bool:
        """Take over what the journal has newly. Returns whether there is more of it already. While so much waits to be
        told that it is bounded, the journal keeps the rest."""
        if self._kinds is None:
            self._begin()
        head = self._store.newest_entry()
        self._seq = min(self._seq, head)
        if head == self._seq or self._store.count_waiting(self._target) >= MOST_WAITING:
            return False
        entries = self._store.entries_after(self._seq, MOST_ENTRIES)
        is_last = len(entries) < MOST_ENTRIES
        seq = max(head, *(number for number, _ in entries)) if is_last and entries else head
        if not is_last:
            seq = entries[-1][0]
        news = [(number, one) for number, one in entries if one is not None and self._is_asked_for(number, one)]
        news, passed = self._without_passing_clock(news)
        if news or passed or seq - self._written_seq >= MOST_ENTRIES:
            self._store.keep(self._target, news, passed, seq, at_ms)
            self._written_seq = seq
        self._seq = seq
        return not is_last

    def _begin(self) -> None:
        state = next(one for one in self._store.targets() if one.name == self._target)
        self._kinds = dict(state.kinds)
        self._seq = self._written_seq = state.read_seq
        again = self._store.forget_damaged(self._target)
        if again is not None:
            self._seq = again

    def _is_asked_for(self, seq: int, alert: Alert) -> bool:
        return self._kinds is not None and seq > self._kinds.get(alert.kind, seq)

    def _without_passing_clock(self, news: list[tuple[int, Alert]]) -> tuple[list[tuple[int, Alert]], list[int]]:
        """A clock that is not vouched for, as at each start, and soon is again, is no news. Returns what is left, and
        the numbers of what waits and is over."""
        if not any(one.kind is AlertKind.CLOCK for _, one in news):
            return news, []
        kept: list[tuple[int, Alert]] = []
        begun: list[tuple[int, Alert]] = []
        waiting = [
            one.number
            for one in self._store.waiting(self._target)
            if one.alert.kind is AlertKind.CLOCK and one.alert.state is AlertState.BEGAN and not one.tries
        ]
        passed: list[int] = []
        is_told = self._store.was_told_of_clock(self._target)
        for entry in news:
            alert = entry[1]
            if alert.kind is not AlertKind.CLOCK:
                kept.append(entry)
            elif alert.state is AlertState.BEGAN:
                begun.append(entry)
            else:
                begun = []
                passed, waiting = [*passed, *waiting], []
                kept += [entry] if is_told else []
                is_told = False
        return sorted([*kept, *begun], key=lambda entry: entry[0]), passed
