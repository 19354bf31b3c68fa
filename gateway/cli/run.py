"""`gateway run`: the daemon in the foreground, for systemd."""

from __future__ import annotations

import gc
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
    import logging

    from gateway.runtime.load_in_child import load_in_child

    configuration = load_in_child(config)

    from gateway.app.daemon import Daemon
    from gateway.runtime.journald import log_to_journal

    log_to_journal(verbose=verbose, zone=configuration.station.zone)
    log = logging.getLogger(__name__)
    # What is loaded by now stays: the collector need not go through it again and again, a quarter of polling's cost.
    gc.collect()
    gc.freeze()
    for warning in configuration.warnings:
        log.warning("%s", warning)
    for profile in configuration.profiles:
        named = (profile.name, profile.version, profile.source, profile.digest, ",".join(profile.instruments))
        log.info("profile=%s version=%s from=%s sha256=%s instruments=%s", *named)
    for table in configuration.standards:
        log.info("table=%s from=%s sha256=%s limits=%s", table.name, table.file, table.digest, ",".join(table.lines))
    daemon = Daemon(configuration)
    code = daemon.run()
    if daemon.starts_again:
        logging.shutdown()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # ourselves, as we were started
    raise typer.Exit(code)
