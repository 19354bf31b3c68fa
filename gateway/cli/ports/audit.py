"""`gateway ports audit`: is every port as declared, at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.terms import violation_called
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.reports.port_audit import PortAudit


def audit(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """Look at every port once, now, and at neighbours' doors. Exit 1 if one is not as declared, or cannot be looked at.
    The daemon need not run."""
    from gateway.core.errors import GatewayError
    from gateway.reports.port_audit import audit_to_json

    configuration = load_configuration(config)
    if configuration.ports is None:
        raise GatewayError(
            Phrase("no port is declared: gateway ports draft writes the section ports, to be looked through")
        )
    found = look_once(configuration)
    if as_json:
        print_json(audit_to_json(found, configuration.station.timezone))
    else:
        say(*audit_lines(found, configuration))
    if not found.is_well:
        raise typer.Exit(1)


def look_once(configuration: Configuration) -> PortAudit:
    """Without the daemon. Since when something is so, its database tells, if there is one that may be read."""
    from contextlib import closing

    from gateway.app.port_wiring import looks_of
    from gateway.cli.storage import may_have_run, open_storage
    from gateway.config.ports.watching import Undeclared
    from gateway.core.errors import GatewayError
    from gateway.reports.port_audit import port_audit
    from gateway.reports.ports import lasting_violations
    from gateway.runtime.clock import SystemClock

    lasting = None
    try:
        with closing(open_storage(configuration)) as database:
            lasting = lasting_violations(configuration, database)
    except GatewayError as error:
        if may_have_run(configuration):
            say(Phrase("gateway: since when each is so is not known: {error}", error=error), err=True)
    looks, drifted = looks_of(configuration)
    counts = configuration.ports_policy.undeclared is Undeclared.VIOLATION
    declared = [one.declared for one in configuration.ports or ()]
    now_ms = SystemClock().now().wall_ms
    return port_audit(declared, looks, drifted, lasting or (), now_ms, undeclared_counts=counts)


def audit_lines(found: PortAudit, configuration: Configuration) -> list[str]:
    """One for each port that is not as declared, or at which nobody could look; at the end, how many."""
    from gateway.core.instants import local_time
    from gateway.core.number_of import number_of

    zone = configuration.station.timezone
    lines = [
        Phrase(
            "{port}: {kind} since {since}: {detail}",
            port=one.port,
            kind=violation_called(one.kind),
            since=f"{local_time(one.since_ms, zone):%Y-%m-%d %H:%M:%S}",
            detail=one.detail,
        )
        for one in found.violations
    ]
    lines += [
        Phrase(
            "{port}: {kind} (a warning only): {detail}",
            port=one.port,
            kind=violation_called(one.kind),
            detail=one.detail,
        )
        for one in found.warnings
    ]
    lines += [Phrase("{kind} ports: {why}", kind=kind, why=why) for kind, why in sorted(found.unseen.items())]
    lines += [
        Phrase("{port}: nobody can tell{why}", port=port, why=Phrase(": {why}", why=why) if why else "")
        for port, why in found.untold.items()
    ]
    ports = number_of(len(found.violations), "port")
    wrong = Phrase("{ports} is", ports=ports) if len(found.violations) == 1 else Phrase("{ports} are", ports=ports)
    blind = Phrase(", {count} of these cannot be looked at", count=len(found.blind)) if found.blind else ""
    return [
        *lines,
        Phrase(
            "{wrong} not as declared; declared: {declared}{blind}",
            wrong=wrong,
            declared=number_of(found.declared, "port"),
            blind=blind,
        ),
    ]
