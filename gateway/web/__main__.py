"""The page's program: `python -m gateway.web FILE [--verbose]`. `gateway web` becomes it, so that the page is without
the command line's libraries, which would stay in memory for months."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from gateway.runtime.program import exit_code
from gateway.web.lean_libraries import import_lean_basics, import_lean_server
from gateway.web.received import receive


def main(arguments: list[str]) -> int:
    """Exit codes are those of the command `gateway`.

    Raises:
        GatewayError: it cannot start.
    """
    import_lean_basics()
    configuration = receive(Path(arguments[0]))
    sections = configuration.web, configuration.metrics
    import_lean_server(is_encrypted=any(one is not None and one.is_encrypted for one in sections))
    from gateway.runtime.journald import log_to_journal
    from gateway.web.station_page import run_page

    log_to_journal(verbose="--verbose" in arguments, zone=configuration.station.zone)
    # What is loaded by now stays: no page waits while the collector goes through it.
    gc.collect()
    gc.freeze()
    return run_page(configuration)


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
