"""The newest 24 hours of each line of the file, slot by slot: for what shows them small."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.config import Configuration
from gateway.core.instants import DAY_MS, milliseconds
from gateway.core.reading import Parameter
from gateway.core.record import measured_value
from gateway.db import Database
from gateway.records.store import RecordStore


def last_day(configuration: Configuration, database: Database, end_ms: int) -> Mapping[Parameter, list[float | None]]:
    """The values of status 00 of the slots that end in the 24 hours until `end_ms`, oldest first; `None`: there was no
    such value, or no slot."""
    slot_ms = milliseconds(configuration.reporting.slot)
    count = DAY_MS // slot_ms
    after_ms = end_ms - count * slot_ms
    records = RecordStore(database)
    found = {}
    for sent in configuration.sent:
        values: list[float | None] = [None] * count
        for slot_end_ms, average in records.series(sent.parameter, slot_ms, after_ms, end_ms):
            values[(slot_end_ms - after_ms) // slot_ms - 1] = measured_value(average)
        found[sent.parameter] = values
    return found
