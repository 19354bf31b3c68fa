"""Imports without what a library asks for and nobody here uses: on a small board every megabyte is held for months."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def without(stand_ins: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """While the block lasts, these modules are the stand-in, or (`None`) not there at all; afterwards all is as before,
    and whoever wants one can import it. One that is imported already stays."""
    absent = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(absent)  # type: ignore[arg-type]  # None: Python's own way to say that there is none
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
