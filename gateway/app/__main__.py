"""The daemon's program where transport orders are carried: `python -m gateway.app FILE [--verbose]`. `gateway run`
becomes it once the configuration was found sound, so that it is without the command line's libraries, pydantic among
them, which would stay in memory for months: 20 MB."""

from __future__ import annotations

import sys
from pathlib import Path

from gateway.runtime.load_in_child import load_in_child
from gateway.runtime.program import exit_code


def main(arguments: list[str]) -> int:
    """Exit codes are those of the command `gateway`.

    Raises:
        GatewayError: it cannot start.
    """
    configuration = load_in_child(Path(arguments[0]))

    from gateway.app.foreground import run_in_foreground

    return run_in_foreground(configuration, verbose="--verbose" in arguments)


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
