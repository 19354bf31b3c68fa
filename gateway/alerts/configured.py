"""The targets of the configuration, each with its way and its words: what the daemon and the command line tell by."""

from __future__ import annotations

from collections.abc import Callable

from gateway.alerts.opening import open_teller
from gateway.alerts.spoken_texts import SpokenTexts
from gateway.alerts.wording import StationWording
from gateway.config import Configuration
from gateway.config.alerts.target import AlertSettings, target_of
from gateway.core.alert import ConfiguredTarget, Teller
from gateway.runtime.clock import SystemClock


def configured_targets(configuration: Configuration) -> tuple[ConfiguredTarget, ...]:
    """In the file's order. Nothing is opened, read or imported for any of them yet."""
    station = configuration.station
    spoken = SpokenTexts(station.language)
    wording = StationWording(
        texts=spoken.by_key,
        said=spoken.said,
        station_code=station.code,
        station_name=station.name,
        timezone=station.timezone,
        units={line.line: line.unit for line in configuration.sent},
    )

    def opening(settings: AlertSettings) -> Callable[[], Teller]:
        return lambda: open_teller(settings, station.timezone, SystemClock())

    return tuple(ConfiguredTarget(target_of(one), wording, opening(one)) for one in configuration.alerts)
