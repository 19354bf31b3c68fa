"""The box beside the instruments: what is plugged in at the start, and what happens to its ports when."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from stationsim.box.board import OUTPUTS, RADIOS, WIRED
from stationsim.box.usb_devices import USB_DEVICES
from stationsim.model.base import Model, Number
from stationsim.model.happening import HappeningModel


class BoxEventKind(StrEnum):
    PLUG = "plug"  # `device` into `usb:PLACE`
    UNPLUG = "unplug"  # what is in `usb:PLACE`
    LINK = "link"  # a cable into `net:NAME`
    UNLINK = "unlink"
    SCREEN = "screen"  # a screen at `display:NAME`
    RADIO_ON = "radio_on"  # `radio:NAME` may send
    RADIO_OFF = "radio_off"
    LISTEN = "listen"  # `program` at `listen:tcp:NUMBER`
    STOP = "stop"  # whoever listens there
    HOT = "hot"  # the processor, at `celsius`
    LOW_VOLTAGE = "low_voltage"
    LOW_MEMORY = "low_memory"
    WORN = "worn"  # the card says that it is


_BEGINS = {
    BoxEventKind.PLUG: "usb:",
    BoxEventKind.UNPLUG: "usb:",
    BoxEventKind.LINK: "net:",
    BoxEventKind.UNLINK: "net:",
    BoxEventKind.SCREEN: "display:",
    BoxEventKind.RADIO_ON: "radio:",
    BoxEventKind.RADIO_OFF: "radio:",
    BoxEventKind.LISTEN: "listen:",
    BoxEventKind.STOP: "listen:",
}
_NAMES = {"net:": WIRED, "display:": OUTPUTS, "radio:": tuple(RADIOS)}
_KEYS = {
    BoxEventKind.LISTEN: {"program", "address", "user_id", "unit"},
    BoxEventKind.PLUG: {"device"},
    BoxEventKind.HOT: {"celsius"},
}
_OF_SOME = {"program", "address", "user_id", "unit", "device", "celsius"}


def _known_device(name: str) -> str:
    if name not in USB_DEVICES:
        raise ValueError(f"{name!r} is not a device; there are {', '.join(USB_DEVICES)}")
    return name


Device = Annotated[str, AfterValidator(_known_device)]
PortText = Annotated[
    str,
    Field(
        pattern=r"^(usb:\d{1,3}-\d{1,3}(\.\d{1,3}){0,5}|(net|display|radio):[A-Za-z0-9-]+|listen:(tcp|udp):\d{1,5})$"
    ),
]
UsbPlace = Annotated[str, Field(pattern=r"^\d{1,3}-\d{1,3}(\.\d{1,3}){0,5}$")]


class BoxEventModel(HappeningModel):
    kind: BoxEventKind
    port: PortText | None = None
    device: Device = "stick"
    program: str = "busybox"
    address: str = "0.0.0.0"  # noqa: S104 — of the simulated box, not ours
    user_id: Annotated[int, Field(ge=0)] = 1000
    unit: str = ""
    celsius: Number = 86.0

    @property
    def place(self) -> str:
        """The port's name without its kind."""
        return (self.port or "").partition(":")[2]

    @model_validator(mode="after")
    def _befalls_a_port_of_its_kind(self) -> Self:
        begin = _BEGINS.get(self.kind)
        if begin is None and self.port is not None:
            raise ValueError(f"{self.kind.value} befalls the box, not a port")
        if begin is not None and not (self.port or "").startswith(begin):
            raise ValueError(f"{self.kind.value} befalls a port; write port: {begin}…")
        names = _NAMES.get(begin or "")
        if names is not None and self.place not in names:
            raise ValueError(f"there is no {self.port}; the box has {', '.join(names)}")
        strange = self.model_fields_set & _OF_SOME - _KEYS.get(self.kind, set())
        if strange:
            raise ValueError(f"{self.kind.value} has no {', '.join(sorted(strange))}")
        return self


class BoxModel(Model):
    """A Pi 4. `holds`: what is in its USB sockets at the start; `events`: by script, in any order."""

    holds: dict[UsbPlace, Device] = {}
    linked: list[Literal["eth0", "eth1"]] = ["eth0"]
    radios: list[Literal["wlan0", "hci0"]] = ["wlan0", "hci0"]
    events: list[BoxEventModel] = []
