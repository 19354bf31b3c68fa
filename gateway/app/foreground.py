"""The daemon in the foreground, for systemd: its log, what stands in it first, its exit code, and a start anew."""

from __future__ import annotations

import gc
import logging
import os
import sys

from gateway.app.daemon import Daemon
from gateway.config import Configuration
from gateway.runtime.journald import log_to_journal

_log = logging.getLogger(__name__)


def run_in_foreground(configuration: Configuration, *, verbose: bool) -> int:
    """Until SIGTERM. Returns the exit code; where it is to start anew, the process becomes another one instead.

    Raises:
        GatewayError: it cannot start.
    """
    log_to_journal(verbose=verbose, zone=configuration.station.zone)
    # What is loaded by now stays: the collector need not go through it again and again, a quarter of polling's cost.
    gc.collect()
    gc.freeze()
    for warning in configuration.warnings:
        _log.warning("%s", warning)
    for profile in configuration.profiles:
        named = (profile.name, profile.version, profile.source, profile.digest, ",".join(profile.instruments))
        _log.info("profile=%s version=%s from=%s sha256=%s instruments=%s", *named)
    for table in configuration.standards:
        _log.info("table=%s from=%s sha256=%s limits=%s", table.name, table.file, table.digest, ",".join(table.lines))
    daemon = Daemon(configuration)
    code = daemon.run()
    if daemon.starts_again:
        logging.shutdown()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # ourselves, as we were started
    return code
