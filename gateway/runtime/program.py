"""How a program of ours ends that is none of the command line's: with the exit codes and errors of the command
`gateway`."""

from __future__ import annotations

import sys
from collections.abc import Callable

from gateway.core.errors import ConfigError, GatewayError


def exit_code(run: Callable[[], int]) -> int:
    """What `run` returns; 2 for a faulty configuration and 1 for any other error of ours, which are written to
    stderr."""
    try:
        return run()
    except ConfigError as error:
        sys.stderr.writelines(f"{problem}\n" for problem in error.problems)
        return 2
    except GatewayError as error:
        sys.stderr.write(f"gateway: {error}\n")
        return 1
