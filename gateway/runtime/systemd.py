"""What systemd is told (sd_notify(3)): ready, stopping, still alive. Without systemd nothing happens."""

from __future__ import annotations

import logging
import os
import socket

_log = logging.getLogger(__name__)

TIMEOUT_S = 1.0
"""systemd may be busy, and its queue full; whoever feeds the watchdog must not wait for it for ever."""


START_WITHIN_S = 300
"""How long systemd is to wait for the next word of a start that takes its time: a slow card may need minutes to write
down what one change of the schema left in memory."""


class Notifier:
    """Sends notifications to the socket that systemd named in the environment, if it did."""

    def __init__(self, environ: dict[str, str] | None = None) -> None:
        variables = dict(os.environ) if environ is None else environ
        address = variables.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._is_heard = True
        self.watchdog_s = _watchdog_s(variables)
        """Seconds within which systemd wants a sign of life; `None` when it does not watch this process."""

    def starting(self, status: str) -> None:
        """It takes longer than usual and goes on: not to be killed for it."""
        self._send(f"EXTEND_TIMEOUT_USEC={START_WITHIN_S * 1_000_000}\nSTATUS={status}")

    def ready(self, status: str) -> None:
        self._send(f"READY=1\nSTATUS={status}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def alive(self) -> None:
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.settimeout(TIMEOUT_S)
                channel.sendto(message.encode(), self._address)
        except OSError as error:
            # Measuring goes on: if systemd really is deaf, it is for systemd to act.
            if self._is_heard:
                _log.warning("systemd does not take notifications error=%r", str(error))
            self._is_heard = False
        else:
            self._is_heard = True


def _watchdog_s(variables: dict[str, str]) -> float | None:
    if variables.get("WATCHDOG_PID") not in (None, str(os.getpid())):
        return None
    microseconds = variables.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1_000_000 if microseconds.isdigit() and int(microseconds) else None
