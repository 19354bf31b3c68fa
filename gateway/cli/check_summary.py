"""What `gateway check` shows of what will run, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.alert_notes import alert_lines
from gateway.cli.cameras.checked import camera_lines
from gateway.cli.equipment_notes import equipment_lines
from gateway.cli.limit_notes import limit_lines
from gateway.cli.order_notes import order_lines
from gateway.cli.ports.checked import port_lines
from gateway.core.number_of import number_of
from gateway.core.phrase import Phrase, in_a_row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from gateway.config import Configuration, Destination, Instrument
    from gateway.config.parameters.quantity import Quantity


def summary(configuration: Configuration, unreachable: Sequence[str]) -> list[Phrase]:
    """`unreachable`: the destinations that lack what they need."""
    station = configuration.station
    special = Phrase(", specially monitored") if station.special_monitoring else ""
    lines = [
        _verdict(configuration, unreachable),
        Phrase(
            "  station {code} ({value}{special}): {name}",
            code=station.code,
            value=station.kind.value,
            special=special,
            name=station.name,
        ),
        *_file(configuration),
        _kept(configuration),
    ]
    for name, link in configuration.links.items():
        lines.append(Phrase("  link {name}: {type2} {where}", name=name, type2=link.type, where=link.where))
        for instrument in configuration.instruments:
            if instrument.link == name:
                symbols = ", ".join(measured.line for measured in instrument.parameters)
                lines.append(
                    Phrase(
                        "    {name} ({link_address}) every {poll}: {symbols}",
                        name=instrument.name,
                        link_address=instrument.link_address,
                        poll=_duration(instrument.poll),
                        symbols=symbols,
                    )
                )
                lines += [
                    Phrase("      {words}", words=words)
                    for one in instrument.parameters
                    if (words := _counted(one)) is not None
                ]
                lines += _calibration(instrument)
    lines += [
        Phrase("  profile {profile}: {instruments}", profile=profile, instruments=", ".join(profile.instruments))
        for profile in configuration.profiles
    ]
    lines += [
        Phrase("  own table {table}: {lines}", table=table, lines=", ".join(table.lines))
        for table in configuration.standards
    ]
    if configuration.sampler is not None:
        from gateway.config.suggest import listed

        sampler = configuration.sampler
        lines.append(
            Phrase(
                "  sampler: {target} of unit {unit} on link {link}, on {on}, at most every {min_interval}",
                target=sampler.target,
                unit=sampler.unit,
                link=sampler.link,
                on=listed(tuple(sampler.on), "and"),
                min_interval=_duration(sampler.min_interval),
            )
        )
    for computed in configuration.computed:
        lines.append(
            Phrase(
                "  computed {line} in {unit}: {formula}",
                line=computed.line,
                unit=computed.unit,
                formula=computed.formula or Phrase("mass flow"),
            )
        )
    lines += limit_lines(configuration)
    lines += order_lines(configuration)
    active = {destination.name for destination in configuration.active_destinations}
    for destination in configuration.destinations:
        if destination.takes_orders:
            continue
        idle = "" if destination.name in active else Phrase(" (not used: the station is not specially monitored)")
        lines.append(
            Phrase(
                "  destination {name} ({authority}), every {interval_length}: {destination}{idle}",
                name=destination.name,
                authority=destination.authority,
                interval_length=_duration(destination.interval_length),
                destination=_place(destination, station.code),
                idle=idle,
            )
        )
    return [
        *lines,
        *equipment_lines(configuration),
        *camera_lines(configuration),
        *port_lines(configuration),
        *alert_lines(configuration),
    ]


def _kept(configuration: Configuration) -> Phrase:
    """Where nothing is measured there are neither readings nor records."""
    storage = configuration.storage
    if configuration.sampler is None:
        return Phrase("  kept in {path}", path=storage.path)
    return Phrase(
        "  kept in {path}: readings {days} days, records {days2} days",
        path=storage.path,
        days=storage.readings.days,
        days2=storage.records.days,
    )


def _file(configuration: Configuration) -> list[Phrase]:
    """What one is called; of a station that measures nothing there is none."""
    station = configuration.station
    if not configuration.instruments:
        return []
    return [
        Phrase(
            "  a file every {slot}: {province}_{facility}_{code}_<time>.txt",
            slot=_duration(configuration.reporting.slot),
            province=station.province,
            facility=station.facility,
            code=station.code,
        )
    ]


def _counted(measured: Quantity) -> Phrase | None:
    """What is summed, and how it is understood."""
    total = measured.running_total
    if total is None:
        emptied = Phrase(
            "{line}: each read empties it, a slot has the sum of its readings; nobody else may read it",
            line=measured.line,
        )
        return None if measured.counter is None else emptied
    unit = measured.unit
    wrap = (
        Phrase("no end of it is known")
        if total.range is None
        else Phrase("from 0 again after {range:f} {unit}", range=total.range.normalize(), unit=unit)
    )
    fastest = (
        ""
        if total.fastest is None
        else Phrase(", at most {fastest:f} {unit} in a minute", fastest=total.fastest.normalize(), unit=unit)
    )
    return Phrase(
        "{line}: a running total ({wrap}{fastest}), a slot has what it grew by",
        line=measured.line,
        wrap=wrap,
        fastest=fastest,
    )


def _place(destination: Destination, station: str) -> Phrase:
    """Where its files or messages go."""
    if not destination.url.scheme.carries_messages:
        return Phrase("{url}/{folder}", url=destination.url, folder=destination.folder)
    options = destination.publication
    topic = options.topic_of(options.topic, base=destination.topic_base, station=station, lane="live")
    return Phrase("{url}, {form} messages on {topic}", url=destination.url, form=destination.form, topic=topic)


def _verdict(configuration: Configuration, unreachable: Sequence[str]) -> Phrase:
    if not unreachable:
        return Phrase("{file} is sound. This will run:", file=configuration.file)
    return Phrase(
        "{file} is sound. This will run, but {destinations} cannot be reached ({names}):",
        file=configuration.file,
        destinations=number_of(len(unreachable), "destination"),
        names=", ".join(unreachable),
    )


def _calibration(instrument: Instrument) -> list[Phrase]:
    """What the gateway itself does to its valves; nothing if people calibrate it."""
    settings = instrument.calibration
    if settings is None or not settings.phases:
        return []
    minute = settings.at or 0
    every = Phrase("when asked") if settings.every is None else Phrase("every {every}", every=_duration(settings.every))
    at = (
        ""
        if settings.every is None
        else Phrase(" from {minute:02}:{minute2:02}", minute=minute // 60, minute2=minute % 60)
    )
    phases = [
        Phrase("{name} {target} for {length}", name=name, target=phase.target, length=_duration(phase.length))
        for name, phase in (("zero", settings.zero), ("span", settings.span))
        if phase is not None
    ]
    return [
        Phrase(
            "      calibrated {every}{at}: {gases}, then {purge} of purge; status 01 meanwhile",
            every=every,
            at=at,
            gases=in_a_row(phases, ", "),
            purge=_duration(settings.purge),
        )
    ]


def _duration(length: timedelta) -> Phrase:
    seconds = length.total_seconds()
    for size, unit in ((3600, Phrase("h")), (60, Phrase("min"))):
        if seconds >= size and seconds % size == 0:
            return Phrase("{count:g} {unit}", count=seconds / size, unit=unit)
    return Phrase("{seconds:g} s", seconds=seconds)
