"""`gateway status --check`: does the station need a person. For cron and for monitoring systems, which go by the exit
code and show the first line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from gateway.cli.output import print_json, say
from gateway.cli.speech import said
from gateway.cli.storage import may_have_run
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration

NOT_RUNNING = 2


def check_status(configuration: Configuration, *, as_json: bool) -> None:
    """Print a line for each reason, or one that all is well, and end with the exit code that says so.

    Raises:
        GatewayError: there is a database, and it cannot be read.
        Exit: 1 a person is needed, 2 the gateway does not run.
    """
    if not may_have_run(configuration):
        _never_ran(configuration, as_json=as_json)
    from gateway.cli.speech import language_spoken
    from gateway.cli.status_view import read_status
    from gateway.config import Language
    from gateway.reports.needs import needs
    from gateway.reports.needs_words import check_code, check_to_json, need_words
    from gateway.texts import Wording

    status = read_status(configuration)
    found, wording = needs(status), Wording.of(Language.ENGLISH if as_json else language_spoken())
    code, zone = check_code(found), configuration.station.timezone
    if as_json:
        print_json(check_to_json(found, configuration.station.code, wording, zone))
    elif found:
        say(*(need_words(one, wording, zone) for one in found))
    else:
        from gateway.cli.moments import local

        orders = status.orders
        if orders is not None and not configuration.sent:
            count = {"accepted": orders.today.accepted, "waiting": orders.waiting}
            say(wording.texts("need.well_orders", code=configuration.station.code, **count))
            return
        slot = said(Phrase("none yet")) if status.newest_slot_ms is None else local(status.newest_slot_ms, status)
        counts = {"parameters": len(status.parameters), "destinations": len(configuration.active_destinations)}
        say(wording.texts("need.well", code=configuration.station.code, slot=slot, **counts))
    if code:
        raise typer.Exit(code)


def _never_ran(configuration: Configuration, *, as_json: bool) -> None:
    if as_json:
        need = {"kind": "not_running", "what": "never_ran", "subject": None, "since": None, "count": None}
        text = "The gateway has never run here"
        print_json({"exit": NOT_RUNNING, "station": configuration.station.code, "needs": [need | {"text": text}]})
    else:
        say(Phrase("the gateway has never run here: {folder} has no database", folder=configuration.storage.path))
    raise typer.Exit(NOT_RUNNING)
