"""A limit together with its unit: what an exceedance is about, as events keep it and people are told of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from gateway.core.dated_limit import YEAR_MS
from gateway.core.instants import HOUR_MS
from gateway.core.limits import Limit


@dataclass(frozen=True, slots=True)
class PermitLimit:
    """What the permit allows of a parameter."""

    limit: Limit
    unit: str

    def __str__(self) -> str:
        """In English, as logs and the command line have it: `at most 350 ug/Nm3 over 1 h`. Reports and pages word it in
        their own language (`gateway.texts`)."""
        limit = self.limit
        bounds = [f"at least {limit.lowest:g}"] if limit.lowest is not None else []
        bounds += [f"at most {limit.highest:g}"] if limit.highest is not None else []
        shown = " and ".join(bounds) + ("" if self.unit == "-" else f" {self.unit}")
        if limit.averaging_ms is None:
            return shown
        return f"{shown} over {'a year' if limit.averaging_ms == YEAR_MS else f'{limit.averaging_ms / HOUR_MS:g} h'}"

    def to_json(self) -> str:
        """The same limit always gives the same text: events are told apart by it."""
        limit = self.limit
        content = {
            "lowest": limit.lowest,
            "highest": limit.highest,
            "averaging_ms": limit.averaging_ms,
            "unit": self.unit,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> PermitLimit:
        content = json.loads(text)
        return cls(Limit(content["lowest"], content["highest"], content["averaging_ms"]), content["unit"])


Detail = PermitLimit | str
"""What an episode is about, besides its subject: a limit; the words that an older gateway wrote of one; `""`: nothing.
"""


def detail_to_text(detail: Detail) -> str:
    return detail.to_json() if isinstance(detail, PermitLimit) else detail


def detail_from_text(text: str) -> Detail:
    """What `detail_to_text` wrote, or the words of a gateway that wrote nothing else."""
    return PermitLimit.from_json(text) if text.startswith("{") else text
