"""What people plug into a USB socket, as it introduces itself."""

from dataclasses import dataclass
from enum import StrEnum


class UsbUse(StrEnum):
    """What the kernel makes of a device."""

    SERIAL = "serial"
    KEYBOARD = "keyboard"
    MOUSE = "mouse"
    STORAGE = "storage"
    NETWORK = "network"
    HUB = "hub"
    OTHER = "other"
    """No driver takes it."""


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """`vendor`, `product`: four hexadecimal digits. `driver`: the kernel's; empty: none. `sockets`: a hub's."""

    vendor: str
    product: str
    maker: str
    title: str
    use: UsbUse
    serial: str = ""
    driver: str = ""
    sockets: int = 0

    @property
    def device_class(self) -> str:
        return "09" if self.use is UsbUse.HUB else "00"

    @property
    def interface(self) -> tuple[str, str, str]:
        """Class, subclass, protocol of its one interface."""
        return _INTERFACES[self.use]


_INTERFACES = {
    UsbUse.SERIAL: ("ff", "01", "02"),
    UsbUse.KEYBOARD: ("03", "01", "01"),
    UsbUse.MOUSE: ("03", "01", "02"),
    UsbUse.STORAGE: ("08", "06", "50"),
    UsbUse.NETWORK: ("ff", "ff", "00"),
    UsbUse.HUB: ("09", "00", "00"),
    UsbUse.OTHER: ("ff", "00", "00"),
}

USB_DEVICES = {
    "rs485": UsbDevice("1a86", "7523", "", "USB Serial", UsbUse.SERIAL, driver="ch341"),
    "ftdi": UsbDevice("0403", "6001", "FTDI", "FT232R USB UART", UsbUse.SERIAL, serial="A50285BI", driver="ftdi_sio"),
    "keyboard": UsbDevice("046d", "c31c", "Logitech", "USB Keyboard", UsbUse.KEYBOARD, driver="usbhid"),
    "mouse": UsbDevice("046d", "c077", "Logitech", "USB Optical Mouse", UsbUse.MOUSE, driver="usbhid"),
    "stick": UsbDevice(
        "0781", "5567", "SanDisk", "Cruzer Blade", UsbUse.STORAGE, serial="4C530001230815114133", driver="usb-storage"
    ),
    "lan": UsbDevice("0bda", "8153", "Realtek", "USB 10/100/1000 LAN", UsbUse.NETWORK, "001000001", driver="r8152"),
    "hub": UsbDevice("05e3", "0608", "GenesysLogic", "USB2.0 Hub", UsbUse.HUB, driver="hub", sockets=4),
    "odd": UsbDevice("dead", "beef", "?\x1b[31m\u202e", "a device that\nlies", UsbUse.OTHER),
}
"""By the names that a scenario calls them."""
