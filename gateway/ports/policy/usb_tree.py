"""USB devices and hosts that are there now, and whether they are let in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.ports.inventory.kernel_files import read_text
from gateway.ports.policy.plan import ClosingPlan
from gateway.ports.policy.sysfs import folders, write_value

_DEVICE = re.compile(r"[0-9]+-[0-9]+(\.[0-9]+)*", re.ASCII)
_HUB_CLASS = "09"


@dataclass(frozen=True, slots=True)
class UsbDevicePlace:
    """`device`: its VENDOR:PRODUCT. `is_let_in`: `None` where the kernel does not say."""

    place: str
    device: str | None
    is_hub: bool
    is_let_in: bool | None
    folder: Path


class UsbTree:
    """Below `root`."""

    def __init__(self, root: Path) -> None:
        self._devices = root / "sys/bus/usb/devices"

    def devices(self) -> list[UsbDevicePlace]:
        """Hubs before what is behind them. Root hubs are no devices in sockets."""
        found = [_seen(folder) for folder in folders(self._devices, "*") if _DEVICE.fullmatch(folder.name)]
        return sorted(found, key=lambda one: (one.place.count("."), one.place))

    def hosts(self) -> dict[str, str | None]:
        """`authorized_default` of each bus: `0` lets in nothing that is plugged in."""
        return {host.name: read_text(host / "authorized_default") for host in folders(self._devices, "usb[0-9]*")}

    def let_in_new(self, host: str, value: str) -> None:
        """Raises GatewayError: the kernel refuses."""
        write_value(self._devices / host / "authorized_default", value)

    def sort(self, plan: ClosingPlan | None) -> None:
        """Let in and shut out what is plugged in now, as planned; `None`: everything is let in.

        Raises:
            GatewayError: the kernel refuses it of one; the others are as planned.
        """
        refused = []
        for one in self.devices():
            wanted = is_wanted(plan, one)
            if one.is_let_in is not None and one.is_let_in is not wanted:
                try:
                    write_value(one.folder / "authorized", "1" if wanted else "0")
                except GatewayError as error:
                    refused.append(error)
        if refused:
            raise refused[0]


def is_wanted(plan: ClosingPlan | None, one: UsbDevicePlace) -> bool:
    return plan is None or plan.lets_in(one.place, one.device, is_hub=one.is_hub)


def _seen(folder: Path) -> UsbDevicePlace:
    vendor, product = read_text(folder / "idVendor"), read_text(folder / "idProduct")
    let_in = read_text(folder / "authorized")
    return UsbDevicePlace(
        folder.name,
        f"{vendor}:{product}".lower() if vendor and product else None,
        read_text(folder / "bDeviceClass") == _HUB_CLASS,
        None if let_in is None else let_in == "1",
        folder,
    )
