"""udev as Debian builds it, to ask what its rules come to. Never started: the machine's devices are its own."""

from __future__ import annotations

PACKAGES = ("udev",)
