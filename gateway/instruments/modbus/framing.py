"""Request → frame, received bytes → the answer to exactly that request.

Framing and checksums are pymodbus's. Its synchronous client is not used, because in 3.16.1 it waits by the wall clock
(set back by an hour, it would hang a poll for an hour), leaves the socket open where it says that it closes it, polls a
serial port in four-character naps, and takes an answer with another function code or register count for good. Of its
ASCII framing only the making is used: its reading lets a ValueError out at the first character that is no hex digit.
"""

from __future__ import annotations

import logging
import re
from typing import Protocol

from pymodbus.framer import FramerAscii, FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU

from gateway.core.errors import InstrumentGarbled
from gateway.core.phrase import Phrase

logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
"""What pymodbus complains about arrives as an exception of ours; its own lines would repeat it at every poll."""


_ASCII_FRAME = re.compile(rb":((?:[0-9A-Fa-f]{2}){3,255})\r\n")
"""Colon, unit, function, content, check byte, all in hex, CR LF (serial line guide 1.02, 2.5.2.1)."""


class Framing(Protocol):
    longest: int
    """Bytes of the longest frame."""
    has_numbers: bool
    """Whether a question bears a number that its answer repeats, so that a late answer is known."""
    checks_number: bool
    """Whether only an answer with the question's number counts; set for each question, and without effect where there
    are no numbers."""

    def size(self, content: int) -> int:
        """Bytes on the wire of a frame with so many bytes after the function code."""

    def request(self, question: ModbusPDU) -> bytes:
        """The frame to send. Starts a new exchange: answers to earlier requests no longer count."""

    def answer(self, received: bytes, unit: int, function: int) -> bytes | None:
        """The answer's function code and content, out of everything received since the request; `None` while there
        is none.

        Raises:
            InstrumentGarbled: what came answers this request, but from another unit.
        """

    def hint(self, received: bytes) -> str:
        """What to try when there is no answer in what was received; empty if nothing is known to help."""


class TcpFraming:
    """Modbus TCP: every exchange has a number, so that a late answer is known and passed over."""

    longest = 260
    has_numbers = True

    def __init__(self) -> None:
        self.checks_number = True
        self._framer = FramerSocket(_known_answers())
        self._exchange = 0

    def size(self, content: int) -> int:
        return 8 + content

    def request(self, question: ModbusPDU) -> bytes:
        self._exchange = self._exchange % 0xFFFF + 1
        question.transaction_id = self._exchange
        return self._framer.buildFrame(question)

    def answer(self, received: bytes, unit: int, function: int) -> bytes | None:
        while received:
            used, answering, exchange, pdu = self._framer.decode(received)
            if not used:
                return None
            if pdu and (exchange == self._exchange or not self.checks_number):
                if answering != unit:
                    raise InstrumentGarbled(
                        Phrase(
                            "unit {answering} answered in place of unit {unit}{whole}",
                            answering=answering,
                            unit=unit,
                            whole=_whole(answering),
                        )
                    )
                return pdu
            received = received[used:]
        return None

    def hint(self, received: bytes) -> str:
        if len(received) >= 4 and received[2:4] != b"\0\0":
            if RtuFraming().is_frame(received):
                return Phrase("; these are frames of Modbus RTU: the link's type should be modbus-rtu-over-tcp")
            return Phrase("; this is not Modbus TCP: is it the right port?")
        used, _, exchange, pdu = self._framer.decode(received)
        if used and pdu and exchange != self._exchange:
            return Phrase(
                "; number {exchange} answered in place of {exchange2}: if it never repeats the number, write "
                "device: {{transaction_id: ignore}}",
                exchange=exchange,
                exchange2=self._exchange,
            )
        return ""


class RtuFraming:
    """Modbus RTU: only unit, function and checksum tell an answer from noise or from another unit's late words."""

    longest = 256
    has_numbers = False

    def __init__(self) -> None:
        self.checks_number = False
        self._framer = FramerRTU(_known_answers())

    def size(self, content: int) -> int:
        return 4 + content

    def request(self, question: ModbusPDU) -> bytes:
        return self._framer.buildFrame(question)

    def answer(self, received: bytes, unit: int, function: int) -> bytes | None:
        """Line drivers often add a byte when they turn round: the frame is looked for wherever it may begin."""
        for start, byte in enumerate(received):
            if byte != unit:
                continue
            _, answering, _, pdu = self._framer.decode(received[start:])
            if pdu and answering == unit and pdu[0] & 0x7F == function:
                return pdu
        return None

    def hint(self, received: bytes) -> str:
        if len(received) >= 8 and received[2:4] == b"\0\0" and received[:2] != b"\0\0":
            return Phrase("; if the far end speaks Modbus TCP, the link's type should be modbus-tcp")
        return ""

    def is_frame(self, received: bytes) -> bool:
        """Whether it begins with a whole frame, of whichever unit."""
        return bool(self._framer.decode(received)[3])


class AsciiFraming:
    """Modbus ASCII: a frame begins with a colon and ends with CR LF, so that noise around it does no harm."""

    longest = 513
    has_numbers = False

    def __init__(self) -> None:
        self.checks_number = False
        self._framer = FramerAscii(_known_answers())

    def size(self, content: int) -> int:
        return 2 * (3 + content) + 3

    def request(self, question: ModbusPDU) -> bytes:
        return self._framer.buildFrame(question)

    def answer(self, received: bytes, unit: int, function: int) -> bytes | None:
        for frame in _ASCII_FRAME.finditer(received):
            body = bytes.fromhex(frame[1].decode("ascii"))
            if sum(body) & 0xFF == 0 and body[0] == unit and body[1] & 0x7F == function:
                return body[1:-1]
        return None

    def hint(self, received: bytes) -> str:
        return ""


def _whole(answering: int) -> str:
    """A device that stands alone behind its address often answers as 0 or 255, whoever was asked."""
    return (
        Phrase("; if it stands alone there, write unit: {answering}", answering=answering)
        if answering in (0, 255)
        else ""
    )


def _known_answers() -> DecodePDU:
    """Knows what is ever asked alone, so that noise is never measured by the rules of an exotic function."""
    decoder = DecodePDU(False)
    decoder.pdu_table = {function: DecodePDU.pdu_table[function] for function in (1, 2, 3, 4, 5, 6, 15, 16)}
    return decoder
