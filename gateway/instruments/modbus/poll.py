"""One poll of a device: questions, each asked again within the period if it was lost, until nobody is there to answer.

What is asked of a dead device costs its neighbours on the line, so it stops as soon as the device is known to be
silent. Never asks again after a refusal, except of a device that is busy, and never beyond the end of the period.
"""

from __future__ import annotations

from gateway.core.errors import InstrumentError, InstrumentRefused, InstrumentSilent
from gateway.instruments.register_plan import Request
from gateway.instruments.registers import Registers

BUSY_CODES = frozenset({5, 6})
"""Modbus application protocol 1.1b3, 7: acknowledge, and server device busy. Both say: ask again later."""
BUSY_PAUSE_S = 0.1
SILENCES_TO_GIVE_UP = 2
"""In a row, of a device that has said nothing yet in this poll."""
MORE_IF_HEARD = 1
"""Of one that has answered something: one lost frame in ten loses two in a row in every twelfth poll of eight."""


def is_lost(error: InstrumentError) -> bool:
    """Whether it may be answered another time: no refusal, or that of a device that is busy."""
    return not isinstance(error, InstrumentRefused) or error.code in BUSY_CODES


class Poll:
    """For one poll of one unit."""

    def __init__(self, registers: Registers, unit: int, end_s: float) -> None:
        """`end_s`: when (monotonic) the period ends."""
        self.error: InstrumentError | None = None
        """Why the last question was not answered."""
        self.is_heard = False
        """Whether it answered anything, be it with a refusal."""
        self.silences = 0
        """In a row, up to now."""
        self.lost = 0
        """Questions that were not answered at all, in this poll."""
        self._registers = registers
        self._unit = unit
        self._end_s = end_s

    @property
    def is_given_up(self) -> bool:
        return self.silences >= SILENCES_TO_GIVE_UP + (MORE_IF_HEARD if self.is_heard else 0)

    def ask(self, request: Request, retries: int, lost: InstrumentError | None = None) -> tuple[int, ...] | None:
        """The words, or `None`: then `error` says why. `lost`: it was asked once already, and that came of it."""
        error = self._try(request) if lost is None else self._note(lost)
        while isinstance(error, InstrumentError):
            if retries <= 0 or self.is_given_up or not self._is_worth_repeating(error):
                self.error = error
                return None
            retries -= 1
            error = self._try(request)
        return error

    def _try(self, request: Request) -> tuple[int, ...] | InstrumentError:
        try:
            words = self._registers.read(self._unit, request.table, request.address, request.count)
        except InstrumentError as error:
            return self._note(error)
        self.silences = 0
        self.is_heard = True
        return words

    def _note(self, error: InstrumentError) -> InstrumentError:
        if isinstance(error, InstrumentSilent):
            self.silences += 1
            self.lost += 1
        else:
            self.silences = 0
        if isinstance(error, InstrumentRefused):
            self.is_heard = True
        return error

    def _is_worth_repeating(self, error: InstrumentError) -> bool:
        """Whether it may be answered when it is asked again, and there is time for that."""
        pause_s = 0.0
        if isinstance(error, InstrumentRefused):
            if error.code not in BUSY_CODES:
                return False
            pause_s = BUSY_PAUSE_S
        registers = self._registers
        takes_s = pause_s + registers.listens_s(self._unit) + registers.longest_answer_s
        if registers.now_s() + takes_s > self._end_s:
            return False
        if pause_s:
            try:
                registers.rest(pause_s)
            except InstrumentError:
                return True  # the connection broke meanwhile: the question brings it to light
        return True
