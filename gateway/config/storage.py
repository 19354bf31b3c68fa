"""`storage`: where the station keeps what it measured, and for how long."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import field_validator

from gateway.config.file.form_error import FormError
from gateway.config.section import AbsolutePath, Section
from gateway.config.units import Duration, show_duration
from gateway.core.phrase import Phrase

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
        return _at_least(kept, SHORTEST_READINGS, Phrase("TT10/2021 asks for raw readings of at least 60 days"))

    @field_validator("records")
    @classmethod
    def _keep_records_3_years(cls, kept: timedelta) -> timedelta:
        return _at_least(kept, SHORTEST_RECORDS, Phrase("TT10/2021 asks for the records of the last 3 years"))


def storage_in(content: object) -> Path:
    """Where a gateway of this file's content keeps its data, as far as a faulty one tells; else where it is by
    default."""
    section = content.get("storage") if isinstance(content, dict) else None
    written = section.get("path") if isinstance(section, dict) else None
    return Path(written) if isinstance(written, str) and written.startswith("/") else Storage().path


def _at_least(kept: timedelta, shortest: timedelta, rule: str) -> timedelta:
    if kept < shortest:
        raise FormError(
            Phrase("{kept} is too short", kept=show_duration(kept)),
            Phrase("write {shortest} or more: {rule}", shortest=show_duration(shortest), rule=rule),
        )
    if kept > _LONGEST:
        raise FormError(
            Phrase("{kept} is out of bounds", kept=show_duration(kept)),
            Phrase("write {longest} or less", longest=show_duration(_LONGEST)),
        )
    return kept
