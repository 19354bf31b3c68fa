"""The daemon's program: `python -m gateway.app FILE`. `gateway run` becomes it, so that it is without the command
line's libraries, and without pydantic: both would stay in memory for months.

Nothing that knows the configuration may be imported before: see `gateway.runtime.load_in_child`.
"""

from __future__ import annotations

import sys

from gateway.runtime.load_in_child import load_in_child
from gateway.runtime.program import Program
from gateway.runtime.spoken_language import language_of


def run(program: Program) -> int:
    """Exit codes are those of the command `gateway`.

    Raises:
        GatewayError: it cannot start.
    """
    configuration = load_in_child(program.file, _import_daemon)
    program.station = language_of(configuration)

    from gateway.app.foreground import run_in_foreground

    return run_in_foreground(configuration, verbose=program.verbose)


def _import_daemon() -> None:
    """While the configuration is read: half a second of a small board's."""
    import gateway.app.foreground

    _ = gateway.app.foreground


def said(text: str, language: str) -> str:
    from gateway.config import Language
    from gateway.texts import phrases

    return phrases.said(text, Language(language))


if __name__ == "__main__":
    sys.exit(Program.started(sys.argv[1:]).exit_code(run, said))
