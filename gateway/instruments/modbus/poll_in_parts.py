"""One poll of a device that is asked more than one question, or is in trouble.

What is answered counts, whatever becomes of the rest. A read that is refused, or was lost in several polls in which the
device answered something else, is taken apart and asked for in pieces; what is lost alone is left to rest. What a read
empties is never taken apart, and never asked for twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from gateway.core.errors import InstrumentError, InstrumentRefused, InstrumentSilent
from gateway.core.phrase import Phrase
from gateway.core.scaling import Raw
from gateway.instruments.modbus.device_learning import Split
from gateway.instruments.modbus.losses import EVIDENCE
from gateway.instruments.modbus.planned_read import PlannedRead, prepare
from gateway.instruments.modbus.poll import Poll, is_lost
from gateway.instruments.modbus.poll_plan import PollPlan
from gateway.instruments.register_plan import WIDEST_BITS, Request
from gateway.instruments.registers import Registers

NOT_YET = InstrumentSilent(Phrase("not asked again yet: it did not answer several times"))
NOT_REACHED = InstrumentSilent(Phrase("not asked: the device fell silent before"))

MOST_LOST = 5
"""Questions of one poll that may be lost before nothing more is taken apart in it: its neighbours wait meanwhile."""


class PollInParts:
    """For one poll; afterwards it says what came of it."""

    def __init__(self, plan: PollPlan, poll: Poll, registers: Registers, began_s: float, *, was_lost: bool) -> None:
        """`began_s`: when (monotonic) the poll began. `was_lost`: nothing came of the poll before."""
        self.numbers: list[Raw | None] = [None] * len(plan.wanted)
        """Of all that is wanted, scaled, in that order; `None`: not answered, or no number."""
        self.instants_s = [began_s] * len(plan.wanted)
        """When (monotonic) each was there."""
        self.answered: list[tuple[PlannedRead, tuple[int, ...]]] = []
        self.failed: list[tuple[PlannedRead, InstrumentError]] = []
        self._splits: list[tuple[Request, int | None, tuple[Request, ...]]] = []
        self._plan = plan
        self._losses = plan.losses
        self._poll = poll
        self._registers = registers
        self._was_lost = was_lost
        self._waiting: deque[PlannedRead] = deque()
        self._too_long = WIDEST_BITS + 1
        """A read of so many was lost again and taken apart: others of that length are not tried in this poll."""

    @property
    def error(self) -> InstrumentError:
        """What the last question brought that was asked in vain."""
        return next((error for _, error in reversed(self.failed) if error is not NOT_REACHED), NOT_REACHED)

    def run(self, lost: InstrumentError | None) -> None:
        """Ask all that is planned, first what is rarely lost. `lost`: the first was asked already, and that came of
        it."""
        reads, losses = self._plan.reads, self._losses
        self._waiting.extend(reads if losses.are_none else sorted(reads, key=lambda read: losses.of(read.request)))
        while self._waiting:
            self._ask(self._waiting.popleft(), lost)
            lost = None

    def splits(self, answered: set[Request]) -> Iterator[Split]:
        """The reads that were taken apart, and what came of their pieces. `answered`: all that was."""
        if not self._splits:
            return
        unreached = {read.request for read, error in self.failed if error is NOT_REACHED}
        for request, code, parts in self._splits:
            yield Split(
                request,
                code,
                tuple(part for part in parts if part in answered),
                tuple(part for part in parts if part not in answered and part not in unreached),
            )

    def _ask(self, read: PlannedRead, lost: InstrumentError | None) -> None:
        request, lost_before, poll = read.request, self._losses.of(read.request), self._poll
        not_now = self._not_now(request) if lost is None else None
        if not_now is not None:
            self.failed.append((read, not_now))
            return
        is_hopeless = lost_before >= EVIDENCE or (not request.gaps and request.count >= self._too_long)
        if is_hopeless and self._may_be_split(request):
            self._split(request, None)
            return
        is_first = not poll.is_heard
        words = poll.ask(request, self._retries(read, lost_before), lost)
        now_s = self._registers.now_s()
        for position in read.positions:
            self.instants_s[position] = now_s
        if words is not None:
            self._take(read, words)
            return
        error = poll.error or NOT_REACHED
        if self._was_lost and is_first and isinstance(error, InstrumentSilent):
            poll.silences += 2  # it is dead still, and nothing more is asked of it
        if self._is_to_be_split(request, error, lost_before):
            self._split(request, error)
            return
        if is_lost(error):
            self._losses.note(request, now_s)
        self.failed.append((read, error))

    def _not_now(self, request: Request) -> InstrumentError | None:
        """Why it is not asked in this poll, if so."""
        if self._poll.is_given_up:
            return NOT_REACHED
        until_s = self._losses.rest_until_s(request)
        return NOT_YET if until_s is not None and self._registers.now_s() < until_s else None

    def _retries(self, read: PlannedRead, lost_before: int) -> int:
        """Who was silent is not asked twice until it has answered, nor what was lost again and again."""
        return 0 if (self._was_lost and not self._poll.is_heard) or lost_before >= EVIDENCE else read.retries

    def _take(self, read: PlannedRead, words: tuple[int, ...]) -> None:
        self.answered.append((read, words))
        self._losses.answered(read.request)
        for position, number in zip(read.positions, read.scale(read.decode(words)), strict=True):
            self.numbers[position] = number

    def _is_to_be_split(self, request: Request, error: InstrumentError, lost_before: int) -> bool:
        if not is_lost(error):
            return len(request.spans) > 1 and not self._plan.is_emptied(request.spans[0])
        return lost_before + 1 >= EVIDENCE and self._may_be_split(request)

    def _may_be_split(self, request: Request) -> bool:
        """What was lost, and not refused, is asked for in pieces if the device is there, and not without end."""
        poll = self._poll
        return (
            poll.is_heard
            and not poll.is_given_up
            and poll.lost < MOST_LOST
            and len(request.spans) > 1
            and not self._plan.is_emptied(request.spans[0])
        )

    def _split(self, request: Request, error: InstrumentError | None) -> None:
        """`error`: what came of it in this poll, if it was asked."""
        parts = request.finer()
        if error is not None and is_lost(error):
            self._losses.take_apart(request)
            if not request.gaps:
                self._too_long = min(self._too_long, request.count)
        code = error.code if isinstance(error, InstrumentRefused) and not is_lost(error) else None
        self._splits.append((request, code, parts))
        self._waiting.extendleft(reversed(prepare(self._plan.wanted, parts, 0)))
