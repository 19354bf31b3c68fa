"""One complete line → readings, if all of it is as described and its checksum is right. Pure.

Bytes are taken for the characters of the same number (Latin-1), so every line has a text and an expression can name
every byte.
"""

from __future__ import annotations

from gateway.config import AsciiDevice
from gateway.config.instruments.ascii import CHECKSUM_GROUP, STATUS_GROUP
from gateway.config.instruments.line_pattern import LONGEST_LINE, LineMatch, LinePattern
from gateway.core.errors import InstrumentGarbled
from gateway.core.reading import Readings, Status
from gateway.core.reason import Cause, Reason
from gateway.instruments.ascii.checksum import is_right
from gateway.instruments.lines.excerpts import text_excerpt
from gateway.instruments.reported import ReportedScaling, Told, number_in, readings_of


class LineReader:
    """Knows one device's lines."""

    def __init__(self, settings: AsciiDevice) -> None:
        self._pattern = LinePattern(settings.ascii.response)
        self._checksum = settings.ascii.checksum
        self._decimal = settings.ascii.decimal
        self._calibrating = frozenset(settings.own_status.calibrating if settings.own_status else ())
        self._fault = frozenset(settings.own_status.fault if settings.own_status else ())
        self._has_status = settings.own_status is not None
        self._columns = [(one.held_in, ReportedScaling.of(one)) for one in settings.parameters]

    def read(self, line: bytes) -> Readings:
        """One reading per parameter; a group that holds no number is a reading without value.

        Raises:
            InstrumentGarbled: the line is not as described, or its checksum is wrong.
        """
        if len(line) > LONGEST_LINE:
            raise InstrumentGarbled(f"the line is longer than {LONGEST_LINE} bytes: {text_excerpt(line)}")
        match = self._pattern.fullmatch(line)
        if match is None:
            raise InstrumentGarbled(f"the line is not as described: {text_excerpt(line)}")
        if self._checksum is not None:
            digits, at = match[CHECKSUM_GROUP], match.start(CHECKSUM_GROUP)
            if digits is None or not is_right(line.decode("latin-1"), at, digits, self._checksum):
                raise InstrumentGarbled(f"the line's checksum is wrong: {text_excerpt(line)}")
        status, why = self._status(match)
        return readings_of(self._told(match[group] or "", scaling, status, why) for group, scaling in self._columns)

    def _told(self, text: str, scaling: ReportedScaling, status: Status, why: Reason | None) -> Told:
        return scaling.told(number_in(text, self._decimal), text, status, why)

    def _status(self, match: LineMatch) -> tuple[Status, Reason | None]:
        """A device whose state cannot be learnt counts as faulty: its values are not vouched for."""
        if not self._has_status:
            return Status.MEASURING, None
        code = match[STATUS_GROUP]
        if code is None:
            return Status.FAULT, Reason(Cause.UNKNOWN_STATUS, "the line tells no status")
        if code in self._fault:
            return Status.FAULT, Reason(Cause.DEVICE_FAULT, f"status is {code!r}")
        if code in self._calibrating:
            return Status.CALIBRATING, Reason(Cause.CALIBRATING, f"status is {code!r}")
        return Status.MEASURING, None


def answer_in(received: bytes, terminator: bytes) -> bytes | None:
    """The line that answers, without its terminator; `None` while it is incomplete.

    Raises:
        InstrumentGarbled: two lines: one of them answers an earlier question, and nothing tells which.
    """
    line, end, rest = received.partition(terminator)
    if terminator in rest:
        raise InstrumentGarbled(f"two answers to one question: {text_excerpt(received)}")
    return line if end else None
