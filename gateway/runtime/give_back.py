"""Memory that is free goes back to the system.

What one page takes for a moment lies between what stays, and the C library keeps it for the next: four megabytes after
a walk through all pages.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable


def memory_returner() -> Callable[[], object]:
    """Gives back what is free now, in less than a millisecond. Does nothing where the C library is not GNU's."""
    library = ctypes.CDLL(None)
    try:
        trim = library.malloc_trim
    except AttributeError:
        return lambda: None
    trim.argtypes, trim.restype = (ctypes.c_size_t,), ctypes.c_int
    return lambda: trim(0)
