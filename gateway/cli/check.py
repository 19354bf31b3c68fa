"""`gateway check`: is the configuration sound, and what would run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.alert_notes import alerts_configured
from gateway.cli.cameras.checked import cameras_configured
from gateway.cli.check_summary import summary
from gateway.cli.check_warnings import all_warnings, day_today, unreachable
from gateway.cli.equipment_notes import equipment_configured
from gateway.cli.limit_notes import limits_configured
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.order_notes import order_problems, orders_configured
from gateway.cli.output import print_json, say
from gateway.cli.ports.checked import ports_configured
from gateway.cli.speech import all_said, problem_line
from gateway.cli.user_rights import look_as_services
from gateway.core.errors import ConfigError
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.config import Configuration
    from gateway.core.errors import Problem


def check(
    config: ConfigFile = DEFAULT_CONFIG,
    plan: Annotated[bool, typer.Option("--plan", help="Show every question that instruments will be asked.")] = False,
    online: Annotated[
        bool,
        typer.Option("--online", help="Try every link, instrument, destination and camera, and look at every port."),
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are faults: exit code 1.")] = False,
    as_json: Json = False,
) -> None:
    """Validate the configuration. Prints every fault with its line (exit 2), or a summary of what will run.

    Run by root it judges files and devices with the eyes of the users that the services run as: exit code 1 where these
    cannot use what it names.
    """
    try:
        configuration = load_configuration(config, strictly=True)
    except ConfigError as error:
        if as_json:
            print_json(all_said({"valid": False, "problems": [_problem(p) for p in error.problems]}))
            raise typer.Exit(2) from None
        count = len(error.problems)
        for problem in error.problems:
            say(problem_line(problem), err=True)
        say(
            Phrase("{faults}: {config} cannot be used as it is", faults=number_of(count, "fault"), config=config),
            err=True,
        )
        raise typer.Exit(2) from None
    found = Checked(configuration)
    failed = (_report_json if as_json else _report)(found, plan, online)
    if failed or found.barred or found.faults or (strict and found.warnings):
        raise typer.Exit(1)


class Checked:
    """A sound configuration, and what is to be known of it on this machine."""

    def __init__(self, configuration: Configuration) -> None:
        from gateway.runtime.clock import SystemClock

        self.configuration = configuration
        self.sight = look_as_services(configuration)
        self.barred = self.sight.problems
        """What the services' users may not do: no warning, they would not do their work."""
        self.faults, of_orders = order_problems(configuration, SystemClock().now().wall_ms)
        """What the file cannot tell, and still keeps orders from being taken."""
        self.warnings = [*all_warnings(configuration), *of_orders]
        self.unreachable = unreachable(configuration, self.sight.problems)


def _report(found: Checked, plan: bool, online: bool) -> bool:
    """In lines. Whether something that was tried did not work."""
    from gateway.cli.online import try_online
    from gateway.cli.plan import plan_lines

    for warning in found.warnings:
        say(Phrase("warning: {warning}", warning=problem_line(warning)), err=True)
    if found.sight.note is not None:
        say(found.sight.note, err=True)
    say(*summary(found.configuration, found.unreachable))
    if plan:
        say(*plan_lines(found.configuration))
    if found.barred:
        say(*map(problem_line, found.barred), err=True)
        say(_told_of(found.barred), err=True)
    if found.faults:
        say(*map(problem_line, found.faults), err=True)
        faults = number_of(len(found.faults), "fault")
        say(Phrase("{faults}: as it is now, no transport order can be taken", faults=faults), err=True)
    return online and bool(try_online(found.configuration, quietly=False)["failed"])


def _told_of(barred: Sequence[Problem]) -> Phrase:
    return Phrase(
        "{faults} of rights: as it is now, the services cannot use what the configuration names",
        faults=number_of(len(barred), "fault"),
    )


def _report_json(checked: Checked, plan: bool, online: bool) -> bool:
    from gateway.cli.online import try_online
    from gateway.cli.plan import plan_json

    configuration, found = checked.configuration, _to_json(checked)
    if plan:
        found["plan"] = plan_json(configuration)
    if online:
        found["online"] = try_online(configuration, quietly=True)
    print_json(all_said(found))
    return online and bool(found["online"]["failed"])


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "path": problem.path,
        "wrong": problem.wrong,
        "right": problem.right,
    }


def _to_json(checked: Checked) -> dict[str, Any]:
    configuration = checked.configuration
    active = {destination.name for destination in configuration.active_destinations}
    return {
        "valid": True,
        "warnings": [_problem(warning) for warning in checked.warnings],
        "barred": [_problem(one) for one in checked.barred],
        "faults": [_problem(one) for one in checked.faults],
        "unreachable": checked.unreachable,
        "judged_as": checked.sight.users,
        "station": {"code": configuration.station.code, "kind": configuration.station.kind.value},
        "slot_s": configuration.reporting.slot.total_seconds(),
        "links": [{"name": name, "type": link.type, "where": link.where} for name, link in configuration.links.items()],
        "instruments": [
            {
                "name": instrument.name,
                "link": instrument.link,
                "poll_s": instrument.poll.total_seconds(),
                "parameters": [measured.line for measured in instrument.parameters],
            }
            for instrument in configuration.instruments
        ],
        "profiles": [
            {
                "name": profile.name,
                "version": profile.version,
                "from": profile.source,
                "sha256": profile.digest,
                "instruments": profile.instruments,
            }
            for profile in configuration.profiles
        ],
        "standards": [
            {"name": table.name, "from": table.file, "sha256": table.digest, "limits": table.lines}
            for table in configuration.standards
        ],
        "destinations": [
            {
                "name": destination.name,
                "authority": destination.authority,
                "url": str(destination.url),
                "interval_s": destination.interval_length.total_seconds(),
                "in_use": destination.name in active,
            }
            for destination in configuration.destinations
        ],
        "limits": limits_configured(configuration, day_today(configuration)),
        "equipment": equipment_configured(configuration),
        "cameras": cameras_configured(configuration),
        "ports": ports_configured(configuration),
        "orders": orders_configured(configuration),
        "alerts": alerts_configured(configuration),
    }
