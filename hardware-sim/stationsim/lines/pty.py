"""A serial line: a pseudo-terminal whose slave end is the serial device, found under a stable name.

The pseudo-terminal is instant, so an answer is held back for the time that request and answer would take on a real wire
(without the silences between frames).
"""

import asyncio
import fcntl
import logging
import os
import struct
import termios
import tty
from pathlib import Path

from stationsim.lines.request_buffer import RequestBuffer
from stationsim.lines.responder import Reply, Responder
from stationsim.lines.unsolicited_sender import UnsolicitedSender
from stationsim.lines.wire import sendings
from stationsim.truth import Truth

_log = logging.getLogger(__name__)

_NOBODY_READS = 512
_CLOSED = -1


class PtyLine:
    """To be made in a running event loop. While it is plugged in, `device` points to the serial device."""

    def __init__(self, responder: Responder, truth: Truth, device: Path, *, character_s: float) -> None:
        self._responder = responder
        self._truth = truth
        self._character_s = character_s
        self._loop = asyncio.get_running_loop()
        self._wire_free_at_s = 0.0
        self._master = self._slave = _CLOSED
        self._requests = RequestBuffer(responder, self._say)
        self._unsolicited_sender = UnsolicitedSender(responder.unsolicited, self._send_unsolicited, lambda: True)
        self.device = device

    async def plug(self) -> None:
        # Keeping the slave end open lets clients come and go: the master would report an error after the last one.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.device.unlink(missing_ok=True)
        self.device.symlink_to(os.ttyname(self._slave))
        self._requests = RequestBuffer(self._responder, self._say)
        self._loop.add_reader(self._master, self._read)
        self._unsolicited_sender.open()

    async def unplug(self) -> None:
        """The device is gone; whoever has it open gets an error. May be called again."""
        if self._master == _CLOSED:
            return
        self._unsolicited_sender.close()
        self._requests.close()
        self._loop.remove_reader(self._master)
        self.device.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = _CLOSED

    def reached(self) -> dict[str, str | int]:
        return {"device": str(self.device)}

    def _read(self) -> None:
        self._requests.take(os.read(self._master, 4096))

    def _say(self, reply: Reply) -> None:
        for shown in reply.shown:
            self._truth.write(shown)
        # Late answers do not hold the line: others are asked meanwhile, and the late one falls among their answers.
        free_at_s = max(self._wire_free_at_s, self._loop.time())
        wire_time_s = reply.characters * self._character_s
        for sending in sendings(reply.content, reply.faults, wire_time_s=wire_time_s):
            self._wire_free_at_s = free_at_s + wire_time_s
            self._loop.call_at(free_at_s + sending.delay_s, self._write, self._master, sending.content)

    def _send_unsolicited(self, reply: Reply) -> None:
        """A serial port keeps nothing for a reader who is yet to come; a pseudo-terminal would."""
        waiting = struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, bytes(4)))[0]
        if waiting > _NOBODY_READS:
            termios.tcflush(self._slave, termios.TCIFLUSH)
        self._say(reply)

    def _write(self, master: int, content: bytes) -> None:
        if self._master == _CLOSED or master != self._master:
            return  # unplugged while the answer was on its way
        try:
            os.write(self._master, content)
        except BlockingIOError:
            _log.warning("%s: nobody reads the line, %d bytes lost", self._responder.name, len(content))
