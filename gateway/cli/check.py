"""`gateway check`: is the configuration sound, and what would run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.alert_notes import alert_lines, alerts_configured
from gateway.cli.cameras.checked import camera_lines, camera_problems, cameras_configured
from gateway.cli.equipment_notes import equipment_configured, equipment_lines, equipment_problems
from gateway.cli.limit_notes import limit_lines, limit_problems, limits_configured
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.ports.checked import port_lines, port_problems, ports_configured
from gateway.core.errors import ConfigError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, timedelta

    from gateway.config import Configuration, Destination, Instrument
    from gateway.config.parameters.quantity import Quantity
    from gateway.core.errors import Problem


def check(
    config: ConfigFile = DEFAULT_CONFIG,
    plan: Annotated[bool, typer.Option("--plan", help="Show every question that instruments will be asked.")] = False,
    online: Annotated[
        bool,
        typer.Option("--online", help="Try every link, instrument, destination and camera, and look at every port."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Validate the configuration. Prints every fault with its line (exit 2), or a summary of what will run."""
    try:
        configuration = load_configuration(config)
    except ConfigError as error:
        if as_json:
            print_json({"valid": False, "problems": [_problem(p) for p in error.problems]})
            raise typer.Exit(2) from None
        count = len(error.problems)
        for problem in error.problems:
            say(str(problem), err=True)
        say(f"{count} {'fault' if count == 1 else 'faults'}: {config} cannot be used as it is", err=True)
        raise typer.Exit(2) from None
    failed = (_report_json if as_json else _report)(configuration, plan, online)
    if failed:
        raise typer.Exit(1)


def _report(configuration: Configuration, plan: bool, online: bool) -> bool:
    """In lines. Whether something that was tried did not work."""
    from gateway.cli.online import try_online
    from gateway.cli.plan import plan_lines

    for warning in _warnings(configuration):
        say(f"warning: {warning}", err=True)
    say(*_summary(configuration))
    if plan:
        say(*plan_lines(configuration))
    return online and bool(try_online(configuration, quietly=False)["failed"])


def _report_json(configuration: Configuration, plan: bool, online: bool) -> bool:
    from gateway.cli.online import try_online
    from gateway.cli.plan import plan_json

    found = _to_json(configuration)
    if plan:
        found["plan"] = plan_json(configuration)
    if online:
        found["online"] = try_online(configuration, quietly=True)
    print_json(found)
    return online and bool(found["online"]["failed"])


def _warnings(configuration: Configuration) -> list[Problem]:
    """What the file itself is warned of, and what lies around it: certificates that end, libraries that are missing."""
    from gateway.audit.certificates import endings
    from gateway.config.other_stations import shared_with_others
    from gateway.core.errors import Problem
    from gateway.runtime.clock import SystemClock
    from gateway.uplinks.registry import missing_extra

    found = [*configuration.warnings, *_clock_warnings(configuration), *port_problems(configuration)]
    found += shared_with_others(configuration)
    now_ms = SystemClock().now().wall_ms
    for destination in configuration.destinations:
        file, at = str(configuration.file), f"destinations.{destination.name}"
        extra = missing_extra(destination)
        if extra is not None:
            wrong = Phrase("what {scheme} needs is not installed", scheme=destination.url.scheme)
            found.append(
                Problem(file, 0, f"{at}.url", wrong, Phrase("pip install 'station-gateway[{extra}]'", extra=extra))
            )
        try:
            ending_soon = endings(destination.ca, now_ms) if destination.ca else []
        except ValueError as error:
            wrong = Phrase("{ca} is damaged ({error})", ca=destination.ca, error=error)
            found.append(Problem(file, 0, f"{at}.ca", wrong, Phrase("ask the authority for its certificate")))
            continue
        for ending in ending_soon:
            verb = "ended" if ending.left_ms < 0 else "ends"
            wrong = Phrase(
                "the certificate of {holder} {verb} on {at:%Y-%m-%d}", holder=ending.holder, verb=verb, at=ending.at
            )
            found.append(Problem(file, 0, f"{at}.ca", wrong, Phrase("ask the authority for the next one")))
        found += _client_warnings(file, at, destination, now_ms)
    found += limit_problems(configuration, _today(configuration))
    return [*found, *equipment_problems(configuration, now_ms), *camera_problems(configuration, now_ms)]


def _today(configuration: Configuration) -> date:
    """By the clock of the machine on which the file is checked, on the station's calendar."""
    from gateway.core.instants import local_time
    from gateway.runtime.clock import SystemClock

    return local_time(SystemClock().now().wall_ms, configuration.station.timezone).date()


def _client_warnings(file: str, at: str, destination: Destination, now_ms: int) -> Iterator[Problem]:
    """Whether the certificate that we show is one that servers take now, and for how long."""
    from gateway.audit.certificates import begins_later, endings
    from gateway.core.errors import Problem

    shown = None if destination.client is None else destination.client.certificate.place
    if shown is None:
        return
    at = f"{at}.client.certificate"
    try:
        ending_soon, begin = endings(shown, now_ms), begins_later(shown, now_ms)
    except ValueError as error:
        if shown.exists():  # of a missing one the configuration warns
            yield Problem(
                file,
                0,
                at,
                Phrase("{shown} is damaged ({error})", shown=shown, error=error),
                Phrase("ask the authority for it once more"),
            )
        return
    for ending in ending_soon:
        verb = "ended" if ending.left_ms < 0 else "ends"
        wrong = Phrase(
            "the certificate of {holder} {verb} on {at:%Y-%m-%d}", holder=ending.holder, verb=verb, at=ending.at
        )
        yield Problem(file, 0, at, wrong, Phrase("ask the authority for the next one"))
    if begin is not None:
        wrong = Phrase("the certificate is valid from {begin:%Y-%m-%d %H:%M} UTC on, and not yet", begin=begin)
        yield Problem(file, 0, at, wrong, Phrase("is the clock right? else wait, or ask the authority"))


def _clock_warnings(configuration: Configuration) -> Iterator[Problem]:
    """Whether anything on this machine sets its clock: the gateway never does."""
    from gateway.app.clock_wiring import witnesses_of
    from gateway.core.errors import Problem
    from gateway.core.witness import WitnessVerdict
    from gateway.runtime.clock import SystemClock

    local = witnesses_of(configuration, SystemClock()).look_here(None).reports
    if any(one.verdict is WitnessVerdict.OK for one in local):
        return
    advice = Phrase("apt-get install chrony, and see its chapter in the operator's guide")
    wrong = Phrase(
        "nothing sets the clock of this machine (the kernel says so), and it has no battery-backed clock that is right"
    )
    if not configuration.clock.servers:
        advice += Phrase("; name three time servers in clock.servers")
    yield Problem(str(configuration.file), 0, "clock", wrong, advice)


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "path": problem.path,
        "wrong": problem.wrong,
        "right": problem.right,
    }


def _summary(configuration: Configuration) -> list[str]:
    station, reporting, storage = configuration.station, configuration.reporting, configuration.storage
    special = ", specially monitored" if station.special_monitoring else ""
    lines = [
        f"{configuration.file} is sound. This will run:",
        f"  station {station.code} ({station.kind.value}{special}): {station.name}",
        f"  a file every {_duration(reporting.slot)}: {station.province}_{station.facility}_{station.code}_<time>.txt",
        f"  kept in {storage.path}: readings {storage.readings.days} days, records {storage.records.days} days",
    ]
    for name, link in configuration.links.items():
        lines.append(f"  link {name}: {link.type} {link.where}")
        for instrument in configuration.instruments:
            if instrument.link == name:
                symbols = ", ".join(measured.line for measured in instrument.parameters)
                lines.append(
                    f"    {instrument.name} ({instrument.link_address}) every {_duration(instrument.poll)}: {symbols}"
                )
                lines += [f"      {words}" for one in instrument.parameters if (words := _counted(one)) is not None]
                lines += _calibration(instrument)
    lines += [f"  profile {profile}: {', '.join(profile.instruments)}" for profile in configuration.profiles]
    lines += [f"  own table {table}: {', '.join(table.lines)}" for table in configuration.standards]
    if configuration.sampler is not None:
        sampler = configuration.sampler
        lines.append(
            f"  sampler: {sampler.target} of unit {sampler.unit} on link {sampler.link}, on {' and '.join(sampler.on)},"
            f" at most every {_duration(sampler.min_interval)}"
        )
    for computed in configuration.computed:
        lines.append(f"  computed {computed.line} in {computed.unit}: {computed.formula or 'mass flow'}")
    lines += limit_lines(configuration)
    active = {destination.name for destination in configuration.active_destinations}
    for destination in configuration.destinations:
        idle = "" if destination.name in active else " (not used: the station is not specially monitored)"
        lines.append(
            f"  destination {destination.name} ({destination.authority}), every"
            f" {_duration(destination.interval_length)}: {_place(destination, station.code)}{idle}"
        )
    return [
        *lines,
        *equipment_lines(configuration),
        *camera_lines(configuration),
        *port_lines(configuration),
        *alert_lines(configuration),
    ]


def _counted(measured: Quantity) -> str | None:
    """What is summed, and how it is understood."""
    total = measured.running_total
    if total is None:
        emptied = f"{measured.line}: each read empties it, a slot has the sum of its readings; nobody else may read it"
        return None if measured.counter is None else emptied
    unit = measured.unit
    wrap = "no end of it is known" if total.range is None else f"from 0 again after {total.range.normalize():f} {unit}"
    fastest = "" if total.fastest is None else f", at most {total.fastest.normalize():f} {unit} in a minute"
    return f"{measured.line}: a running total ({wrap}{fastest}), a slot has what it grew by"


def _place(destination: Destination, station: str) -> str:
    """Where its files or messages go."""
    if not destination.url.scheme.carries_messages:
        return f"{destination.url}/{destination.folder}"
    options = destination.publication
    topic = options.topic_of(options.topic, base=destination.topic_base, station=station, lane="live")
    return f"{destination.url}, {destination.form} messages on {topic}"


def _to_json(configuration: Configuration) -> dict[str, Any]:
    active = {destination.name for destination in configuration.active_destinations}
    return {
        "valid": True,
        "warnings": [_problem(warning) for warning in _warnings(configuration)],
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
        "limits": limits_configured(configuration, _today(configuration)),
        "equipment": equipment_configured(configuration),
        "cameras": cameras_configured(configuration),
        "ports": ports_configured(configuration),
        "alerts": alerts_configured(configuration),
    }


def _calibration(instrument: Instrument) -> list[str]:
    """What the gateway itself does to its valves; nothing if people calibrate it."""
    settings = instrument.calibration
    if settings is None or not settings.phases:
        return []
    minute = settings.at or 0
    every = "when asked" if settings.every is None else f"every {_duration(settings.every)}"
    at = "" if settings.every is None else f" from {minute // 60:02}:{minute % 60:02}"
    gases = ", ".join(
        f"{name} {phase.target} for {_duration(phase.length)}"
        for name, phase in (("zero", settings.zero), ("span", settings.span))
        if phase is not None
    )
    return [f"      calibrated {every}{at}: {gases}, then {_duration(settings.purge)} of purge; status 01 meanwhile"]


def _duration(length: timedelta) -> str:
    seconds = length.total_seconds()
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
