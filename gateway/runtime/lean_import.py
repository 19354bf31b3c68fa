"""Imports without what a library asks for and nobody here uses: on a small board every megabyte is held for months."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
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


def lean_or_whole(stand_ins: Mapping[str, ModuleType | None], imports: Callable[[], object]) -> None:
    """Imports without these modules. A version of a library that asks more of a stand-in than this has is imported
    whole instead: that costs memory, and all works as ever.

    Raises:
        ImportError: what is to be imported is not there either way.
    """
    known = set(sys.modules)
    try:
        with without(stand_ins):
            imports()
    except (ImportError, AttributeError, TypeError, LookupError):  # anyio says the last of a back end it cannot import
        # Python's own modules do without by design, and a second one of them would be another one than that in use.
        for name in set(sys.modules) - known:
            if name.partition(".")[0] not in sys.stdlib_module_names:
                del sys.modules[name]
        imports()
