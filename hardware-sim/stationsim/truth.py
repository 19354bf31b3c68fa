"""What the instruments showed, written down as it was sent: one JSON line for each answer that carried values.

Values are exact decimal texts of what was sent means, after encoding. Each line is flushed before the answer leaves.
An answer that a fault of the frame befell says so; one that nobody can read has no values.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from stationsim.faults import Fault


@dataclass(frozen=True, slots=True)
class Shown:
    """`status` is what the unit said of itself at that moment, None when it says nothing.

    `sample` is the number of the sample that this request started. `fault` is the kind that befell the frame.
    """

    at_ms: int
    instrument: str
    unit: int | None
    values: dict[str, str] = field(default_factory=dict)
    status: int | str | None = None
    sample: int | None = None
    fault: str | None = None


def with_faults(shown: Shown, faults: Iterable[Fault]) -> Shown | None:
    """What remains to be told of an answer under these faults; None when there is nothing."""
    kinds = [fault.kind for fault in faults if fault.kind.befalls_the_frame]
    unreadable = [kind for kind in kinds if kind.makes_unreadable]
    if unreadable:
        return replace(shown, values={}, fault=unreadable[-1].value)
    if kinds:
        return replace(shown, fault=kinds[-1].value)
    return shown if shown.values or shown.sample is not None else None


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
        line |= {key: getattr(shown, key) for key in ("sample", "fault") if getattr(shown, key) is not None}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()
