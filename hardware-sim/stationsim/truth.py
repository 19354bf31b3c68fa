"""What the instruments showed, written down as it was sent: one JSON line for each answered read that carried values.

Values are exact decimal texts of what the registers mean, after encoding. Each line is flushed before the answer
leaves.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Shown:
    """`status` is the code in the unit's status register at that moment, None when it has no such register."""

    at_ms: int
    instrument: str
    unit: int
    values: dict[str, str]
    status: int | None


class Truth(Protocol):
    def write(self, shown: Shown) -> None: ...


class TruthFile:
    """Appends, so that a station that is started again in the same folder goes on with its truth."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, shown: Shown) -> None:
        line = {
            "t_ms": shown.at_ms,
            "instrument": shown.instrument,
            "unit": shown.unit,
            "values": shown.values,
            "status": shown.status,
        }
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()
