"""`gateway resend`: have slots sent again that were delivered before."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, load_configuration
from gateway.cli.output import say
from gateway.cli.slots import From, Name, To, both_bounds, still_served
from gateway.cli.storage import open_storage
from gateway.cli.user import user_name


def resend(
    destination: Name,
    first: From = None,
    last: To = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace whatever lies there; also of files set aside.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many it would be.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Send delivered slots again, with the same bytes. What still lies there is left as it is: what is missing is
    repaired, and other bytes are set aside for you. Only --force replaces them. When a file first arrived stays in the
    ledger as it was."""
    configuration = load_configuration(config)
    from_ms, until_ms = both_bounds(configuration, first, last)

    from gateway.outbox.interventions import Action, DeliverySelection, Interventions
    from gateway.runtime.clock import SystemClock

    action = Action.REPLACE if force else Action.RESEND
    selection = DeliverySelection(destination, from_ms, until_ms)
    database = open_storage(configuration, to_change=not dry_run)
    try:
        still_served(configuration, database, destination)
        interventions = Interventions(database)
        if dry_run:
            say(f"{len(interventions.concerned(action, selection))} files would be sent again")
            return
        count = interventions.act(action, selection, user_name(), SystemClock().now().wall_ms)
    finally:
        database.close()
    say(f"{count} files wait to be sent again" if count else "nothing was delivered there in that time")
