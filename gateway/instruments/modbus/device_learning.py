"""What a device has shown that it cannot do: how many registers it answers at once, what must not be read along, what
must be asked for alone. Pure; the driver asks, and tells what came of it.

A lesson needs evidence: pieces of a read were answered, and the whole was refused, or was lost in two polls. What then
is not known exactly is found out by further questions, one at the end of a poll in which all else was answered; what is
asked so changes no reading. After a day every lesson is tried again, for it may come of an accident.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from gateway.config import Table
from gateway.instruments.register_plan import Hole, PlanLimits, Request, Span, is_of_bits

LESSON_S = 86_400.0
EVIDENCE = 2
"""Times that a further question must be lost before that is taken for the device's answer."""
MOST_ROUNDS = 2
"""Times that one hole is looked into a day: a device may dislike a read for more than one reason."""
ILLEGAL_ADDRESS = 2


@dataclass(frozen=True, slots=True)
class Longest:
    """So many were answered at once, and one more was not when it was tried from there on."""

    count: int
    table: Table
    address: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned. `registers` and `bits`: the most at once; `None`: as many as the protocol allows."""

    registers: Longest | None = None
    bits: Longest | None = None
    holes: frozenset[Hole] = frozenset()
    alone: frozenset[Span] = frozenset()


NOTHING_LEARNED = Lesson()


@dataclass(frozen=True, slots=True)
class Split:
    """A read that failed, and what came of its pieces. `code`: of the exception, if it was refused."""

    request: Request
    code: int | None
    answered: tuple[Request, ...]
    failed: tuple[Request, ...]


@dataclass(slots=True)
class _Open:
    """A further question: is this hole one, or is a read of this length from there on answered?"""

    table: Table
    address: int
    count: int
    hole: Hole | None = None
    lost: int = 0


@dataclass(slots=True)
class _Bounds:
    """Of one kind of table: the longest read that was answered, the shortest that was not, and where that was."""

    good: int
    bad: int
    place: tuple[Table, int]
    is_sure: bool
    """Whether the shortest that was not answered was refused, or lost again when it was tried once more."""


@dataclass(slots=True)
class DeviceLearning:
    """Of one device."""

    configured: PlanLimits
    lesson: Lesson = NOTHING_LEARNED
    learned_s: float = 0.0
    """When something was learned or confirmed (monotonic)."""
    _open: deque[_Open] = field(default_factory=deque)
    _bounds: dict[bool, _Bounds] = field(default_factory=dict)
    _rounds: dict[Hole, int] = field(default_factory=dict)
    _puzzles: list[Request] = field(default_factory=list)
    """Reads that failed, and of which every hole is looked into."""

    @property
    def limits(self) -> PlanLimits:
        """What holds together with what is configured."""
        known, own = self.configured, self.lesson
        return PlanLimits(
            known.registers if own.registers is None else min(known.registers, own.registers.count),
            known.bits if own.bits is None else min(known.bits, own.bits.count),
            known.near,
            known.holes | own.holes | {Hole(one.table, one.address, one.end) for one in own.alone},
            known.alone | own.alone,
        )

    @property
    def is_empty(self) -> bool:
        return self.lesson is NOTHING_LEARNED or self.lesson == NOTHING_LEARNED

    def conclude(self, split: Split, now_s: float) -> None:
        """Learn from a read whose pieces were asked. Without an answer to one of them there is nothing to learn."""
        if not split.answered:
            return
        request, alone = split.request, {piece.spans[0] for piece in split.failed if len(piece.spans) == 1}
        holes = set(request.gaps)
        self._learn(now_s, holes=self.lesson.holes | holes, alone=self.lesson.alone | alone)
        if not holes and not split.failed:
            self._bound(request, max(piece.count for piece in split.answered), is_sure=split.code is not None)
        if len(holes) > 1 or split.code != ILLEGAL_ADDRESS:
            fresh = [hole for hole in sorted(holes) if self._rounds.get(hole, 0) < MOST_ROUNDS]
            for hole in fresh:
                self._rounds[hole] = self._rounds.get(hole, 0) + 1
                self._look_into(hole)
            if fresh and len(fresh) == len(holes) and not split.failed:
                self._puzzles.append(request)

    def answers_alone(self, span: Span, now_s: float) -> None:
        """A value that was thought not to be there was read."""
        self._learn(now_s, alone=self.lesson.alone - {span})

    def next_question(self, now_s: float) -> tuple[Table, int, int] | None:
        """A further read that would tell something; `None`: nothing is open."""
        if not self._open and self._bounds:
            self._ask_for_lengths(now_s)
        if not self._open and not self.is_empty and now_s - self.learned_s >= LESSON_S:
            self._try_again(now_s)
        if not self._open:
            return None
        one = self._open[0]
        return one.table, one.address, one.count

    def told(self, is_answered: bool, is_refused: bool, now_s: float) -> None:
        """What came of that read: answered, refused, or neither."""
        one = self._open[0]
        if not is_answered and not is_refused:
            one.lost += 1
            if one.lost < EVIDENCE:
                return
        self._open.popleft()
        if one.hole is not None:
            self._judge_hole(one.hole, is_answered, now_s)
        else:
            self._judge_length(one, is_answered, now_s)

    def _learn(self, now_s: float, **changes: object) -> None:
        kept = {name: getattr(self.lesson, name) for name in ("registers", "bits", "holes", "alone")}
        self.lesson = Lesson(**(kept | changes))
        self.learned_s = now_s

    def _look_into(self, hole: Hole) -> None:
        """With a register on either side, or as much of it as the device is known to take."""
        count = min(hole.end - hole.first + 2, self.limits.widest(hole.table))
        self._open.append(_Open(hole.table, max(0, hole.first - 1), count, hole))

    def _bound(self, request: Request, good: int, *, is_sure: bool) -> None:
        kind = is_of_bits(request.table)
        known = self._bounds.get(kind)
        bad = request.count
        if known is not None:
            good = max(known.good, good)
            bad, is_sure = min((known.bad, known.is_sure), (bad, is_sure))
        good = min(good, bad - 1)
        self._bounds[kind] = _Bounds(good, bad, (request.table, request.address), is_sure)
        self._set_length(kind, Longest(good, request.table, request.address), self.learned_s)

    def _set_length(self, kind: bool, longest: Longest | None, now_s: float) -> None:
        self._learn(now_s, **{"bits" if kind else "registers": longest})

    def _ask_for_lengths(self, now_s: float) -> None:
        for kind, bounds in list(self._bounds.items()):
            if bounds.bad - bounds.good <= 1 and not bounds.is_sure:
                self._open.append(_Open(*bounds.place, bounds.bad))
            elif bounds.bad - bounds.good <= 1:
                del self._bounds[kind]
                self._set_length(kind, Longest(bounds.good, *bounds.place), now_s)
            else:
                self._open.append(_Open(*bounds.place, (bounds.good + bounds.bad) // 2))

    def _judge_hole(self, hole: Hole, is_answered: bool, now_s: float) -> None:
        if not is_answered:
            self._puzzles = [one for one in self._puzzles if hole not in one.gaps]
            self._learn(now_s)
            return
        self._learn(now_s, holes=self.lesson.holes - {hole})
        for request in [one for one in self._puzzles if not self.lesson.holes & set(one.gaps)]:
            self._puzzles.remove(request)  # nothing in it is a hole, so it was too long
            good = max(max(span.width for span in request.spans), self._longest_piece(request))
            self._bound(request, good, is_sure=False)

    @staticmethod
    def _longest_piece(request: Request) -> int:
        ends = [request.address, *(edge for gap in request.gaps for edge in (gap.first, gap.end))]
        ends.append(request.address + request.count)
        return max(ends[place + 1] - ends[place] for place in range(0, len(ends), 2))

    def _judge_length(self, one: _Open, is_answered: bool, now_s: float) -> None:
        kind = is_of_bits(one.table)
        bounds = self._bounds.get(kind)
        if bounds is None:  # a lesson that was tried again: it holds, or is forgotten
            self._set_length(kind, None if is_answered else Longest(one.count - 1, one.table, one.address), now_s)
        elif one.count >= bounds.bad and is_answered:  # it was lost by accident
            del self._bounds[kind]
            self._set_length(kind, None, now_s)
        elif one.count >= bounds.bad:
            bounds.is_sure = True
        elif is_answered:
            bounds.good = one.count
            self._set_length(kind, Longest(one.count, one.table, one.address), now_s)
        else:
            bounds.bad, bounds.is_sure = one.count, True

    def _try_again(self, now_s: float) -> None:
        self._rounds.clear()
        self.learned_s = now_s
        for hole in sorted(self.lesson.holes):
            self._look_into(hole)
        for longest in (self.lesson.registers, self.lesson.bits):
            if longest is not None:
                self._open.append(_Open(longest.table, longest.address, longest.count + 1))
