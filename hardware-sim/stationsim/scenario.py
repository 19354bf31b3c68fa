"""What a scenario says, as frozen models: station, instruments, authorities, faults. Unknown keys are errors.

Only shapes and single values are judged here; what must fit together across the scenario is `consistency.py`'s.
"""

from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from stationsim.addresses import AddressField, Space
from stationsim.durations import DurationMs
from stationsim.encoding import ByteOrder, ValueType
from stationsim.faults import FaultKind

Number = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]  # no "_": it separates the parts of a file's name
Port = Annotated[int, Field(ge=0, le=65535)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class DailyModel(_Model):
    amplitude: Number
    phase: DurationMs = 0  # local time of day at which the value rises through its base


class CorrelatedModel(_Model):
    symbol: str = Field(alias="with")
    factor: Number


class SignalModel(_Model):
    base: Number
    daily: DailyModel | None = None
    noise: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    correlated: CorrelatedModel | None = None
    min: Number | None = None
    max: Number | None = None
    step: Annotated[DurationMs, Field(gt=0)] = 1_000

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class ParameterModel(_Model):
    unit: str
    register_: AddressField = Field(alias="register")
    type: ValueType
    byte_order: ByteOrder = ByteOrder.ABCD
    scale: Annotated[Decimal, Field(allow_inf_nan=False)] = Decimal(1)
    offset: Annotated[Decimal, Field(allow_inf_nan=False)] = Decimal(0)
    signal: SignalModel

    @model_validator(mode="after")
    def _fits_its_register(self) -> Self:
        if self.register_.space.holds_bits and self.type is not ValueType.BOOL:
            raise ValueError(f"a {self.register_.space.value} holds a bool, not {self.type.value}")
        if self.register_.bit is not None and not self.type.is_truth:
            raise ValueError(f"one bit holds a bit, not {self.type.value}")
        if self.type is ValueType.BIT and self.register_.bit is None:
            raise ValueError("a bit needs its place in the register, such as holding:10.3")
        if self.type.is_truth and (self.scale != 1 or self.offset != 0):
            raise ValueError(f"a {self.type.value} has no scale or offset")
        if self.scale == 0:
            raise ValueError("scale 0 would make every value the same")
        return self


class StatusModel(_Model):
    register_: AddressField = Field(alias="register")
    type: Literal[
        ValueType.INT16, ValueType.UINT16, ValueType.INT32, ValueType.UINT32, ValueType.BCD16, ValueType.BCD32
    ] = ValueType.UINT16
    byte_order: ByteOrder = ByteOrder.ABCD
    measuring: int = 0  # the code while nothing is wrong

    @model_validator(mode="after")
    def _in_a_register(self) -> Self:
        if self.register_.space in (Space.COIL, Space.DISCRETE) or self.register_.bit is not None:
            raise ValueError("a status stands in a whole holding or input register")
        return self


class UnitModel(_Model):
    status: StatusModel | None = None
    parameters: dict[str, ParameterModel] = {}
    size: Annotated[int, Field(ge=1, le=65_536)] = 10_000  # addresses of each space that can be read
    strict: bool = False  # a read that touches an unmapped register is answered with exception 2


Units = dict[Annotated[int, Field(ge=1, le=247)], UnitModel]


class TcpInstrumentModel(_Model):
    name: Name
    type: Literal["modbus-tcp"]
    listen: Annotated[str, Field(pattern=r"^[^:]+:\d{1,5}$")] = "127.0.0.1:0"
    units: Units

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host, int(port)


class RtuInstrumentModel(_Model):
    name: Name
    type: Literal["modbus-rtu"]
    baudrate: Annotated[int, Field(ge=300, le=1_000_000)] = 9_600
    parity: Literal["N", "E", "O"] = "N"
    stopbits: Literal[1, 2] = 1
    units: Units

    @property
    def bits_per_character(self) -> int:
        return 1 + 8 + (self.parity != "N") + self.stopbits


InstrumentModel = Annotated[TcpInstrumentModel | RtuInstrumentModel, Field(discriminator="type")]
Protocol = Literal["sftp", "ftp", "ftps", "ftps-implicit"]


class AuthorityModel(_Model):
    name: Name
    protocols: Annotated[list[Protocol], Field(min_length=1)]
    user: str = Field(min_length=1)
    password: str = Field(min_length=1)
    ports: dict[Protocol, Port] = {}  # by default the system picks
    layout: str = "%Y/%m/%d"  # strftime of the slot's end, local time; below the station's code
    expects: Code | None = None  # the station's code; by default that of the scenario's station
    interval: Annotated[DurationMs, Field(gt=0)] | None = None  # by default the scenario's slot
    lines: Annotated[int, Field(ge=1)] | None = None  # by default as many as the station has parameters
    late_after: Annotated[DurationMs, Field(gt=0)] | None = None  # by default the interval, at least 5 s


class FaultModel(_Model):
    at: DurationMs
    for_: Annotated[DurationMs, Field(gt=0)] = Field(alias="for")
    instrument: str
    unit: int | None = None
    kind: FaultKind
    code: Annotated[int, Field(ge=0, le=65_535)] | None = None

    @model_validator(mode="after")
    def _exception_code(self) -> Self:
        if self.kind is FaultKind.EXCEPTION and self.code is not None and not 1 <= self.code <= 255:
            raise ValueError(f"{self.code} is not an exception code, 1 to 255")
        return self


def _zone(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{value!r} is not a time zone; one such as Asia/Ho_Chi_Minh") from None


class StationModel(_Model):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    province: Code
    facility: Code
    code: Code
    kind: Literal["wastewater", "surface_water", "groundwater", "emission", "ambient_air"]
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("Asia/Ho_Chi_Minh")


class Scenario(_Model):
    name: str
    seed: int
    slot: Annotated[DurationMs, Field(gt=0)]
    station: StationModel
    instruments: list[InstrumentModel] = []
    authorities: list[AuthorityModel] = []
    faults: list[FaultModel] = []

    def parameters(self) -> dict[str, ParameterModel]:
        """All parameters of the station by symbol."""
        return {
            symbol: parameter
            for instrument in self.instruments
            for unit in instrument.units.values()
            for symbol, parameter in unit.parameters.items()
        }
