"""`gateway journal …`: what happened at the station, in an order that nobody can change unseen."""

from __future__ import annotations

import typer

from gateway.cli.journal.export import export
from gateway.cli.journal.prove import prove
from gateway.cli.journal.release import release
from gateway.cli.journal.show import show
from gateway.cli.journal.verify import verify

journal = typer.Typer(
    help="The journal: what happened, each entry bound to the one before.", no_args_is_help=True, rich_markup_mode=None
)
journal.command("show")(show)
journal.command("verify")(verify)
journal.command("export")(export)
journal.command("prove")(prove)
journal.command("release")(release)
