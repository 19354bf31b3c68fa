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

Question = tuple[int, int, bytes]
"""Unit, function, and what follows it."""


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
    unheard: set[Question] = field(default_factory=set)
    """Questions that nobody answered on this connection before anybody had answered anything."""
    _silences: int = 0
    _heard_after_s: float = 0.0
    """How long this connection had been open when the first question that was answered was asked."""
    _deaf_before: int = 0
    _single_before: int = 0
    _may_be_single: bool = False
    _forget_s: float = 0.0

    def opened(self, now_s: float) -> None:
        self.opened_s = now_s
        self.answers = self._silences = 0
        self.heard.clear()
        self.unheard.clear()
        if now_s >= self._forget_s:
            self.deaf_for_s, self.is_single = 0.0, False

    def answered(self, unit: int, asked_s: float) -> None:
        """The first answer of a unit on this connection, to a question that was asked then."""
        if not self.heard:
            self._heard_after_s = asked_s - self.opened_s
            if not self.unheard:
                self._deaf_before = 0
            self._single_before += self._may_be_single and not self.unheard
            self._may_be_single = False
            if self._single_before >= EVIDENCE:
                self.is_single, self._forget_s = True, asked_s + LESSON_S
        self.heard.add(unit)

    def confirm(self, question: Question, now_s: float) -> None:
        """The same question that was in vain is answered now: it was not the question, the far end was deaf."""
        if question not in self.unheard:
            return
        self.unheard.clear()
        self._deaf_before += 1
        if self._deaf_before >= EVIDENCE or self.deaf_for_s:
            self.deaf_for_s = max(self.deaf_for_s, min(self._heard_after_s, KEPT_DEAF_S))
            self._forget_s = now_s + LESSON_S

    def spoke(self) -> None:
        """Somebody answered: what was in vain before is over."""
        self._silences = 0
        if self.answers > 1:
            self._single_before = 0

    def broke(self) -> None:
        """A question was lost with the connection, or nobody answered it on one that had answered once: if it is
        answered at once on the next, a connection may be good for one question."""
        self._may_be_single = self.answers == 1

    def is_to_be_closed(self, question: Question, now_s: float) -> bool:
        """Whether the connection is given up now that nobody has answered this question."""
        self._silences += 1
        unit, *_ = question
        if unit in self.heard and self.has_numbers and not self.deaf_for_s:
            self.broke()
            return True  # it may have lost us: another connection brings it to light at the cost of one round trip
        if question in self.unheard and self.heard:
            self.unheard.clear()  # others are answered: it is the question that is not
            self._deaf_before = 0
        elif not self.heard:
            self.unheard.add(question)
        is_dead = self._silences >= MOST_SILENCES
        return is_dead and (self.answers > 0 or now_s - self.opened_s >= KEPT_DEAF_S)
