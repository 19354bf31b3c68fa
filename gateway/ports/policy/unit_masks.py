"""Units of systemd that are masked until the machine starts again: who would ask for a name and a password at a closed
serial port or screen."""

from __future__ import annotations

from pathlib import Path

from gateway.ports.policy.state_folder import told

_FOLDER = "run/systemd/system"


class UnitMasks:
    """Below `root`. A mask is a link of the unit's name to /dev/null."""

    def __init__(self, root: Path) -> None:
        self._folder = root / _FOLDER

    def is_masked(self, unit: str) -> bool:
        try:
            return str((self._folder / unit).readlink()) == "/dev/null"
        except OSError:
            return False

    def mask(self, unit: str) -> bool:
        """Tells whether it was not masked yet. Raises GatewayError: it cannot be."""
        if self.is_masked(unit):
            return False
        with told(self._folder / unit):
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = self._folder / f".{unit}.new"
            beside.unlink(missing_ok=True)
            beside.symlink_to("/dev/null")
            beside.replace(self._folder / unit)
        return True

    def unmask(self, unit: str) -> bool:
        """Tells whether it was masked. What else stands there stays. Raises GatewayError: it cannot be taken away."""
        if not self.is_masked(unit):
            return False
        with told(self._folder / unit):
            (self._folder / unit).unlink(missing_ok=True)
        return True
