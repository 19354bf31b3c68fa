"""Memory that is free goes back to the system.

What one page takes for a moment lies between what stays, and the C library keeps it for the next; what holds itself
waits for Python's collector: five megabytes after a walk through all pages.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable


def memory_returner() -> Callable[[], object]:
    """Collects and gives back what is free now, in some milliseconds where what was loaded at the start is frozen
    (`gc.freeze`). The C library keeps it where it is not GNU's."""
    library = ctypes.CDLL(None)
    try:
        trim = library.malloc_trim
    except AttributeError:
        return gc.collect
    trim.argtypes, trim.restype = (ctypes.c_size_t,), ctypes.c_int

    def give_back() -> None:
        gc.collect()
        trim(0)

    return give_back
