"""`gateway upgrade`: another version of the package, watched until it has proven itself, and the way back."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

SYSTEM_PYTHON = Path("/usr/bin/python3")
IN_WORDS = {
    str(one): one
    for one in (
        Phrase("installing"), Phrase("watching"), Phrase("returning"),
        Phrase("upgraded"), Phrase("returned"), Phrase("stuck"),
    )
}  # fmt: skip
"""What the watch of upgrades calls where it stands, and what came of it."""

upgrade = typer.Typer(no_args_is_help=True, help="Another version of the package: what became of it, and the way back.")


@upgrade.command("show")
def show(as_json: Json = False) -> None:
    """What is under way, what became of the newest upgrade, and which versions failed here."""
    from gateway.audit.upgrades import FOLDER, KEPT, look_at_upgrades

    seen = look_at_upgrades()
    if as_json:
        under_way = {"phase": seen.phase, "before": seen.before, "after": seen.after} if seen.phase else None
        print_json({"under_way": under_way, "newest": seen.outcome, "failed": dict(seen.failed)})
        return
    if seen.phase:
        phase = IN_WORDS.get(seen.phase, seen.phase)
        say(Phrase("{phase}: from {before} to {after}", phase=phase, before=seen.before, after=seen.after))
    if seen.outcome is not None:
        result = str(seen.outcome.get("result"))
        reason = f": {seen.outcome['reason']}" if seen.outcome.get("reason") else ""
        say(
            Phrase(
                "newest: {result}, {before} → {after}{reason}",
                result=IN_WORDS.get(result, result),
                before=seen.outcome.get("before"),
                after=seen.outcome.get("after"),
                reason=reason,
            )
        )
        if seen.outcome.get("problem"):
            say(str(seen.outcome["problem"]))
        say(*(str(one.get("words")) for one in seen.outcome.get("databases") or ()))
        say(
            Phrase(
                "what was kept of {version} lies in {folder}", version=seen.outcome.get("before"), folder=FOLDER / KEPT
            )
        )
    for version, why in seen.failed:
        say(Phrase("not installed again by itself: {version}: {why}", version=version, why=why))
    if not (seen.phase or seen.outcome or seen.failed):
        say(Phrase("no upgrade was watched here"))


@upgrade.command("back")
def back(
    reason: Annotated[str, typer.Option("--reason", help="Why: it stands in the journal.", show_default=False)],
) -> None:
    """Go back to the version before, and its databases where their schema moved. Nothing measured meanwhile is lost."""
    if not reason.strip():
        raise usage(Phrase("--reason is empty: write why"))
    _become_program("back", reason.strip())


@upgrade.command("allow")
def allow(
    version: Annotated[str, typer.Argument(help="As `gateway upgrade show` has it.", show_default=False)],
) -> None:
    """Let a version be installed again that failed here."""
    _become_program("allow", version)


@upgrade.command("databases", hidden=True)
def databases(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """The files of this station's databases, for the program that keeps copies of them."""
    from gateway.cameras.catalog.database import cameras_file

    configuration = load_configuration(config)
    found = [configuration.storage.path / "gateway.db", cameras_file(configuration.storage.path)]
    if configuration.web is not None:
        found.append(configuration.web.storage / "web.db")
    say(json.dumps([str(one) for one in found]))


@upgrade.command("enter", hidden=True)
def enter(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Enter what became of the newest upgrade in the station's journal."""
    from gateway.audit.upgrades import enter_outcome, look_at_upgrades
    from gateway.cli.storage import open_storage
    from gateway.runtime.clock import SystemClock

    outcome = look_at_upgrades().outcome
    if outcome is None:
        raise GatewayError(Phrase("no upgrade was watched here"))
    database = open_storage(load_configuration(config), to_change=True)
    try:
        enter_outcome(database, outcome, SystemClock().now().wall_ms)
    finally:
        database.close()


def _become_program(*arguments: str) -> None:
    """Of the system's Python: it must work whatever becomes of this version."""
    from importlib import resources

    if os.geteuid() != 0:
        raise GatewayError(Phrase("only root may do that"))
    program = Path(str(resources.files("gateway"))) / "upgrade"
    sys.stdout.flush()
    os.execv(SYSTEM_PYTHON, [str(SYSTEM_PYTHON), "-I", str(program), *arguments])  # noqa: S606  # no shell is in it
