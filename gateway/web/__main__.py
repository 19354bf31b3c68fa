"""The page's program: `python -m gateway.web FILE`. `gateway web` becomes it, so that the page is without the command
line's libraries, which would stay in memory for months."""

from __future__ import annotations

import gc
import sys

from gateway.runtime.program import Program
from gateway.runtime.spoken_language import language_of
from gateway.web.lean_libraries import import_lean_basics, import_lean_server
from gateway.web.received import receive


def run(program: Program) -> int:
    """Exit codes are those of the command `gateway`.

    Raises:
        GatewayError: it cannot start.
    """
    import_lean_basics()
    configuration = receive(program.file)
    program.station = language_of(configuration)
    sections = configuration.web, configuration.metrics
    import_lean_server(is_encrypted=any(one is not None and one.is_encrypted for one in sections))
    from gateway.runtime.journald import log_to_journal
    from gateway.web.station_page import run_page

    log_to_journal(verbose=program.verbose, zone=configuration.station.zone)
    # What is loaded by now stays: no page waits while the collector goes through it.
    gc.collect()
    gc.freeze()
    return run_page(configuration)


def said(text: str, language: str) -> str:
    from gateway.config import Language
    from gateway.texts import phrases

    return phrases.said(text, Language(language))


if __name__ == "__main__":
    sys.exit(Program.started(sys.argv[1:]).exit_code(run, said))
