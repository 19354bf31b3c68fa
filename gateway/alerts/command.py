"""A message by a program on this machine: its arguments filled in, the whole as JSON on its standard input.

Promises: no shell; nothing of the gateway's surroundings (no variable that may hold a secret, no open file); after the
time that it has, and when it has ended, nothing that it has started in its session is left; of what it prints no more
is kept than a message shows.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.core.alert import AlertMessage
from gateway.core.alert_fields import ALERT_FIELDS, alert_fields, alert_json, filled_in
from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.core.phrase import Phrase
from gateway.uplinks.publish import one_line
from gateway.uplinks.timeouts import Deadline

MOST_KEPT = 4_096
"""Bytes of what it prints."""
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LONGEST_VALUE = 16_384
"""Bytes of one argument or variable: far less than the kernel takes, and more than anybody reads."""
_PREFIX = "ALERT_"
_NO_PROGRAM = (errno.ENOENT, errno.EACCES, errno.ENOTDIR, errno.ENOEXEC, errno.EPERM, errno.ELOOP)


@dataclass(frozen=True, slots=True)
class Command:
    """The program by its path, and its arguments with placeholders."""

    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return self.arguments[0]


class CommandTeller:
    """See `gateway.core.alert.Teller`."""

    def __init__(self, command: Command, clock: Clock, longest_s: float) -> None:
        self._command = command
        self._clock = clock
        self.longest_s = longest_s
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._aborted = False

    def tell(self, message: AlertMessage) -> None:
        """See `Teller`. Taken is what the program ends with 0 for."""
        fields = {name: _short(value) for name, value in alert_fields(message).items()}
        arguments = [filled_in(argument, fields) for argument in self._command.arguments]
        with _read_from(alert_json(message)) as content, self._started(arguments, fields, content) as program:
            kept, ended = _wait(program, Deadline(self._clock, self.longest_s))
        said = one_line(kept.decode("utf-8", "replace"))
        shown = f": {said}" if said else ""
        if self._aborted:
            raise DeliveryDeferred(Phrase("{command}: interrupted", command=self._command))
        if not ended:
            raise DeliveryDeferred(
                Phrase(
                    "{command} was killed: not done within {longest_s:g} s{shown}",
                    command=self._command,
                    longest_s=self.longest_s,
                    shown=shown,
                )
            )
        if program.returncode < 0:
            raise DeliveryDeferred(
                Phrase(
                    "{command} was ended by {signal}{shown}",
                    command=self._command,
                    signal=_signal(-program.returncode),
                    shown=shown,
                )
            )
        if program.returncode:
            raise DeliveryDeferred(
                Phrase(
                    "{command} ended with {returncode}{shown}",
                    command=self._command,
                    returncode=program.returncode,
                    shown=shown,
                )
            )

    def abort(self) -> None:
        """See `Teller`."""
        with self._lock:
            self._aborted = True
            if self._running is not None:
                _kill(self._running)

    @contextmanager
    def _started(self, arguments: list[str], fields: dict[str, str], content: int) -> Iterator[subprocess.Popen[bytes]]:
        """The program, while it runs; afterwards nothing of it does.

        Raises:
            DestinationRejected: it cannot be started.
            DeliveryDeferred: not now.
        """
        program = self._start(arguments, fields, content)
        try:
            yield program
        finally:
            with self._lock:
                self._running = None
            _kill(program)
            program.wait()
            if program.stdout is not None:
                program.stdout.close()

    def _start(self, arguments: list[str], fields: dict[str, str], content: int) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._aborted:
                raise DeliveryDeferred(Phrase("{command}: interrupted", command=self._command))
            try:
                self._running = subprocess.Popen(  # noqa: S603  # the configuration's own; no shell
                    arguments,
                    stdin=content,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env=_surroundings(fields),
                    start_new_session=True,
                )
            except OSError as error:
                if error.errno in _NO_PROGRAM:
                    raise DestinationRejected(
                        Phrase(
                            "{command} cannot be run ({strerror}); correct the path, or let the gateway's user run it",
                            command=self._command,
                            strerror=error.strerror,
                        )
                    ) from error
                raise DeliveryDeferred(
                    Phrase("{command} cannot be run now ({strerror})", command=self._command, strerror=error.strerror)
                ) from error
            return self._running


def _wait(program: subprocess.Popen[bytes], deadline: Deadline) -> tuple[bytes, bool]:
    """The beginning of what it prints, and whether it has ended in time. Who inherited its output is not waited for."""
    kept = bytearray()
    output = program.stdout.fileno() if program.stdout is not None else -1
    os.set_blocking(output, False)
    ended = os.pidfd_open(program.pid)
    try:
        waiting = [ended, output]
        while True:
            ready = select.select(waiting, [], [], deadline.left_s())[0]
            if output in ready and not _drain(output, kept):
                waiting = [ended]
            if ended in ready:
                _drain(output, kept)
                return bytes(kept), True
            if not ready:
                return bytes(kept), False
    except TimeoutError:
        return bytes(kept), False
    finally:
        os.close(ended)


def _drain(output: int, kept: bytearray) -> bool:
    """Take what is there now. Whether more may come."""
    try:
        read = os.read(output, 65_536)
    except BlockingIOError:
        return True
    kept += read[: MOST_KEPT - len(kept)]
    return bool(read)


def _kill(program: subprocess.Popen[bytes]) -> None:
    """With all that it has started in its session. The number is its own still, for it is waited for afterwards."""
    if program.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(program.pid, signal.SIGKILL)


@contextmanager
def _read_from(content: bytes) -> Iterator[int]:
    """A file in memory to read it from: a program that does not read keeps nobody waiting, as a pipe would."""
    file = os.memfd_create("alert")
    try:
        os.write(file, content)
        os.lseek(file, 0, os.SEEK_SET)
        yield file
    finally:
        os.close(file)


def _surroundings(fields: dict[str, str]) -> dict[str, str]:
    """The variables that it sees: `ALERT_KIND` and so on besides the usual ones."""
    ours = {_PREFIX + name.upper(): fields[name] for name in ALERT_FIELDS}
    return {"PATH": _PATH, "LANG": "C.UTF-8", "HOME": "/", **ours}


def _short(value: str) -> str:
    encoded = value.encode("utf-8", "replace").replace(b"\0", b"")
    return encoded[:_LONGEST_VALUE].decode("utf-8", "ignore")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
