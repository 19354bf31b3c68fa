"""`gateway alerts`: what people were told and what waits, and trying a target."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.cli.terms import alert_called, called
from gateway.core.phrase import Phrase

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
        say(
            Phrase("nothing was told, and nothing waits")
            if configuration.alerts
            else Phrase("nobody is told: no alerts: configured")
        )


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
        raise usage(Phrase("nobody is told: write alerts: into the configuration, see the guide"))
    chosen = [one for one in targets if target in (None, one.target.name)]
    if not chosen:
        raise usage(
            Phrase(
                "{target} is no target: write one of {targets}",
                target=target,
                targets=", ".join(one.target.name for one in targets),
            )
        )
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
        say(Phrase("{name}: {error}", name=name, error=error), err=True)
        return False
    say(Phrase("{name}: told", name=name))
    return True


def _line(one: KeptAlert, zone: str) -> str:
    from gateway.alerts.store import AlertOutcome
    from gateway.core.alert import AlertState
    from gateway.core.alert_digest import alerts_in
    from gateway.core.instants import local_text
    from gateway.core.number_of import number_of

    about = ", ".join(one.alert.subjects)
    what = alert_called(one.alert.kind.value)
    if one.alert.state is AlertState.DIGEST:
        what, about = Phrase("several"), number_of(alerts_in(one.alert)[1], "alert")
    if one.outcome is None:
        outcome = (
            Phrase("waits, {tries}: {last_error}", tries=number_of(one.tries, "failure"), last_error=one.last_error)
            if one.tries
            else Phrase("waits")
        )
    else:
        refused = f": {one.last_error}" if one.outcome is AlertOutcome.REFUSED else ""
        outcome = Phrase(
            "{outcome} {at}{how}",
            outcome=called(one.outcome),
            at=local_text(one.settled_ms, zone),
            how=Phrase(" in a digest") if one.told_as else refused,
        )
    return Phrase(
        "{at}  {target:<12} {what:<10} {state:<6} {about}  ({outcome})",
        at=local_text(one.made_ms, zone),
        target=one.target,
        what=what,
        state=called(one.alert.state),
        about=about,
        outcome=outcome,
    )
