"""What one connection after the other has shown of the far end: whether to keep this one after a silence, and how long
to wait after a new one was opened.

Pure. A device that is deaf for a while after a connection is never heard if every silence closes the connection; one
that has died behind a router is never heard if none does. What was learned holds for a day, then it is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

KEPT_DEAF_S = 30.0
"""So long a connection on which nobody has answered yet is kept, whatever is asked on it in vain."""
MOST_SILENCES = 3
"""In a row, whoever was asked: then the connection is taken for dead."""
EVIDENCE = 2
"""Connections in a row that must have shown the same."""
LESSON_S = 86_400.0


@dataclass(slots=True)
class ConnectionHistory:
    """Of one link. Seconds are monotonic."""

    has_numbers: bool
    """Whether a late answer is known by its number: only then is a second connection a cheap way to be heard."""
    opened_s: float = 0.0
    answers: int = 0
    """On this connection, by anybody."""
    heard: set[int] = field(default_factory=set)
    """Units that have answered on this connection."""
    deaf_for_s: float = 0.0
    """Learned: how long after its opening nobody hears."""
    is_single: bool = False
    """Learned: a connection is good for one question."""
    _silences: int = 0
    _unheard: set[int] = field(default_factory=set)
    _deaf_before: int = 0
    _single_before: int = 0
    _forget_s: float = 0.0

    def opened(self, now_s: float) -> None:
        self.opened_s = now_s
        self.answers = self._silences = 0
        self.heard.clear()
        self._unheard.clear()
        if now_s >= self._forget_s:
            self.deaf_for_s, self.is_single = 0.0, False

    def answered(self, unit: int, asked_s: float) -> None:
        """The first answer of a unit on this connection, to the question that was asked then."""
        self.heard.add(unit)
        if len(self.heard) > 1:
            return
        if unit not in self._unheard:
            self._deaf_before = 0
            return
        self._deaf_before += 1
        if self._deaf_before >= EVIDENCE or self.deaf_for_s:
            self.deaf_for_s = max(self.deaf_for_s, min(asked_s - self.opened_s, KEPT_DEAF_S))
            self._forget_s = asked_s + LESSON_S

    def spoke(self) -> None:
        """Somebody answered: what was in vain before is over."""
        self._silences = 0
        if self.answers > 1:
            self._single_before = 0

    def broke(self, now_s: float) -> None:
        """A question was lost with the connection, or nobody answered it on one that had answered."""
        if self.answers == 1:
            self._single_before += 1
            if self._single_before >= EVIDENCE:
                self.is_single, self._forget_s = True, now_s + LESSON_S

    def is_to_be_closed(self, unit: int, now_s: float) -> bool:
        """Whether the connection is given up now that this unit has not answered."""
        self._silences += 1
        if unit in self.heard and self.has_numbers and not self.deaf_for_s:
            self.broke(now_s)
            return True  # it may have lost us: another connection brings it to light at the cost of one round trip
        self._unheard.add(unit)
        is_dead = self._silences >= MOST_SILENCES
        return is_dead and (self.answers > 0 or now_s - self.opened_s >= KEPT_DEAF_S)
