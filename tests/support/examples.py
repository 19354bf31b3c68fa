"""How many examples the properties are tried with."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("GATEWAY_EXAMPLES", "1"))


def examples(usual: int) -> int:
    """`usual`, or as many times more as `GATEWAY_EXAMPLES` says: `./test --long` has the time."""
    return usual * TIMES
