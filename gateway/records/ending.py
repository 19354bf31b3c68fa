"""Records of the slots that end at one instant, with what cannot be read any more, for whoever asks about one slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.core.phrase import Phrase
from gateway.core.record import Record
from gateway.core.slot import Slot
from gateway.db import Database
from gateway.records.record_layout import RecordLayout


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """`record=None`: it is damaged on the card, and `damage` says how. `filed_ms=None`: its files are still to be made,
    or it was set aside because of its damage."""

    id: int
    length_ms: int
    closed_ms: int
    record: Record | None
    damage: str | None
    filed_ms: int | None


def records_ending(database: Database, end_ms: int) -> list[KeptRecord]:
    """Of slots of any length, the shortest first."""
    rows = database.read(
        "SELECT record.id, record.length_ms, record.closed_ms, record.filed_ms, record.damage, record.end_ms,"
        " sound.id, definition, sound.packed, sound.measured FROM record"
        " LEFT JOIN sound_record AS sound ON sound.id = record.id"
        " LEFT JOIN sound_layout AS layout ON layout.id = sound.layout_id"
        " WHERE record.end_ms = ? ORDER BY record.length_ms",
        (end_ms,),
    )
    return [_kept(row) for row in rows]


def _kept(row: Sequence[Any]) -> KeptRecord:
    number, length_ms, closed_ms, filed_ms, damage, end_ms, sound, definition, packed, measured = row
    try:
        if sound is None or definition is None:
            raise ValueError(Phrase("more than one bit of its row, or of its layout, is wrong"))
        record = RecordLayout.from_json(definition).record(Slot(end_ms, length_ms), packed, measured)
    except ValueError as fault:
        return KeptRecord(number, length_ms, closed_ms, None, damage or str(fault), filed_ms)
    return KeptRecord(number, length_ms, closed_ms, record, damage, filed_ms)
