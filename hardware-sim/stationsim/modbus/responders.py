"""Modbus as it is spoken on a line: RTU, ASCII, and TCP with its header.

On a serial line a broken request or an absent unit gets no answer. A Modbus TCP server answers for an absent unit with
exception 11, as a gateway in front of a bus does, and cannot go on after what is no frame.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from stationsim.faults import Fault, FaultKind
from stationsim.lines.responder import FramingLost, Reply
from stationsim.modbus.framing import (
    Frame,
    FrameBroken,
    ascii_line,
    mbap,
    parse_rtu,
    rtu,
    take_ascii,
    take_mbap,
    take_rtu,
)
from stationsim.modbus.instrument import Instrument
from stationsim.modbus.pdu import TARGET_SILENT, exception

_log = logging.getLogger(__name__)
_BROADCAST = 0


class TcpResponder:
    unsolicited = None
    silence_s = 5.0

    def __init__(self, instrument: Instrument) -> None:
        self.name = instrument.name
        self._instrument = instrument

    def answer(self, buffer: bytearray) -> Iterator[Reply]:
        try:
            while (frame := take_mbap(buffer)) is not None:
                yield self._reply(frame)
        except FrameBroken as broken:
            raise FramingLost(f"no Modbus TCP frame ({broken})") from None

    def after_silence(self, buffer: bytearray) -> Iterator[Reply]:
        """A stream has no silence: the rest of the frame may come at any time."""
        return iter(())

    def _reply(self, request: Frame) -> Reply:
        response = self._instrument.respond(request.unit, request.pdu)
        if response is None:
            return Reply(mbap(replace(request, pdu=exception(request.pdu[0], TARGET_SILENT))))
        content = _framed(replace(request, pdu=response.pdu), mbap, response.faults)
        return Reply(content, response.faults, (response.shown,) if response.shown else ())


class SerialResponder:
    """RTU and ASCII differ in their frames only."""

    unsolicited = None

    def __init__(self, instrument: Instrument, *, ascii_lines: bool) -> None:
        self.name = instrument.name
        self._instrument = instrument
        self._take = take_ascii if ascii_lines else take_rtu
        self._frame: Callable[[Frame], bytes] = ascii_line if ascii_lines else rtu
        self._spoil = _with_wrong_lrc if ascii_lines else _with_wrong_crc
        self._ends_with_silence = not ascii_lines
        # RTU: 3.5 characters would be 4 ms at 9600 baud, but a loaded machine may deliver one write in two parts.
        self.silence_s = 1.0 if ascii_lines else 0.05

    def answer(self, buffer: bytearray) -> Iterator[Reply]:
        while buffer:
            try:
                frame = self._take(buffer)
            except FrameBroken as broken:
                _log.warning("%s: request ignored: %s", self.name, broken)
                continue
            if frame is None:
                return
            yield from self._replies(frame)

    def after_silence(self, buffer: bytearray) -> Iterator[Reply]:
        """Silence ends an RTU frame: what is left is a request of a function unknown here, or a fragment."""
        content = bytes(buffer)
        buffer.clear()
        try:
            if not self._ends_with_silence:
                raise FrameBroken(f"{len(content)} bytes without an end")
            frame = parse_rtu(content)
        except FrameBroken as broken:
            _log.warning("%s: fragment dropped: %s", self.name, broken)
            return
        yield from self._replies(frame)

    def _replies(self, request: Frame) -> Iterator[Reply]:
        if request.unit == _BROADCAST:
            told = tuple(response.shown for response in self._instrument.broadcast(request.pdu) if response.shown)
            yield Reply(b"", shown=told)
            return
        response = self._instrument.respond(request.unit, request.pdu)
        if response is None:
            return
        content = _framed(Frame(request.unit, response.pdu), self._frame, response.faults)
        if any(fault.kind is FaultKind.BAD_CHECKSUM for fault in response.faults):
            content = self._spoil(content)
        shown = (response.shown,) if response.shown else ()
        yield Reply(content, response.faults, shown, characters=len(self._frame(request)) + len(content))


def _framed(frame: Frame, encode: Callable[[Frame], bytes], faults: Iterable[Fault]) -> bytes:
    if any(fault.kind is FaultKind.WRONG_UNIT for fault in faults):
        frame = replace(frame, unit=frame.unit % 247 + 1)
    return encode(frame)


def _with_wrong_crc(frame: bytes) -> bytes:
    return frame[:-1] + bytes([frame[-1] ^ 0xFF])


def _with_wrong_lrc(line: bytes) -> bytes:
    return line[:-4] + f"{int(line[-4:-2], 16) ^ 0xFF:02X}".encode() + line[-2:]
