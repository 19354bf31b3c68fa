"""`gateway cameras …`: record what cameras show, and look at what was recorded."""

from __future__ import annotations

import typer

from gateway.cli.cameras.run import run

cameras = typer.Typer(help="Video: recorded by a process of its own, kept for three months.", no_args_is_help=True)
cameras.command("run")(run)
