"""One thing in a scenario that does not fit."""

from dataclasses import dataclass

from stationsim.model.base import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` leads from the scenario's root to the place."""

    path: Path
    text: str
