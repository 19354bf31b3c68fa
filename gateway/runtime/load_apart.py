"""The configuration for a program that runs already, with threads: read and checked by a program of its own, whose
memory goes with it. See `gateway.runtime.load_in_child` for the start, when a fork will do.

Standard output of the program: the configuration, or its problems, by pickle.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

from gateway.config import Configuration
from gateway.core.errors import ConfigError, GatewayError, Problem
from gateway.core.phrase import Phrase

LONGEST_S = 90.0
"""A large station takes two seconds on a small board."""
_GIVES_WAY = 5
"""As nice(1) says it: whoever measures goes first, and whoever asked does not wait for ever on a busy box."""


class LoadApart:
    """One at a time, called by one thread; another one may have it give up."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._program: subprocess.Popen[bytes] | None = None
        self._is_given_up = False

    def __call__(self, path: Path) -> Configuration:
        """As `gateway.config.load` with nothing but the path.

        Raises:
            ConfigError: with every fault, sorted by line.
            GatewayError: it could not be read and checked; why.
        """
        output, errors, code = self._output(path)
        if code:
            said = errors.decode(errors="replace").strip().splitlines()
            raise _unchecked(path, said[-1] if said else Phrase("ended with {code}", code=code))
        loaded: Configuration | tuple[Problem, ...] = pickle.loads(output)  # noqa: S301  # of our own making
        if isinstance(loaded, Configuration):
            return loaded
        raise ConfigError(loaded)

    def give_up(self) -> None:
        """From now on every call fails, the one under way soon. From any thread."""
        with self._turn:
            self._is_given_up = True
            if self._program is not None:
                self._program.kill()

    def _output(self, path: Path) -> tuple[bytes, bytes, int]:
        with self._begun(path) as program:
            try:
                output, errors = program.communicate(timeout=LONGEST_S)
            except subprocess.TimeoutExpired as error:
                program.kill()
                raise _unchecked(path, str(error)) from error
            finally:
                with self._turn:
                    self._program = None
        return output, errors, program.returncode

    def _begun(self, path: Path) -> subprocess.Popen[bytes]:
        command = (sys.executable, "-P", "-m", "gateway.runtime.load_apart", str(path))
        with self._turn:
            if self._is_given_up:
                raise _unchecked(path, "the gateway ends")
            try:
                self._program = subprocess.Popen(  # noqa: S603  # our own
                    command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
                )
            except OSError as error:
                raise _unchecked(path, str(error)) from error
            return self._program


def _unchecked(path: Path, why: str) -> GatewayError:
    return GatewayError(Phrase("{path} could not be checked: {why}", path=path, why=why))


def main(path: Path) -> None:
    from gateway.runtime.load_in_child import worked_out

    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _GIVES_WAY)
    try:
        found: Configuration | tuple[Problem, ...] = worked_out(path)
    except ConfigError as error:
        found = tuple(error.problems)
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
