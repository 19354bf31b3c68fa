"""`gateway run`: the daemon in the foreground, for systemd."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.cli.speech import language_of_option


def run(
    config: ConfigFile = DEFAULT_CONFIG,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log repeats and details, too.")] = False,
) -> None:
    """Poll, keep, close slots, make files, deliver them: in the foreground, until SIGTERM."""
    from gateway.runtime.program import Program, become

    become("gateway.app", Program(config, verbose=verbose, asked=language_of_option()))
