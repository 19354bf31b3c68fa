"""A serial port with an RS-485 or RS-232 line behind it: the one home of pyserial."""

from __future__ import annotations

import errno
import os
import termios

import serial
from serial.rs485 import RS485Settings

from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.instruments.lines.drain import drain
from gateway.instruments.lines.readiness import GONE, READABLE, Readiness

TTY_BUFFER = 4095
"""Bytes that the kernel keeps of what nobody has read yet (N_TTY). More may be lost, and nothing tells."""

_TAKEN = Phrase("another program uses the port")
_REASONS = {
    errno.EAGAIN: _TAKEN,  # locked
    errno.EBUSY: _TAKEN,  # opened by the other for itself alone (TIOCEXCL)
    errno.ENOENT: Phrase(
        "No such file or directory: is the adapter plugged in? ls -l /dev/serial/by-id shows those that are"
    ),
    errno.ENXIO: Phrase("no port is behind it"),
    errno.ENOTTY: Phrase("it is no serial port"),
    errno.EACCES: Phrase("Permission denied: serial ports are for the group dialout (sudo usermod -aG dialout NAME)"),
}
"""Why a port could not be opened, in place of what pyserial says, which names the device once more."""


def character_s(baudrate: int, bytesize: int, parity: str, stopbits: int) -> float:
    """How long one character is on the wire, start bit to stop bit."""
    return (1 + bytesize + (parity != serial.PARITY_NONE) + stopbits) / baudrate


class SerialLine:
    """Bytes to and from one serial port, opened exclusively. Every failure of the port is an `OSError` (pyserial's
    `SerialException` is one)."""

    def __init__(
        self,
        device: str,
        baudrate: int,
        bytesize: int,
        parity: str,
        stopbits: int,
        timeout_s: float,
        quiet_s: float,
        clock: Clock,
        *,
        rs485: bool = False,
    ) -> None:
        """`quiet_s`: how long the line must be silent before something is asked on it. `rs485`: let the port's driver
        switch between sending and receiving."""
        self.address = device
        self.timeout_s = timeout_s
        self.silent_since_s = clock.now().mono_s
        self.holds_bytes: float = TTY_BUFFER
        self._baudrate = baudrate
        self._bytesize = bytesize
        self._parity = parity
        self._stopbits = stopbits
        self._quiet_s = quiet_s
        self._clock = clock
        self._rs485 = rs485
        self._character_s = character_s(baudrate, bytesize, parity, stopbits)
        self._readiness = Readiness()
        self._port: serial.Serial | None = None

    @property
    def is_open(self) -> bool:
        return self._port is not None

    def open(self) -> None:
        try:
            port = serial.Serial(
                self.address,
                baudrate=self._baudrate,
                bytesize=self._bytesize,
                parity=self._parity,
                stopbits=self._stopbits,
                timeout=0,
                write_timeout=self.timeout_s,
                exclusive=True,
            )
        except serial.SerialException as error:
            raise _explained(error) from error
        except (ValueError, termios.error) as error:  # an adapter that cannot do this rate or parity
            raise OSError(str(error)) from error
        if self._rs485:
            _switch_by_driver(port)
        self._readiness.watch(port.fileno(), READABLE)
        self._port = port
        self.silent_since_s = self._clock.now().mono_s

    def verify(self) -> None:
        """Close a port whose adapter was pulled out while nobody asked."""
        if self._port is not None and self._readiness.wait(0) & GONE:
            self.close()

    def drain(self, listen_s: float) -> None:
        """Throw away whatever still arrives, for at least `listen_s` and until the line has been quiet long enough.

        Raises:
            InstrumentGarbled: something on the line never stops talking.
        """
        drain(self, listen_s, self._quiet_s, self._clock)

    def wire_time_s(self, byte_count: int) -> float:
        return byte_count * self._character_s

    def send(self, frame: bytes) -> None:
        self._opened().write(frame)

    def receive(self, longest_s: float) -> bytes:
        """What has arrived, waiting for the first byte if need be; empty if nothing came in time."""
        if not self._readiness.wait(longest_s):
            return b""
        received: bytes = self._opened().read(4096)
        self.silent_since_s = self._clock.now().mono_s
        return received

    def interrupt(self) -> None:
        self._readiness.interrupt()

    def close(self) -> None:
        if self._port is not None:
            self._readiness.unwatch()
            self._port.close()
            self._port = None

    def release(self) -> None:
        """Close for good."""
        self.close()
        self._readiness.close()

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise ConnectionError(Phrase("the port is not open"))
        return self._port


def _explained(error: serial.SerialException) -> OSError:
    """In words for the person at the cabinet. Where pyserial could not set the port up, its own error has lost the
    number; the one that it came from has it."""
    cause = error.__context__
    code = error.errno or (cause.args[0] if isinstance(cause, termios.error) else None)
    if not isinstance(code, int):
        return error
    return OSError(code, _REASONS.get(code) or os.strerror(code))


def _switch_by_driver(port: serial.Serial) -> None:
    """RS-485 mode of the kernel: RTS is high while it sends, so that no byte of the answer meets a late switch."""
    try:
        port.rs485_mode = RS485Settings(rts_level_for_tx=True, rts_level_for_rx=False)
    except (ValueError, OSError) as error:
        port.close()
        raise OSError(
            Phrase("its driver has no RS-485 mode: leave rs485 out if the adapter switches by itself")
        ) from error
