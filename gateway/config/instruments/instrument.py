"""The protocols that instruments speak. A new one is a file beside this one, with a model that derives from
`PolledDevice`, and a line in `Instrument`: the keys of the file, the kinds of link and all checks follow from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import Discriminator, Tag

from gateway.config.instruments.ak import AkDevice
from gateway.config.instruments.ascii import AsciiDevice
from gateway.config.instruments.bayern_hessen import BayernHessenDevice
from gateway.config.instruments.device import PolledDevice
from gateway.config.instruments.modbus import ModbusDevice
from gateway.config.instruments.nmea import NmeaDevice
from gateway.config.instruments.sdi12 import Sdi12Device


def _tag(content: object) -> str:
    device = type(content) if isinstance(content, PolledDevice) else device_model(content)
    return device.tag()


Instrument = Annotated[
    Annotated[ModbusDevice, Tag(ModbusDevice.tag())]
    | Annotated[AsciiDevice, Tag(AsciiDevice.tag())]
    | Annotated[AkDevice, Tag(AkDevice.tag())]
    | Annotated[NmeaDevice, Tag(NmeaDevice.tag())]
    | Annotated[Sdi12Device, Tag(Sdi12Device.tag())]
    | Annotated[BayernHessenDevice, Tag(BayernHessenDevice.tag())],
    Discriminator(_tag),
]

DEVICE_MODELS: tuple[type[PolledDevice], ...] = tuple(get_args(one)[0] for one in get_args(get_args(Instrument)[0]))


def device_model(content: object) -> type[PolledDevice]:
    """The model for an instrument's plain values, by the section of its protocol; the first has none of its own."""
    keys: Mapping[str, object] = content if isinstance(content, dict) else {}
    return next((model for model in DEVICE_MODELS if model.protocol in keys), DEVICE_MODELS[0])


def protocol_sections(link_type: str | None = None) -> tuple[str, ...]:
    """The keys under which protocols stand in the file; only those of one type of link, if that is given."""
    models = (model for model in DEVICE_MODELS if link_type is None or link_type in model.link_types)
    return tuple(model.protocol for model in models if model.protocol is not None)
