"""How many examples the properties are tried with."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("GATEWAY_EXAMPLES", "1"))
EVERYDAY = 4
"""`./test` tries one of so many: it runs before every commit, with other examples each time."""
ENOUGH = 10


def examples(usual: int) -> int:
    """`usual`, as many times as `GATEWAY_EXAMPLES` says: `./test --long` has the time. Otherwise a part of them, but
    ten at least where there were ten."""
    return usual * TIMES if "GATEWAY_EXAMPLES" in os.environ else max(min(usual, ENOUGH), usual // EVERYDAY)
