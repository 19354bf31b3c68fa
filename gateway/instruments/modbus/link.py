"""One Modbus link: a question, an answer, and what it means if there is none.

The only place where the failures of sockets, ports and pymodbus become the gateway's errors. It asks once and never
retries: when to ask again is the poller's decision. After anything but a complete answer the connection is closed, so
that a late reply can never be taken for the answer to a later question.
"""

from __future__ import annotations

import struct

from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest, WriteSingleCoilRequest
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteSingleRegisterRequest,
)

from gateway.config import Table
from gateway.core.errors import InstrumentError, InstrumentGarbled, InstrumentRefused, InstrumentSilent
from gateway.core.interfaces import Clock
from gateway.instruments.lines.byte_line import ByteLine, ensure_open, receive_more
from gateway.instruments.lines.excerpts import error_words, hex_excerpt
from gateway.instruments.modbus.framing import Framing

_QUESTIONS: dict[Table, type[ModbusPDU]] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE: ReadDiscreteInputsRequest,
    Table.HOLDING: ReadHoldingRegistersRequest,
    Table.INPUT: ReadInputRegistersRequest,
}
_BITS = {Table.COIL, Table.DISCRETE}
_WRITES = {WriteSingleCoilRequest.function_code, WriteSingleRegisterRequest.function_code}

_REFUSALS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge, still working",
    6: "device busy",
    8: "memory parity error",
}
_NOBODY_BEHIND = {10: "gateway path unavailable", 11: "gateway target did not respond"}


class ModbusLink:
    """Reads and writes registers and bits of any unit on one line. For one thread at a time, `interrupt` excepted."""

    def __init__(self, name: str, line: ByteLine, framing: Framing, clock: Clock) -> None:
        self.name = name
        self.timeout_s = line.timeout_s
        self.connection = 0
        """Counts the connections: behind a new one there may be another device."""
        self._line = line
        self._framing = framing
        self._clock = clock
        self._late_until_s: dict[int, float] = {}
        """By unit: until when the answer that it owes may still come."""

    @property
    def longest_answer_s(self) -> float:
        """How long the longest request may take, answer and slow wire included."""
        return self.timeout_s + self._line.wire_time_s(self._framing.longest)

    def connect(self) -> None:
        """Make sure that there is a connection, a new one if the far end left the old one.

        Raises:
            InstrumentSilent: there is none to be had within the time-out.
        """
        self.connection += ensure_open(self._line)

    def read(self, unit: int, table: Table, address: int, count: int) -> tuple[int, ...]:
        """`count` registers (0–65535 each) or bits (0 or 1 each) of a unit, from the zero-based `address` on.

        Raises:
            InstrumentSilent: no connection, or no answer within the time-out.
            InstrumentGarbled: something came that is not the answer.
            InstrumentRefused: the device declined; the connection stays.
        """
        question = _QUESTIONS[table](dev_id=unit, address=address, count=count)
        size = (count + 7) // 8 if table in _BITS else 2 * count
        content = self._ask(question, unit, 1 + size)
        if content[0] != size:
            raise self._garbled(unit, f"{content[0]} bytes announced in place of {size}")
        if table in _BITS:
            return tuple(content[1 + (index >> 3)] >> (index & 7) & 1 for index in range(count))
        return struct.unpack(f">{count}H", content[1:])

    def write(self, unit: int, table: Table, address: int, value: int) -> None:
        """Set one coil (`value` 0 or 1) or one holding register. Returns when the device has said that it did.

        Raises:
            InstrumentSilent, InstrumentGarbled: nobody knows whether it did.
            InstrumentRefused: it did not.
        """
        if table is Table.COIL:
            question: ModbusPDU = WriteSingleCoilRequest(dev_id=unit, address=address, bits=[bool(value)])
        else:
            question = WriteSingleRegisterRequest(dev_id=unit, address=address, registers=[value])
        said = question.encode()
        if self._ask(question, unit, len(said)) != said:
            raise self._garbled(unit, "another write is confirmed in place of this one")

    def interrupt(self) -> None:
        """From another thread: make a read under way, and every later one, fail at once."""
        self._line.interrupt()

    def close(self) -> None:
        """Release the connection for good."""
        self._line.release()

    def _ask(self, question: ModbusPDU, unit: int, size: int) -> bytes:
        """What follows the function code in the answer: exactly `size` bytes."""
        if not self._line.is_open:
            self.connect()
        function = question.function_code
        try:
            return self._content(self._exchange(question, unit, function, size), unit, function, size)
        except InstrumentRefused:
            raise
        except InstrumentError:
            self._abandon(unit)
            raise
        except OSError as error:
            self._abandon(unit)
            raise InstrumentSilent(f"{self._line.address}: unit {unit}: {error_words(error)}") from error

    def _exchange(self, question: ModbusPDU, unit: int, function: int, size: int) -> bytes:
        line = self._line
        line.drain(self._late_answer_s(unit))
        frame = self._framing.request(question)
        started_s = self._clock.now().mono_s
        longest_s = line.timeout_s + line.wire_time_s(len(frame))
        line.send(frame)
        received = b""
        left_s = longest_s
        while left_s > 0 and (chunk := receive_more(line, left_s, received, hex_excerpt)):
            if not received:
                longest_s += line.wire_time_s(self._framing.size(size))  # a slow line is not a silent device
            received += chunk
            if pdu := self._framing.answer(_without_echo(received, frame, function), unit, function):
                return pdu
            if len(received) > 2 * self._framing.longest:
                raise InstrumentGarbled(f"{line.address}: unit {unit}: a flood of bytes instead of an answer")
            left_s = started_s + longest_s - self._clock.now().mono_s
        if received:
            raise InstrumentGarbled(f"{line.address}: unit {unit}: not an answer: {hex_excerpt(received)}")
        raise InstrumentSilent(f"{line.address}: unit {unit} did not answer within {longest_s:.3g} s")

    def _content(self, pdu: bytes, unit: int, function: int, size: int) -> bytes:
        """What the device said, if it is an answer to the question in every respect."""
        if pdu[0] == function and len(pdu) == 1 + size:
            return pdu[1:]
        where = f"{self._line.address}: unit {unit}"
        if pdu[0] == function | 0x80 and len(pdu) == 2:
            code = pdu[1]
            if code in _NOBODY_BEHIND:
                raise InstrumentSilent(f"{where}: exception {code}: {_NOBODY_BEHIND[code]}")
            raise InstrumentRefused(f"{where}: exception {code}: {_REFUSALS.get(code, 'reason unknown')}", code)
        if pdu[0] != function:
            raise InstrumentGarbled(f"{where}: function {pdu[0]} answered in place of {function}")
        raise InstrumentGarbled(f"{where}: {len(pdu) - 1} bytes answered in place of {size}: {hex_excerpt(pdu)}")

    def _garbled(self, unit: int, what: str) -> InstrumentGarbled:
        self._abandon(unit)
        return InstrumentGarbled(f"{self._line.address}: unit {unit}: {what}")

    def _abandon(self, unit: int) -> None:
        self._line.close()
        self._late_until_s[unit] = self._clock.now().mono_s + self._line.timeout_s

    def _late_answer_s(self, unit: int) -> float:
        """How long to listen before asking this unit again: RTU answers bear no number, so the one that a unit owes
        must have passed before the same unit is asked something else. Other units are told apart by their own."""
        until_s = self._late_until_s.pop(unit, None)
        return 0.0 if until_s is None else max(0.0, until_s - self._clock.now().mono_s)


def _without_echo(received: bytes, frame: bytes, function: int) -> bytes:
    """What adapters hear of their own question is no answer, though it can look like one: the question for 24 inputs
    from address 768 on is a sound answer of three bytes. (A write's answer is its question, by definition.)"""
    return received if function in _WRITES else received.replace(frame, b"", 1)
