"""A process whose wall clock a test sets while it runs; the machine's own counting stays true, and so do files' times.

Debian's libfaketime reads how far the clock is off from a file, at every look.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.debian import unpacked

PACKAGES = ("libfaketime",)


class WrongClock:
    """Belongs to one process: `environment` is what it is to be started with."""

    def __init__(self, file: Path, off_s: int = 0) -> None:
        self._file = file
        self.set_off(off_s)
        (library,) = unpacked(*PACKAGES).glob("usr/lib/*/faketime/libfaketimeMT.so.1")
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set_off(self, off_s: int) -> None:
        """From now on it shows the true time and so many seconds more."""
        other = self._file.with_suffix(".new")
        other.write_text(f"{off_s:+d}\n", "ascii")
        other.rename(self._file)  # in one step: it may be read at any moment
