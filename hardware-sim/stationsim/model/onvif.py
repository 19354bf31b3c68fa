"""What a camera says of itself over ONVIF, and how wrong its clock is."""

from typing import Annotated, Literal

from pydantic import Field

from stationsim.model.base import Model, Port
from stationsim.model.time_server import SignedMs

OnvifFaultKind = Literal["silent", "garbage", "busy", "not_found", "bomb"]


class OnvifModel(Model):
    """`discovery_port`: where it hears who asks for cameras, 3702 for all of them; 0 lets the system pick. A camera
    that takes its time from `ntp` says so, and is as wrong as it is."""

    port: Port = 0
    path: Annotated[str, Field(pattern=r"^/\S+$")] = "/onvif/device_service"
    discovery_port: Port = 0
    clock_offset: SignedMs = 0  # how far its clock is ahead of the machine's
    time_source: Literal["manual", "ntp"] = "manual"
    time_zone: str = "CST-8"
    maker: str = "Simulated"
    hardware: str = "SIM-1080"
    fault: OnvifFaultKind | None = None
