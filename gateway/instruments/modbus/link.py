"""One Modbus link: a question, an answer, and what it means if there is none.

The only place where the failures of sockets, ports and pymodbus become the gateway's errors. It asks once and never
retries: when to ask again is the poller's decision, and the driver's. A late reply is never taken for the answer to a
later question: it is known by its number, or it is waited for and thrown away before the same unit is asked again, or
the connection is closed.
"""

from __future__ import annotations

import struct

from pymodbus.pdu import ModbusPDU

from gateway.config import ModbusDevice, Table
from gateway.config.links.device_limits import DeviceLimits, DeviceTraits, traits_of
from gateway.core.errors import InstrumentGarbled, InstrumentSilent
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.instruments.lines.byte_line import ByteLine, ensure_open
from gateway.instruments.lines.excerpts import error_words, hex_excerpt
from gateway.instruments.modbus.connection_history import ConnectionHistory, Question
from gateway.instruments.modbus.exception_codes import error_of
from gateway.instruments.modbus.exchange import Exchange
from gateway.instruments.modbus.framing import Framing
from gateway.instruments.modbus.messages import READS, write_message

_BITS = {Table.COIL, Table.DISCRETE}

_NOT_READY = Phrase("; if it needs time after a connect, write device: {after_connect: 2s}")
"""A silence on a connection on which nobody has spoken yet may be a device that is not ready."""


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
        self.device = device
        self.history = ConnectionHistory(framing.has_numbers)
        self._line = line
        self._framing = framing
        self._clock = clock
        self._exchange = Exchange(line, framing, clock)
        self._common = traits_of(device)
        self._traits: dict[int, DeviceTraits] = {}

    @property
    def asked_s(self) -> float:
        """When (monotonic) the last question was asked."""
        return self._exchange.asked_s

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
        return self._exchange.listens_s(unit)

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
            raise InstrumentSilent(
                Phrase("{address}: {error_words}", address=self._line.address, error_words=error_words(error))
            ) from error

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
        question = READS[table](dev_id=unit, address=address, count=count)
        size = (count + 7) // 8 if table in _BITS else 2 * count
        content = self._ask(question, unit, 1 + size)
        if content[0] != size:
            raise self._garbled(
                unit, Phrase("{content} bytes announced in place of {size}", content=content[0], size=size)
            )
        if table in _BITS:
            return tuple(content[1 + (index >> 3)] >> (index & 7) & 1 for index in range(count))
        return struct.unpack(f">{count}H", content[1:])

    def write(self, unit: int, table: Table, address: int, value: int) -> None:
        """Set one coil (`value` 0 or 1) or one holding register. Returns when the device has said that it did.

        Raises:
            InstrumentSilent, InstrumentGarbled: nobody knows whether it did.
            InstrumentRefused: it did not.
        """
        is_multiple = self._traits_of(unit).writes_multiple
        question, said = write_message(unit, table, address, value, is_multiple=is_multiple)
        if self._ask(question, unit, len(said)) != said:
            raise self._garbled(unit, Phrase("another write is confirmed in place of this one"))

    def interrupt(self) -> None:
        """From another thread: make a read under way, and every later one, fail at once."""
        self._line.interrupt()

    def close(self) -> None:
        """Release the connection for good."""
        self._line.release()

    def _ask(self, question: ModbusPDU, unit: int, size: int) -> bytes:
        """What follows the function code in the answer: exactly `size` bytes."""
        line, history, exchange, traits = self._line, self.history, self._exchange, self._traits_of(unit)
        if not line.is_open:
            self.connect()
        if unit not in history.heard:
            self._wait_until_ready(traits)
        try:
            advice = "" if history.answers else _NOT_READY
            pdu = exchange.ask(question, size, ignores_number=traits.ignores_number, advice=advice)
        except InstrumentSilent:
            exchange.owed(unit)
            if traits.ignores_number or history.is_to_be_closed(_key(question), self.now_s()):
                line.close()
            raise
        except InstrumentGarbled:
            exchange.owed(unit)
            if self._framing.has_numbers or history.is_to_be_closed(_key(question), self.now_s()):
                line.close()
            raise
        except OSError as error:
            exchange.owed(unit)
            history.broke()
            line.close()
            raise InstrumentSilent(
                Phrase(
                    "{address}: unit {unit}: {error_words}",
                    address=line.address,
                    unit=unit,
                    error_words=error_words(error),
                )
            ) from error
        history.answers += 1
        if unit not in history.heard:
            history.answered(unit, exchange.asked_s)
        if history.unheard:
            history.confirm(_key(question), self.now_s())
        history.spoke()
        if history.is_single:
            line.close()
        return self._content(pdu, unit, question.function_code, size)

    def _traits_of(self, unit: int) -> DeviceTraits:
        return self._traits.get(unit, self._common)

    def _wait_until_ready(self, traits: DeviceTraits) -> None:
        """Before a unit is asked for the first time on a connection."""
        after_s = traits.after_connect_s
        wait_s = self.history.opened_s + (self.history.deaf_for_s if after_s is None else after_s) - self.now_s()
        if wait_s > 0:
            self.rest(wait_s)

    def _content(self, pdu: bytes, unit: int, function: int, size: int) -> bytes:
        """What the device said, if it is an answer to the question in every respect."""
        if pdu[0] == function and len(pdu) == 1 + size:
            return pdu[1:]
        if pdu[0] == function | 0x80 and len(pdu) == 2:
            raise error_of(pdu[1], function, f"{self._line.address}: unit {unit}")
        if pdu[0] != function:
            raise self._garbled(
                unit, Phrase("function {pdu} answered in place of {function}", pdu=pdu[0], function=function)
            )
        raise self._garbled(
            unit,
            Phrase(
                "{pdu} bytes answered in place of {size}: {hex_excerpt}",
                pdu=len(pdu) - 1,
                size=size,
                hex_excerpt=hex_excerpt(pdu),
            ),
        )

    def _garbled(self, unit: int, what: str) -> InstrumentGarbled:
        """Of a frame that is whole: where it ends is known, so the connection stays."""
        self._exchange.owed(unit)
        return InstrumentGarbled(
            Phrase("{address}: unit {unit}: {what}", address=self._line.address, unit=unit, what=what)
        )


def known_to(link: ModbusLink, settings: ModbusDevice) -> DeviceTraits:
    """What link and instrument say together of a device, from now on known to the link for its unit."""
    traits = traits_of(link.device, settings.device)
    link.set_traits(settings.unit, traits)
    return traits


def _key(question: ModbusPDU) -> Question:
    return question.dev_id, question.function_code, question.encode()
