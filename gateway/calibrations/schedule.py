"""When an instrument is due, as the configuration says it. Knows of no line and no device: whoever only looks at the
station need not load them."""

from __future__ import annotations

from gateway.config import Configuration
from gateway.config.instruments.calibration import CalibrationSettings
from gateway.core.calibration_schedule import CalibrationSchedule
from gateway.core.instants import milliseconds


def schedule_of(settings: CalibrationSettings, configuration: Configuration) -> CalibrationSchedule | None:
    if settings.every is None:
        return None
    return CalibrationSchedule(milliseconds(settings.every), settings.at or 0, configuration.station.zone)
