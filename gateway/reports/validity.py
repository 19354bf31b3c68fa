"""Until when the papers of the equipment hold, as `gateway status` tells it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from gateway.core.validity import Validity


def validities_to_json(validities: Iterable[Validity], today: date | None) -> list[dict[str, Any]]:
    """`today`: `None` where the clock cannot be trusted; then nobody can tell how long it is still."""
    return [
        {
            "name": one.equipment,
            "of": one.of.value,
            "until": one.until.isoformat(),
            "days_left": None if today is None else one.days_left(today),
            "state": None if today is None else one.state(today).value,
        }
        for one in validities
    ]
