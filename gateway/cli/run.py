"""`gateway run`: the daemon in the foreground, for systemd."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile


def run(
    config: ConfigFile = DEFAULT_CONFIG,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log repeats and details, too.")] = False,
) -> None:
    """Poll, keep, close slots, make files, deliver them: in the foreground, until SIGTERM."""
    from gateway.runtime.load_in_child import load_in_child

    configuration = load_in_child(config)
    if configuration.orders is not None:
        # Not a child: systemd knows this process.
        more = ["--verbose"] if verbose else []
        os.execv(sys.executable, [sys.executable, "-P", "-m", "gateway.app", str(config), *more])  # noqa: S606  # no shell

    from gateway.app.foreground import run_in_foreground

    raise typer.Exit(run_in_foreground(configuration, verbose=verbose))
