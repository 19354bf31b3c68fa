"""`gateway web`: the page, a process of its own."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.cli.speech import language_of_option
from gateway.cli.web.certificate import certificate
from gateway.cli.web.users import users
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.program import Program, become

web = typer.Typer(help="The page: run it for systemd, and its accounts.")
web.add_typer(users, name="user")
web.command("certificate")(certificate)


@web.callback(invoke_without_command=True)
def run_web(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log details, too.")] = False,
) -> None:
    """Serve the station's page: in the foreground, until SIGTERM. Reads the databases, and never changes them."""
    if context.invoked_subcommand is not None:
        return
    for missing in ("starlette", "uvicorn", "jinja2", "argon2"):
        if find_spec(missing) is None:
            raise GatewayError(
                Phrase(
                    "the page needs {missing}, which is not installed: pip install 'station-gateway[web]'",
                    missing=missing,
                )
            )
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")  # one heap for all threads: 2 MB
    # What a password takes, 19 MB, is given back after each of them, and not kept for the next.
    os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", "131072")
    # Where in its line something failed is not worth half a megabyte: a traceback has the line.
    become("gateway.web", Program(config, verbose=verbose, asked=language_of_option()), "-X", "no_debug_ranges")
