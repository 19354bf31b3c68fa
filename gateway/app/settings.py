"""What the configuration means for each stage: pure functions from its sections to the stages' own settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.audit.daily_digest import DigestRules
from gateway.audit.long_outages import AwaitedDestination
from gateway.config import Configuration, Destination, SamplerSettings
from gateway.core.instants import SECOND_MS, day_begins_ms, milliseconds
from gateway.core.record import Expectation
from gateway.core.retention import Retention
from gateway.files.formats import TT10, Form, Rendering
from gateway.outbox.backfill import BackfillTarget
from gateway.outbox.lanes import Route
from gateway.outbox.planner import Subscription
from gateway.readings.recorder import COMMIT_INTERVAL_S
from gateway.records.closer import ClosingRules


def summary(configuration: Configuration) -> str:
    """What runs, as `key=value …`: for the log, and for systemd."""
    parameters = sum(len(instrument.parameters) for instrument in configuration.instruments)
    return (
        f"station={configuration.station.code} links={len(configuration.links)}"
        f" instruments={len(configuration.instruments)} parameters={parameters}"
        f" destinations={len(watched_destinations(configuration))}"
    )


def poll_periods_ms(configuration: Configuration) -> Mapping[str, int]:
    """By instrument."""
    return {instrument.name: milliseconds(instrument.poll) for instrument in configuration.instruments}


def expectations(configuration: Configuration) -> list[Expectation]:
    """What every slot is to hold."""
    aggregations = configuration.aggregations
    return [
        Expectation(measured.measured, milliseconds(instrument.poll), aggregations.get(measured.measured))
        for instrument in configuration.instruments
        for measured in instrument.parameters
    ]


def closing_rules(configuration: Configuration) -> ClosingRules:
    """With a summary for each interval of a destination that is longer than a slot."""
    slot_ms = milliseconds(configuration.reporting.slot)
    intervals_ms = {milliseconds(destination.interval_length) for destination in configuration.active_destinations}
    return ClosingRules(
        slot_ms,
        milliseconds(configuration.reporting.grace),
        configuration.reporting.min_coverage,
        tuple(sorted(interval for interval in intervals_ms if interval > slot_ms)),
    )


def retention(configuration: Configuration) -> Retention:
    return Retention(milliseconds(configuration.storage.readings), milliseconds(configuration.storage.records))


def most_unstamped(configuration: Configuration) -> int:
    """As many blocks of readings without a time as are kept of those with one."""
    commits = milliseconds(configuration.storage.readings) / SECOND_MS / COMMIT_INTERVAL_S
    return round(commits) * max(1, len(configuration.instruments))


def renderings(configuration: Configuration) -> list[Rendering]:
    """One for each form that a destination wants; without any destination, the regulation's file."""
    forms = dict.fromkeys(map(_form, configuration.active_destinations)) or {TT10: None}
    return [_rendering(configuration, form) for form in forms]


def subscriptions(configuration: Configuration) -> list[Subscription]:
    """What each destination in use is to get."""
    return [
        Subscription(destination.name, milliseconds(destination.interval_length), _form(destination))
        for destination in configuration.active_destinations
    ]


def awaited(configuration: Configuration) -> list[AwaitedDestination]:
    """By what each destination in use is known to be cut off."""
    return [
        AwaitedDestination(one.name, milliseconds(one.interval_length)) for one in configuration.active_destinations
    ]


def watched_destinations(configuration: Configuration) -> list[str]:
    """All in use, that of transport orders among them."""
    road = configuration.order_destination
    return [one.name for one in (*configuration.active_destinations, *(() if road is None else (road,)))]


def route(configuration: Configuration, destination: Destination) -> Route:
    """Where its files go, and how fast."""
    return Route(
        destination.name,
        destination.folder,
        configuration.station.timezone,
        milliseconds(destination.interval_length),
        destination.backlog.rate,
    )


def backfill_targets(configuration: Configuration) -> list[BackfillTarget]:
    """The destinations that are to have what lies before them, each from its day on."""
    return [
        BackfillTarget(
            destination.name,
            milliseconds(destination.interval_length),
            _rendering(configuration, _form(destination)),
            day_begins_ms(destination.since, configuration.station.zone),
        )
        for destination in configuration.active_destinations
        if destination.since is not None
    ]


def changed_ms(configured_in: Path, destination: Destination) -> int:
    """When a person last touched what decides whether the destination lets us in. What is missing, or lies in a folder
    that is closed to us, was not: reading it says so in its time."""
    client = destination.client
    ours = (client.certificate, client.key) if client is not None else ()
    known = (destination.password, destination.key, *ours)
    secrets: list[Path | None] = [secret.place for secret in known if secret is not None]
    touched = [file for file in (configured_in, destination.ca, *secrets) if file is not None]
    return max(map(_touched_ms, touched))


def _touched_ms(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns // 1_000_000
    except OSError:
        return 0


def digest_rules(configuration: Configuration) -> DigestRules:
    """Whose days are digested, and who gets the digests."""
    station = configuration.station
    counted = [(one.destination, one.interval_ms) for one in awaited(configuration)]
    recipients = digest_recipients(configuration)
    return DigestRules(station.province, station.facility, station.code, station.zone, counted, recipients)


def digest_recipients(configuration: Configuration) -> list[str]:
    """Destinations that get the journal's digests, if any does: those that take files. Whoever takes messages would
    take a digest for one."""
    return [
        one.name
        for one in configuration.active_destinations
        if configuration.journal.send and not one.url.scheme.carries_messages
    ]


def sampling_pause_ms(sampler: SamplerSettings) -> int:
    """The least time between two samples."""
    return milliseconds(sampler.min_interval)


def _form(destination: Destination) -> Form:
    return Form(destination.form.value, destination.template or "", destination.renamed)


def _rendering(configuration: Configuration, form: Form) -> Rendering:
    station = configuration.station
    return Rendering(
        form.format,
        station.province,
        station.facility,
        station.code,
        station.timezone,
        configuration.reporting.missing_value.value,
        tuple((sent.line, sent.shown_decimals) for sent in configuration.sent),
        form.template,
        form.symbols,
    )
