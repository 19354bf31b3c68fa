"""`gateway ports …`: what is plugged in, linked and listening, and whether it is as declared."""

from __future__ import annotations

import typer

from gateway.cli.ports.audit import audit
from gateway.cli.ports.draft import draft
from gateway.cli.ports.list import list_all
from gateway.cli.ports.policy import policy

ports = typer.Typer(
    help="Ports: what is plugged in, linked and listening, against what was declared.", no_args_is_help=True
)


@ports.callback()
def _options() -> None:
    pass


ports.command("list")(list_all)
ports.command("audit")(audit)
ports.command("draft")(draft)
ports.add_typer(policy, name="policy")
