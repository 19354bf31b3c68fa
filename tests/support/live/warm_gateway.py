"""`gateway run` as a process that need not load its program first: forked off one that has. For who kills it hundreds
of times and would wait longer for Python's imports than for the gateway.

    python -m tests.support.live.warm_gateway CONFIGURATION LOG   forks one for each line of stdin, tells its process id
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from gateway.config import Configuration

_GONE_WITHIN_S = 60.0


class WarmGateway:
    """Starts as often as it is told to; one at a time."""

    def __init__(self, configuration: Path, log: Path) -> None:
        self._log = log
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.support.live.warm_gateway", str(configuration), str(log)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        self._pid: int | None = None

    def start(self) -> None:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        assert self._pid is None
        self._program.stdin.write("start\n")
        self._program.stdin.flush()
        self._pid = int(self._program.stdout.readline())

    def check(self) -> None:
        """Fails, with its last words, if it has ended by itself."""
        if self._pid is None or not _runs(self._pid):
            raise AssertionError(f"the gateway ended by itself: {self._log.read_text(errors='replace')[-2000:]}")

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As systemd ends it."""
        self._end(signal.SIGTERM)

    def close(self) -> None:
        if self._pid is not None:
            self.kill()
        assert self._program.stdin is not None
        self._program.stdin.close()
        self._program.wait()

    def _end(self, number: int) -> None:
        assert self._pid is not None
        os.kill(self._pid, number)
        until_s = time.monotonic() + _GONE_WITHIN_S
        while _runs(self._pid):
            assert time.monotonic() < until_s, "the gateway does not end"
            time.sleep(0.01)
        self._pid = None


def _runs(pid: int) -> bool:
    """Also while it looks dead: a zombie's other threads may hold its files, and its lock, for a moment more. Once all
    are gone, so is the process, for which nobody waits."""
    return psutil.pid_exists(pid)


def main() -> None:
    from gateway.runtime.load_in_child import load_in_child

    file, log = map(Path, sys.argv[1:])
    configuration = load_in_child(file, _import_all)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(configuration, log)
        print(child, flush=True)


def _import_all() -> None:
    import gateway.app.foreground
    import gateway.orders.courier
    import gateway.orders.door
    import gateway.orders.intake
    import gateway.orders.signing
    import gateway.orders.spool_worker
    import gateway.uplinks.https.opening

    _ = gateway.app.foreground, gateway.orders.courier, gateway.uplinks.https.opening


def _run(configuration: Configuration, log: Path) -> None:
    from gateway.app.foreground import run_in_foreground

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, place)
    code = run_in_foreground(configuration, verbose=False)
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
