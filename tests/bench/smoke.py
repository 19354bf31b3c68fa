"""The benchmarks still run: they build parts of the gateway by hand, and nobody looks at them for weeks.

`./bench --smoke` runs each at the smallest size that does everything once; what they print then is no figure. `latency`
and `delivery` need slots of real time and servers, so of them only what they are made of is loaded, by the tests.
"""

from __future__ import annotations

import importlib
import io
import sys
from contextlib import redirect_stdout

Size = int | float
SMALLEST: dict[str, dict[str, Size | tuple[int, ...]]] = {
    "camera": {"CAMERAS": (1,), "VIEWERS": (1,), "WARM_UP_S": 2.0, "LASTS_S": 1.0, "KILLS": 1, "BAD_S": 2.0},
    "cost": {"WARM_UP_S": 0.2, "LASTS_S": 0.2},
    "database": {"HOURS": 0.1, "KEPT_DAYS": 1, "ROUNDS": 1},
    "journal": {"ENTRIES": 20, "ALONE": 2, "IN_ONE": 10},
    "memory": {"ROUNDS": 1, "WARM_UP_S": 0.2},
    "isolation": {"SECONDS": 1.5, "PERIOD_S": 0.5},
    "orders": {"ORDERS": 20, "ROUNDS": 1},
    "polling": {"DEVICES": 2, "SCANS": 3, "ROUNDS": 1},
    "reports": {"SLOTS": 2, "ROUNDS": 1},
    "series": {"DAYS": 2, "ROUNDS": 1},
    "start": {"ROUNDS": 1},
    "web": {"DAYS": 1, "ROUNDS": 2, "CHANGES": 1},
    "wire": {"ROUNDS": 1, "REQUESTS": 1},
}


def main() -> None:
    """Raises whatever a benchmark raises, and if one of them says nothing or speaks for another."""
    for name, sizes in SMALLEST.items():
        benchmark = importlib.import_module(f"tests.bench.{name}")
        for constant, size in sizes.items():
            if not hasattr(benchmark, constant):
                sys.exit(f"{name} has no {constant}")
            setattr(benchmark, constant, size)
        printed = io.StringIO()
        with redirect_stdout(printed):
            benchmark.main()
        lines = printed.getvalue().splitlines()
        if not lines or not all(line.startswith(f"{name}: ") for line in lines):
            sys.exit(f"{name} printed {lines}")
        print(f"{name} runs")


if __name__ == "__main__":
    main()
