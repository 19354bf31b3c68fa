"""`gateway alerts`: what people were told and what waits, and trying a target."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage

if TYPE_CHECKING:
    from gateway.alerts.store import KeptAlert
    from gateway.core.alert import ConfiguredTarget

alerts = typer.Typer(no_args_is_help=True, help="Being told: what people were told of, what waits, trying a target.")
_MOST = 50


@alerts.command("list")
def list_alerts(
    target: Annotated[
        str | None, typer.Argument(metavar="[TARGET]", help="Only of this one.", show_default=False)
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=100_000, help="The newest.")] = _MOST,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """What was told to whom and when, and what waits, oldest first."""
    from gateway.reports.alerts import kept_alerts, kept_to_json

    configuration = load_configuration(config)
    with closing(open_storage(configuration)) as database:
        kept = kept_alerts(database, most, target)
    zone = configuration.station.timezone
    if as_json:
        print_json(kept_to_json(kept, zone))
        return
    for one in kept:
        say(_line(one, zone))
    if not kept:
        say("nothing was told, and nothing waits" if configuration.alerts else "nobody is told: no alerts: configured")


@alerts.command("test")
def try_targets(
    target: Annotated[
        str | None, typer.Argument(metavar="[TARGET]", help="By its name; all of them if left out.", show_default=False)
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Tell each target once, as the daemon would, and say what came of it. Nothing is written down."""
    from gateway.alerts.configured import configured_targets

    configuration = load_configuration(config)
    targets = configured_targets(configuration)
    if not targets:
        raise usage("nobody is told: write alerts: into the configuration, see the guide")
    chosen = [one for one in targets if target in (None, one.target.name)]
    if not chosen:
        raise usage(f"{target} is no target: write one of {', '.join(one.target.name for one in targets)}")
    failed = [one for one in chosen if not _try(one)]
    if failed:
        raise typer.Exit(1)


def _try(configured: ConfiguredTarget) -> bool:
    from secrets import token_hex

    from gateway.core.errors import DeliveryError

    name = configured.target.name
    try:
        configured.make().tell(configured.wording.test(token_hex(16)))
    except DeliveryError as error:
        say(f"{name}: {error}", err=True)
        return False
    say(f"{name}: told")
    return True


def _line(one: KeptAlert, zone: str) -> str:
    from gateway.core.alert import AlertState
    from gateway.core.alert_digest import alerts_in
    from gateway.core.instants import local_text
    from gateway.core.number_of import number_of

    about = ", ".join(one.alert.subjects)
    what = one.alert.kind.value
    if one.alert.state is AlertState.DIGEST:
        what, about = "several", number_of(alerts_in(one.alert)[1], "alert")
    if one.outcome is None:
        outcome = f"waits, {number_of(one.tries, 'failure')}: {one.last_error}" if one.tries else "waits"
    else:
        outcome = f"{one.outcome.value} {local_text(one.settled_ms, zone)}"
        outcome += " in a digest" if one.told_as else f": {one.last_error}" if one.outcome.value == "refused" else ""
    return (
        f"{local_text(one.made_ms, zone)}  {one.target:<12} {what:<10} {one.alert.state.value:<6} {about}  ({outcome})"
    )
