"""The command `gateway`. Exit codes: 0 done, 1 failed, 2 usage or configuration error; errors in a line or a few on
stderr, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
from typing import Annotated

import typer

from gateway import __version__
from gateway.cli.accept import accept
from gateway.cli.alerts import alerts
from gateway.cli.calibrate import calibrate
from gateway.cli.cameras import cameras
from gateway.cli.check import check
from gateway.cli.clock import clock
from gateway.cli.commands import Commands
from gateway.cli.connections import connections
from gateway.cli.deliveries import deliveries
from gateway.cli.demo import demo
from gateway.cli.events import events
from gateway.cli.explain import explain
from gateway.cli.export import export
from gateway.cli.handover import handover
from gateway.cli.init import init
from gateway.cli.instruments import instruments
from gateway.cli.journal import journal
from gateway.cli.keys import keys
from gateway.cli.limits import limits
from gateway.cli.orders import orders
from gateway.cli.output import guard_streams, say
from gateway.cli.ports import ports
from gateway.cli.read import read
from gateway.cli.recover import recover
from gateway.cli.reload import reload
from gateway.cli.report import report
from gateway.cli.resend import resend
from gateway.cli.run import run
from gateway.cli.sample import sample
from gateway.cli.scan import scan
from gateway.cli.seals import seals
from gateway.cli.set_aside import set_aside
from gateway.cli.speech import problem_line, words_of
from gateway.cli.status import status
from gateway.cli.symbols import symbols
from gateway.cli.upgrade import upgrade
from gateway.cli.verify import verify
from gateway.cli.web import web
from gateway.core.errors import ConfigError, GatewayError
from gateway.core.phrase import Phrase

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""Of a disk to which our output goes. Whatever the gateway writes itself says so in errors of its own."""

app = typer.Typer(
    cls=Commands,
    help="Station Gateway: from an environmental monitoring station's instruments to the authority.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("init")(init)
app.command("check")(check)
app.command("connections")(connections)
app.command("run")(run)
app.command("reload")(reload)
app.command("symbols")(symbols)
app.command("limits")(limits)
app.command("read")(read)
app.command("scan")(scan)
app.add_typer(instruments, name="instruments")
app.command("sample")(sample)
app.command("status")(status)
app.command("events")(events)
app.command("clock")(clock)
app.add_typer(calibrate, name="calibrate")
app.add_typer(cameras, name="cameras")
app.add_typer(ports, name="ports")
app.add_typer(deliveries, name="deliveries")
app.command("explain")(explain)
app.command("resend")(resend)
app.command("verify")(verify)
app.command("recover")(recover)
app.add_typer(seals, name="seals")
app.add_typer(journal, name="journal")
app.add_typer(set_aside, name="set-aside")
app.command("report")(report)
app.command("export")(export)
app.command("handover")(handover)
app.command("accept")(accept)
app.command("demo")(demo)
app.add_typer(orders, name="orders")
app.add_typer(alerts, name="alerts")
app.add_typer(keys, name="keys")
app.add_typer(web, name="web")
app.add_typer(upgrade, name="upgrade")


def _show_version(wanted: bool) -> None:
    if wanted:
        from gateway.runtime.commit import commit

        of = commit()
        say(f"gateway {__version__}" + ("" if of is None else f" (commit {of})"))
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version with its commit, and exit."
        ),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Entry point of the console script."""
    guard_streams()
    try:
        app()
    except ConfigError as error:
        for problem in error.problems:
            say(problem_line(problem), err=True)
        sys.exit(2)
    except GatewayError as error:
        say(f"gateway: {words_of(error)}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has left; nothing is wrong
        sys.exit(1)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or what is left of our output fails once more at the end
        say(Phrase("gateway: the output cannot be written: {strerror}", strerror=error.strerror), err=True)
        sys.exit(1)
