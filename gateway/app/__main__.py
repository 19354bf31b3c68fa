"""The daemon's program where transport orders are carried: `python -m gateway.app FILE [--verbose]`. `gateway run`
becomes it once the configuration was found sound, so that it is without the command line's libraries, pydantic among
them, which would stay in memory for months: 20 MB."""

from __future__ import annotations

import sys
from pathlib import Path

from gateway.core.errors import ConfigError, GatewayError
from gateway.runtime.load_in_child import load_in_child


def main(arguments: list[str]) -> int:
    """Exit codes and errors are those of the command `gateway`."""
    try:
        configuration = load_in_child(Path(arguments[0]))

        from gateway.app.foreground import run_in_foreground

        return run_in_foreground(configuration, verbose="--verbose" in arguments)
    except ConfigError as error:
        sys.stderr.writelines(f"{problem}\n" for problem in error.problems)
        return 2
    except GatewayError as error:
        sys.stderr.write(f"gateway: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
