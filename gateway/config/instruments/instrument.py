"""`instruments`: what is polled, over which link, and where each parameter stands in it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.ak import AkDevice
from gateway.config.instruments.ascii import AsciiDevice
from gateway.config.instruments.bayern_hessen import BayernHessenDevice
from gateway.config.instruments.device import PolledDevice
from gateway.config.instruments.identity import Identity
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.instruments.registers import RegisterType
from gateway.config.instruments.status import ModbusSources
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import Pair, Rising
from gateway.config.section import Section, Whole, not_empty


class FromCurrent(Section):
    """An analog input: the converter's counts, the loop current in mA that they stand for, the value in the parameter's
    unit. `value` may fall while the current rises."""

    raw: Rising = Field(description="the counts at both ends, such as [0, 4095]")
    current: Rising = Field(description="the current at both ends in mA, such as [4, 20]")
    value: Pair = Field(description="the value at both ends, such as [0, 200]")


class ModbusMeasured(Quantity, RegisterRead):
    """One parameter of a Modbus device, and the way from the register to the value: `raw × scale + offset`, or
    `from_current`."""

    from_current: FromCurrent | None = None

    @field_validator("type")
    @classmethod
    def _be_a_number(cls, kind: RegisterType) -> RegisterType:
        if kind is RegisterType.STRING:
            raise FormError("string is no number", "strings are for identity; use a numeric type, such as float32")
        return kind

    @field_validator("from_current")
    @classmethod
    def _scale_in_one_way(cls, from_current: FromCurrent | None, siblings: ValidationInfo[Any]) -> FromCurrent | None:
        if from_current is None:
            return None
        if siblings.data.get("scale", 1) != 1 or siblings.data.get("offset", 0) != 0:
            raise FormError("stands beside scale or offset", "keep one of the two ways to scale")
        kind = siblings.data.get("type")
        if kind is not None and not kind.is_integer:
            raise FormError(f"needs counts, and {kind} is no integer type", "use an integer type, such as uint16")
        return from_current


class ModbusDevice(PolledDevice):
    """One unit on a Modbus link."""

    unit: Annotated[Whole, Field(ge=0, le=255)] = 1
    identity: Identity | None = None
    status: ModbusSources = ()
    parameters: Annotated[tuple[ModbusMeasured, ...], AfterValidator(not_empty)] = Field(
        description="a list of what it measures"
    )

    @property
    def who(self) -> str:
        """In short, for people."""
        return f"unit {self.unit}"


PROTOCOLS = ("ascii", "ak", "bayern_hessen")
"""The sections that say what a device on a serial or tcp link speaks; on other links, all speak Modbus."""


def _speaker(content: object) -> str:
    names = type(content).model_fields if isinstance(content, PolledDevice) else content
    spoken = (name for name in PROTOCOLS if isinstance(names, dict) and name in names)
    return f"{next(spoken, 'modbus')} device"


Instrument = Annotated[
    Annotated[ModbusDevice, Tag("modbus device")]
    | Annotated[AsciiDevice, Tag("ascii device")]
    | Annotated[AkDevice, Tag("ak device")]
    | Annotated[BayernHessenDevice, Tag("bayern_hessen device")],
    Discriminator(_speaker),
]
"""The tags stand in pydantic's locations, and are no keys of the file."""
