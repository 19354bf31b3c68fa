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
from pathlib import Path

from gateway.config import Configuration
from gateway.core.errors import ConfigError, GatewayError, Problem
from gateway.core.phrase import Phrase

LONGEST_S = 90.0
"""A large station takes two seconds on a small board."""
_GIVES_WAY = 5
"""As nice(1) says it: whoever measures goes first, and whoever asked does not wait for ever on a busy box."""


def load_apart(path: Path) -> Configuration:
    """As `gateway.config.load` with nothing but the path.

    Raises:
        ConfigError: with every fault, sorted by line.
        GatewayError: it could not be read and checked; why.
    """
    command = (sys.executable, "-P", "-m", "gateway.runtime.load_apart", str(path))
    try:
        ended = subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=False)  # noqa: S603  # our own
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unchecked(path, str(error)) from error
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip().splitlines()
        raise _unchecked(path, said[-1] if said else Phrase("ended with {code}", code=ended.returncode))
    loaded: Configuration | tuple[Problem, ...] = pickle.loads(ended.stdout)  # noqa: S301  # of our own making
    if isinstance(loaded, Configuration):
        return loaded
    raise ConfigError(loaded)


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
