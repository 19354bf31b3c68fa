"""Network interfaces and radios that are closed: switched off in sysfs, and blocked as `rfkill` does it."""

from __future__ import annotations

from pathlib import Path

from gateway.ports.inventory.kernel_files import read_text
from gateway.ports.policy.sysfs import folders, write_value

_IS_UP = 0x1


class InterfaceSwitches:
    """Below `root`."""

    def __init__(self, root: Path) -> None:
        self._net = root / "sys/class/net"
        self._bluetooth = root / "sys/class/bluetooth"

    def is_up(self, name: str) -> bool | None:
        """Whether it is switched on, with a link or without; `None`: there is no such interface."""
        flags = read_text(self._net / name / "flags")
        try:
            return None if flags is None else bool(int(flags, 16) & _IS_UP)
        except ValueError:
            return None

    def switch(self, name: str, *, on: bool) -> None:
        """Raises GatewayError: the kernel refuses."""
        flags = read_text(self._net / name / "flags")
        if flags is not None and self.is_up(name) is not on:
            write_value(self._net / name / "flags", hex(int(flags, 16) & ~_IS_UP | on))

    def is_blocked(self, radio: str) -> bool | None:
        """Whether it was told to be silent; `None`: there is no such radio, or none that can be told."""
        values = [read_text(switch / "soft") for switch in self._switches(radio)]
        known = [value == "1" for value in values if value is not None]
        return all(known) if known else None

    def block(self, radio: str, *, blocked: bool) -> None:
        """Raises GatewayError: the kernel refuses."""
        for switch in self._switches(radio):
            if read_text(switch / "soft") not in (None, str(int(blocked))):
                write_value(switch / "soft", str(int(blocked)))

    def _switches(self, radio: str) -> list[Path]:
        """A wireless interface's switch is its chip's; Bluetooth's is the adapter's own."""
        of_chip = folders(self._net / radio / "phy80211", "rfkill[0-9]*")
        return of_chip or folders(self._bluetooth / radio, "rfkill[0-9]*")
