"""`gateway web`: the page, a process of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.core.errors import GatewayError

web = typer.Typer(help="The page: run it for systemd, and its accounts.")


@web.callback(invoke_without_command=True)
def run_web(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log details, too.")] = False,
) -> None:
    """Serve the station's page: in the foreground, until SIGTERM. Reads the databases, and never changes them."""
    if context.invoked_subcommand is not None:
        return
    from gateway.config.load_in_child import load_in_child

    configuration = load_in_child(config)
    if configuration.web is None:
        raise GatewayError(f'{config} has no page: add web: {{listen: "127.0.0.1:8080"}}')

    from gateway.runtime.journald import log_to_journal

    try:
        from gateway.web.station_page import run_page
    except ModuleNotFoundError as missing:
        raise GatewayError(
            f"the page needs {missing.name}, which is not installed: pip install 'station-gateway[web]'"
        ) from None
    log_to_journal(verbose=verbose)
    raise typer.Exit(run_page(configuration, configuration.web))
