"""An instrument bus on Modbus RTU: a pseudo-terminal whose slave end is the serial device, found under a stable name.

The pseudo-terminal is instant, so an answer is held back for the time that request and answer would take on a real wire
(without the silences between frames). As on a real bus, a broken request or an absent unit gets no answer.
"""

import asyncio
import logging
import os
import tty
from pathlib import Path

from stationsim.modbus.framing import Frame, FrameBroken, parse_rtu, rtu, take_rtu
from stationsim.modbus.instrument import Instrument
from stationsim.modbus.wire import sendings

_log = logging.getLogger(__name__)

# The specification's 3.5 characters would be 4 ms at 9600 baud; a loaded machine may deliver one write in two parts.
_SILENCE_S = 0.05
_BROADCAST = 0


class RtuBus:
    """To be made in a running event loop. `link` will point to the serial device until `close`."""

    def __init__(self, instrument: Instrument, link: Path, *, baudrate: int, bits_per_character: int) -> None:
        self._instrument = instrument
        self._character_s = bits_per_character / baudrate
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._silence: asyncio.TimerHandle | None = None
        self._wire_free_at_s = 0.0
        # Keeping the slave end open lets clients come and go: the master would report an error after the last one.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._slave))
        self.device = link
        self._loop.add_reader(self._master, self._read)

    def close(self) -> None:
        self._loop.remove_reader(self._master)
        if self._silence is not None:
            self._silence.cancel()
        self.device.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = -1

    def _read(self) -> None:
        self._buffer += os.read(self._master, 4096)
        try:
            while (frame := take_rtu(self._buffer)) is not None:
                self._answer(frame)
        except FrameBroken as broken:
            _log.warning("%s: request ignored: %s", self._instrument.name, broken)
        if self._silence is not None:
            self._silence.cancel()
        self._silence = self._loop.call_later(_SILENCE_S, self._silent) if self._buffer else None

    def _silent(self) -> None:
        """Silence ends a frame: what is left is a request of a function unknown here, or a fragment."""
        content, self._silence = bytes(self._buffer), None
        self._buffer.clear()
        try:
            self._answer(parse_rtu(content))
        except FrameBroken as broken:
            _log.warning("%s: fragment dropped: %s", self._instrument.name, broken)

    def _answer(self, request: Frame) -> None:
        if request.unit == _BROADCAST:
            self._instrument.broadcast(request.pdu)
            return
        response = self._instrument.respond(request.unit, request.pdu)
        if response is None:
            return
        content = rtu(Frame(request.unit, response.pdu))
        characters = len(rtu(request)) + len(content)
        plan = sendings(content, response.faults, wire_time_s=characters * self._character_s)
        if plan:
            self._instrument.sent(response)
        now_s = self._loop.time()
        for sending in plan:
            self._wire_free_at_s = max(self._wire_free_at_s, now_s) + sending.delay_s
            self._loop.call_at(self._wire_free_at_s, self._write, sending.content)

    def _write(self, content: bytes) -> None:
        if self._master < 0:
            return
        try:
            os.write(self._master, content)
        except BlockingIOError:
            _log.warning("%s: nobody reads the line, %d bytes lost", self._instrument.name, len(content))
