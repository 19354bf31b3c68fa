"""One Modbus link: a question, an answer, and what it means if there is none.

The only place where the failures of sockets, ports and pymodbus become the gateway's errors. It asks once and never
retries: when to ask again is the poller's decision, and the driver's. A late reply is never taken for the answer to a
later question: it is known by its number, or it is waited for and thrown away before the same unit is asked again, or
the connection is closed.
"""

from __future__ import annotations

import struct

from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from gateway.config import ModbusDevice, Table
from gateway.config.links.device_limits import DeviceLimits, DeviceTraits, traits_of
from gateway.core.errors import InstrumentGarbled, InstrumentRefused, InstrumentSilent
from gateway.core.interfaces import Clock
from gateway.instruments.lines.byte_line import ByteLine, ensure_open, receive_more
from gateway.instruments.lines.excerpts import error_words, hex_excerpt
from gateway.instruments.modbus.connection_history import ConnectionHistory, Question
from gateway.instruments.modbus.framing import Framing

_QUESTIONS: dict[Table, type[ModbusPDU]] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE: ReadDiscreteInputsRequest,
    Table.HOLDING: ReadHoldingRegistersRequest,
    Table.INPUT: ReadInputRegistersRequest,
}
_BITS = {Table.COIL, Table.DISCRETE}
_WRITES = {WriteSingleCoilRequest.function_code, WriteSingleRegisterRequest.function_code}

UNNUMBERED_PAUSE_S = 0.02
"""Silence before a question to a device on TCP whose answers bear no number of ours: as between RTU's frames."""

_REFUSALS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge, still working",
    6: "device busy",
    8: "memory parity error",
}
ILLEGAL_FUNCTION = 1
_INSTEAD = {
    1: "it may have these bits as discrete: (function 2)",
    2: "it may have these bits as coil: (function 1)",
    3: "it may have these registers as input: (function 4)",
    4: "it may have these registers as holding: (function 3)",
    5: "if it takes function 15, write device: {write: multiple}",
    6: "if it takes function 16, write device: {write: multiple}",
    15: "if it takes function 5, write device: {write: single}",
    16: "if it takes function 6, write device: {write: single}",
}
"""What to try where a function is illegal."""
_NOBODY_BEHIND = {10: "gateway path unavailable", 11: "gateway target did not respond"}


class ModbusLink:
    """Reads and writes registers and bits of any unit on one line. For one thread at a time, `interrupt` excepted."""

    def __init__(
        self, name: str, line: ByteLine, framing: Framing, clock: Clock, device: DeviceLimits | None = None
    ) -> None:
        """`device`: what the configuration says of all devices on it."""
        self.name = name
        self.timeout_s = line.timeout_s
        self.connection = 0
        """Counts the connections: behind a new one there may be another device."""
        self.asked_s = 0.0
        """When (monotonic) the last question was asked."""
        self.device = device
        self.history = ConnectionHistory(framing.has_numbers)
        self._line = line
        self._framing = framing
        self._clock = clock
        self._common = traits_of(device)
        self._traits: dict[int, DeviceTraits] = {}
        self._late_until_s: dict[int, float] = {}
        """By unit: until when the answer that it owes may still come."""

    @property
    def longest_answer_s(self) -> float:
        """How long the longest request may take, answer and slow wire included."""
        return self.timeout_s + self._line.wire_time_s(self._framing.longest)

    def set_traits(self, unit: int, traits: DeviceTraits) -> None:
        """What is known of one unit, in place of what holds for all."""
        self._traits[unit] = traits

    def now_s(self) -> float:
        """The monotonic clock."""
        return self._clock.now().mono_s

    def listens_s(self, unit: int) -> float:
        """How long it would listen for a late answer before it asks this unit again."""
        until_s = 0.0 if self._framing.has_numbers else self._late_until_s.get(unit, 0.0)
        return max(0.0, until_s - self.now_s())

    def rest(self, seconds: float) -> None:
        """Let the far end alone for so long; what it says meanwhile is thrown away.

        Raises:
            InstrumentSilent: the connection broke.
        """
        until_s = self.now_s() + seconds
        try:
            while (left_s := until_s - self.now_s()) > 0:
                self._line.receive(left_s)
        except OSError as error:
            self._line.close()
            raise InstrumentSilent(f"{self._line.address}: {error_words(error)}") from error

    def connect(self) -> None:
        """Make sure that there is a connection, a new one if the far end left the old one.

        Raises:
            InstrumentSilent: there is none to be had within the time-out.
        """
        if ensure_open(self._line):
            self.connection += 1
            self.history.opened(self.now_s())

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
        question, said = self._write(unit, table, address, value)
        if self._ask(question, unit, len(said)) != said:
            raise self._garbled(unit, "another write is confirmed in place of this one")

    def _write(self, unit: int, table: Table, address: int, value: int) -> tuple[ModbusPDU, bytes]:
        """The question, and what its answer says."""
        question: ModbusPDU
        if self._of(unit).writes_multiple:
            if table is Table.COIL:
                question = WriteMultipleCoilsRequest(dev_id=unit, address=address, bits=[bool(value)])
            else:
                question = WriteMultipleRegistersRequest(dev_id=unit, address=address, count=1, registers=[value])
            return question, struct.pack(">HH", address, 1)
        if table is Table.COIL:
            question = WriteSingleCoilRequest(dev_id=unit, address=address, bits=[bool(value)])
        else:
            question = WriteSingleRegisterRequest(dev_id=unit, address=address, registers=[value])
        return question, question.encode()

    def interrupt(self) -> None:
        """From another thread: make a read under way, and every later one, fail at once."""
        self._line.interrupt()

    def close(self) -> None:
        """Release the connection for good."""
        self._line.release()

    def _ask(self, question: ModbusPDU, unit: int, size: int) -> bytes:
        """What follows the function code in the answer: exactly `size` bytes."""
        line, history, function = self._line, self.history, question.function_code
        if not line.is_open:
            self.connect()
        if unit not in history.heard:
            self._prepare(unit)
        try:
            pdu = self._exchange(question, unit, function, size)
        except InstrumentSilent:
            self._owed(unit)
            if self._of(unit).ignores_number or history.is_to_be_closed(_key(question), self.now_s()):
                line.close()
            raise
        except InstrumentGarbled:
            self._owed(unit)
            if self._framing.has_numbers or history.is_to_be_closed(_key(question), self.now_s()):
                line.close()
            raise
        except OSError as error:
            self._owed(unit)
            history.broke()
            line.close()
            raise InstrumentSilent(f"{line.address}: unit {unit}: {error_words(error)}") from error
        history.answers += 1
        if unit not in history.heard:
            history.answered(unit, self.asked_s)
        if history.unheard:
            history.confirm(_key(question), self.now_s())
        history.spoke()
        if history.is_single:
            line.close()
        return self._content(pdu, unit, function, size)

    def _of(self, unit: int) -> DeviceTraits:
        return self._traits.get(unit, self._common)

    def _prepare(self, unit: int) -> None:
        """Before a unit is asked for the first time on a connection."""
        after_s = self._of(unit).after_connect_s
        wait_s = self.history.opened_s + (self.history.deaf_for_s if after_s is None else after_s) - self.now_s()
        if wait_s > 0:
            self.rest(wait_s)

    def _exchange(self, question: ModbusPDU, unit: int, function: int, size: int) -> bytes:
        line, framing = self._line, self._framing
        if framing.has_numbers:
            framing.checks_number = not self._of(unit).ignores_number
            if not framing.checks_number:
                self._discard()
        else:
            line.drain(self._late_answer_s(unit))
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
                raise InstrumentGarbled(f"{line.address}: unit {unit}: a flood of bytes instead of an answer")
            left_s = started_s + longest_s - self._clock.now().mono_s
        where = f"{line.address}: unit {unit}"
        if received:
            raise InstrumentGarbled(f"{where}: not an answer: {hex_excerpt(received)}{framing.hint(received)}")
        raise InstrumentSilent(f"{where} did not answer within {longest_s:.3g} s{self._advice()}")

    def _advice(self) -> str:
        """A silence on a connection on which nobody has spoken yet may be a device that is not ready."""
        return "" if self.history.answers else "; if it needs time after a connect, write device: {after_connect: 2s}"

    def _discard(self) -> None:
        """Where answers are not told apart by their number, nothing may be under way when a question is asked."""
        give_up_s = self.now_s() + self._line.timeout_s
        while self._line.receive(UNNUMBERED_PAUSE_S):
            if self.now_s() > give_up_s:
                raise InstrumentGarbled(f"{self._line.address}: the far end never falls silent")

    def _content(self, pdu: bytes, unit: int, function: int, size: int) -> bytes:
        """What the device said, if it is an answer to the question in every respect."""
        if pdu[0] == function and len(pdu) == 1 + size:
            return pdu[1:]
        where = f"{self._line.address}: unit {unit}"
        if pdu[0] == function | 0x80 and len(pdu) == 2:
            code = pdu[1]
            if code in _NOBODY_BEHIND:
                raise InstrumentSilent(f"{where}: exception {code}: {_NOBODY_BEHIND[code]}")
            instead = f"; {_INSTEAD[function]}" if code == ILLEGAL_FUNCTION else ""
            raise InstrumentRefused(
                f"{where}: exception {code}: {_REFUSALS.get(code, 'reason unknown')}{instead}", code
            )
        if pdu[0] != function:
            raise self._garbled(unit, f"function {pdu[0]} answered in place of {function}")
        raise self._garbled(unit, f"{len(pdu) - 1} bytes answered in place of {size}: {hex_excerpt(pdu)}")

    def _garbled(self, unit: int, what: str) -> InstrumentGarbled:
        """Of a frame that is whole: where it ends is known, so the connection stays."""
        self._owed(unit)
        return InstrumentGarbled(f"{self._line.address}: unit {unit}: {what}")

    def _owed(self, unit: int) -> None:
        self._late_until_s[unit] = self._clock.now().mono_s + self._line.timeout_s

    def _late_answer_s(self, unit: int) -> float:
        """How long to listen before asking this unit again: RTU answers bear no number, so the one that a unit owes
        must have passed before the same unit is asked something else. Other units are told apart by their own."""
        until_s = self._late_until_s.pop(unit, None)
        return 0.0 if until_s is None else max(0.0, until_s - self._clock.now().mono_s)


def known_to(link: ModbusLink, settings: ModbusDevice) -> DeviceTraits:
    """What link and instrument say together of a device, from now on known to the link for its unit."""
    traits = traits_of(link.device, settings.device)
    link.set_traits(settings.unit, traits)
    return traits


def _key(question: ModbusPDU) -> Question:
    return question.dev_id, question.function_code, question.encode()


def _without_echo(received: bytes, frame: bytes, function: int) -> bytes:
    """What adapters hear of their own question is no answer, though it can look like one: the question for 24 inputs
    from address 768 on is a sound answer of three bytes. (A write's answer is its question, by definition.)"""
    return received if function in _WRITES else received.replace(frame, b"", 1)
