"""One question on a line, and the frame that answers it.

Nobody else's answer is taken for it: where answers bear no number, the one that a unit still owes is waited for and
thrown away before the same unit is asked again. Asks once, opens and closes nothing.
"""

from __future__ import annotations

from pymodbus.pdu import ModbusPDU

from gateway.core.errors import InstrumentGarbled, InstrumentSilent
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.instruments.lines.byte_line import ByteLine, receive_more
from gateway.instruments.lines.excerpts import hex_excerpt
from gateway.instruments.modbus.framing import Framing
from gateway.instruments.modbus.messages import ECHOED

UNNUMBERED_PAUSE_S = 0.02
"""Silence before a question to a device on TCP whose answers bear no number of ours: as between RTU's frames."""


class Exchange:
    """Of one line, one question at a time. Seconds are monotonic."""

    def __init__(self, line: ByteLine, framing: Framing, clock: Clock) -> None:
        self.asked_s = 0.0
        """When the last question was asked."""
        self._line = line
        self._framing = framing
        self._clock = clock
        self._late_until_s: dict[int, float] = {}
        """By unit: until when the answer that it owes may still come."""

    def ask(self, question: ModbusPDU, size: int, *, ignores_number: bool, advice: str) -> bytes:
        """The answer's function code and what follows it, were it an exception. `size`: of what should follow.
        `ignores_number`: whether the device never repeats a question's number. `advice`: to whoever reads of a silence.

        Raises:
            InstrumentSilent: no answer within the time-out.
            InstrumentGarbled: something came that is not the answer.
            OSError: the line failed.
        """
        line, framing, unit, function = self._line, self._framing, question.dev_id, question.function_code
        if not framing.has_numbers:
            line.drain(self._late_answer_s(unit))
        else:
            framing.checks_number = not ignores_number
            if ignores_number:
                self._discard()
        frame = framing.request(question)
        self.asked_s = started_s = self._clock.now().mono_s
        longest_s = line.timeout_s + line.wire_time_s(len(frame))
        line.send(frame)
        received = b""
        left_s = longest_s
        while left_s > 0 and (chunk := receive_more(line, left_s, received, hex_excerpt)):
            if not received:
                longest_s += line.wire_time_s(framing.size(size))  # a slow line is not a silent device
            received += chunk
            if pdu := framing.answer(_without_echo(received, frame, function), unit, function):
                return pdu
            if len(received) > 2 * framing.longest:
                raise InstrumentGarbled(
                    Phrase(
                        "{address}: unit {unit}: a flood of bytes instead of an answer", address=line.address, unit=unit
                    )
                )
            left_s = started_s + longest_s - self._clock.now().mono_s
        where = f"{line.address}: unit {unit}"
        if received:
            raise InstrumentGarbled(
                Phrase(
                    "{where}: not an answer: {hex_excerpt}{hint}",
                    where=where,
                    hex_excerpt=hex_excerpt(received),
                    hint=framing.hint(received),
                )
            )
        raise InstrumentSilent(
            Phrase(
                "{where} did not answer within {longest_s:.3g} s{advice}",
                where=where,
                longest_s=longest_s,
                advice=advice,
            )
        )

    def listens_s(self, unit: int) -> float:
        """How long it would listen for a late answer before it asks this unit again."""
        until_s = 0.0 if self._framing.has_numbers else self._late_until_s.get(unit, 0.0)
        return max(0.0, until_s - self._clock.now().mono_s)

    def owed(self, unit: int) -> None:
        """The last question's answer may still come."""
        self._late_until_s[unit] = self._clock.now().mono_s + self._line.timeout_s

    def _late_answer_s(self, unit: int) -> float:
        """How long to listen before asking this unit again: RTU answers bear no number, so the one that a unit owes
        must have passed before the same unit is asked something else. Other units are told apart by their own."""
        until_s = self._late_until_s.pop(unit, None)
        return 0.0 if until_s is None else max(0.0, until_s - self._clock.now().mono_s)

    def _discard(self) -> None:
        """Where answers are not told apart by their number, nothing may be under way when a question is asked."""
        give_up_s = self._clock.now().mono_s + self._line.timeout_s
        while self._line.receive(UNNUMBERED_PAUSE_S):
            if self._clock.now().mono_s > give_up_s:
                raise InstrumentGarbled(Phrase("{address}: the far end never falls silent", address=self._line.address))


def _without_echo(received: bytes, frame: bytes, function: int) -> bytes:
    """What adapters hear of their own question is no answer, though it can look like one: the question for 24 inputs
    from address 768 on is a sound answer of three bytes."""
    return received if function in ECHOED else received.replace(frame, b"", 1)
