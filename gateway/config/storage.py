"""`storage`: where the station keeps what it measured, and for how long."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import field_validator

from gateway.config.file.form_error import FormError
from gateway.config.section import AbsolutePath, Section
from gateway.config.units import Duration, show_duration

SHORTEST_READINGS = timedelta(days=60)
SHORTEST_RECORDS = timedelta(days=1096)
_LONGEST = timedelta(days=36_500)


class Storage(Section):
    """The database's folder, and the ages at which delivered readings and records may go."""

    path: AbsolutePath = Path("/var/lib/station-gateway")
    readings: Duration = timedelta(days=90)
    records: Duration = timedelta(days=1100)

    @field_validator("readings")
    @classmethod
    def _keep_readings_60_days(cls, kept: timedelta) -> timedelta:
        return _at_least(kept, SHORTEST_READINGS, "TT10/2021 asks for raw readings of at least 60 days")

    @field_validator("records")
    @classmethod
    def _keep_records_3_years(cls, kept: timedelta) -> timedelta:
        return _at_least(kept, SHORTEST_RECORDS, "TT10/2021 asks for the records of the last 3 years")


def _at_least(kept: timedelta, shortest: timedelta, rule: str) -> timedelta:
    if kept < shortest:
        raise FormError(f"{show_duration(kept)} is too short", f"write {show_duration(shortest)} or more: {rule}")
    if kept > _LONGEST:
        raise FormError(f"{show_duration(kept)} is out of bounds", f"write {show_duration(_LONGEST)} or less")
    return kept
