"""Which lines a packed record has ⇄ the JSON in which it is kept beside the layouts of readings."""

from __future__ import annotations

import json
from dataclasses import dataclass

from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter
from gateway.core.record import Aggregation, Record
from gateway.core.slot import Slot
from gateway.readings.columns import column_to_json, columns_from_json
from gateway.records.packing import unpack


@dataclass(frozen=True, slots=True)
class RecordLayout:
    """Which lines a record has, in order, how their values became one, and which were measured in another unit."""

    parameters: tuple[Parameter, ...]
    aggregations: tuple[Aggregation | None, ...] = ()
    measured: tuple[Parameter, ...] = ()

    @classmethod
    def of(cls, record: Record) -> RecordLayout:
        return cls(
            tuple(line.parameter for line in record.lines),
            tuple(line.aggregation for line in record.lines),
            tuple(line.parameter for line in record.measured),
        )

    def to_json(self) -> str:
        aggregations = self.aggregations or (None,) * len(self.parameters)
        content = {
            "parameters": [column_to_json(*column) for column in zip(self.parameters, aggregations, strict=True)]
        }
        if self.measured:
            content["measured"] = [column_to_json(parameter, None) for parameter in self.measured]
        return json.dumps(content, ensure_ascii=False)

    @classmethod
    def from_json(cls, definition: str) -> RecordLayout:
        """Raises ValueError: it is damaged."""
        content = json.loads(definition)
        try:
            return cls(*columns_from_json(content["parameters"]), columns_from_json(content.get("measured", ()))[0])
        except (LookupError, TypeError, AttributeError) as damage:
            raise ValueError(Phrase("a damaged layout: {definition}", definition=definition[:80])) from damage

    def record(self, slot: Slot, packed: bytes, measured: bytes | None) -> Record:
        """Raises ValueError: the bytes are not of a record of this layout."""
        return Record(slot, unpack(packed, self.parameters, self.aggregations), unpack(measured or b"", self.measured))


def parameters_of(definition: str) -> tuple[Parameter, ...]:
    """The columns of a record's layout."""
    return RecordLayout.from_json(definition).parameters
