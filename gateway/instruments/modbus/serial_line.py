"""A serial port with an RS-485 or RS-232 line behind it."""

from __future__ import annotations

import termios

import serial

from gateway.core.errors import InstrumentGarbled
from gateway.core.interfaces import Clock
from gateway.instruments.modbus.watch import GONE, READABLE, Watch

RTU_SILENCE_CHARACTERS = 3.5
FAST_BAUDRATE = 19_200
FAST_SILENCE_S = 0.00175
"""Modbus over serial line 1.02, 2.5.1.1: frames are told apart by 3.5 characters of silence, and by a fixed 1.75 ms
above 19,200 baud."""


class SerialLine:
    """Bytes to and from one serial port, opened exclusively. Every failure of the port is an `OSError` (pyserial's
    `SerialException` is one)."""

    def __init__(
        self, device: str, baudrate: int, bytesize: int, parity: str, stopbits: int, timeout_s: float, clock: Clock
    ) -> None:
        self.address = device
        self.timeout_s = timeout_s
        self._baudrate = baudrate
        self._bytesize = bytesize
        self._parity = parity
        self._stopbits = stopbits
        self._clock = clock
        self._character_s = (1 + bytesize + (parity != serial.PARITY_NONE) + stopbits) / baudrate
        slow = baudrate <= FAST_BAUDRATE
        self._silence_s = RTU_SILENCE_CHARACTERS * self._character_s if slow else FAST_SILENCE_S
        self._silent_since_s = clock.now().mono_s
        self._watch = Watch()
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
        except (ValueError, termios.error) as error:  # an adapter that cannot do this rate or parity
            raise OSError(str(error)) from error
        self._watch.on(port.fileno(), READABLE)
        self._port = port
        self._silent_since_s = self._clock.now().mono_s

    def verify(self) -> None:
        """Close a port whose adapter was pulled out while nobody asked."""
        if self._port is not None and self._watch.wait(0) & GONE:
            self.close()

    def settle(self, listen_s: float) -> None:
        """Throw away whatever still arrives, for at least `listen_s` and until the line has been silent between frames.

        Raises:
            InstrumentGarbled: something on the line never stops talking.
        """
        now_s = self._clock.now().mono_s
        give_up_s = now_s + listen_s + self.timeout_s
        until_s = max(now_s + listen_s, self._silent_since_s + self._silence_s)
        while self.receive(max(0.0, until_s - now_s)):
            now_s = self._silent_since_s
            until_s = max(until_s, now_s + self._silence_s)
            if now_s > give_up_s:
                raise InstrumentGarbled(f"{self.address}: the line never falls silent")

    def wire_time_s(self, byte_count: int) -> float:
        return byte_count * self._character_s

    def send(self, frame: bytes) -> None:
        self._opened().write(frame)

    def receive(self, longest_s: float) -> bytes:
        """What has arrived, waiting for the first byte if need be; empty if nothing came in time."""
        if not self._watch.wait(longest_s):
            return b""
        received: bytes = self._opened().read(4096)
        self._silent_since_s = self._clock.now().mono_s
        return received

    def interrupt(self) -> None:
        self._watch.interrupt()

    def close(self) -> None:
        if self._port is not None:
            self._watch.off()
            self._port.close()
            self._port = None

    def release(self) -> None:
        """Close for good."""
        self.close()
        self._watch.close()

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise ConnectionError("the port is not open")
        return self._port
