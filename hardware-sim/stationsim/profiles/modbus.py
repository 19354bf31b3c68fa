"""Modbus instruments: units and what stands in their registers, on a port or on a bus."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from stationsim.addresses import AddressField
from stationsim.condition import Condition
from stationsim.display import Display
from stationsim.durations import DurationMs
from stationsim.encoding import ByteOrder, Encoding, ValueType
from stationsim.faults import FaultKind
from stationsim.lines.responder import Responder
from stationsim.modbus.cells import Cell, CurrentLoop, Door, Emptied, Parameter, StatusRegister, Text
from stationsim.modbus.instrument import Instrument
from stationsim.modbus.responders import SerialResponder, TcpResponder
from stationsim.modbus.sampler import Sampler
from stationsim.modbus.unit import Unit
from stationsim.modbus.valves import Valves
from stationsim.model.base import LineModel, Listen, Model, Name, Path, split_address
from stationsim.model.signal import CurrentModel, MeasuredModel


class ParameterModel(MeasuredModel):
    register_: AddressField = Field(alias="register")
    type: ValueType
    byte_order: ByteOrder = ByteOrder.ABCD
    scale: Annotated[Decimal, Field(allow_inf_nan=False)] = Decimal(1)
    offset: Annotated[Decimal, Field(allow_inf_nan=False)] = Decimal(0)
    from_current: CurrentModel | None = None
    since_read: bool = False  # each read empties it: what came since the read before, of the signal's counter

    @model_validator(mode="after")
    def _empties_a_counter(self) -> Self:
        if self.since_read and (self.signal.counter is None or self.from_current is not None):
            raise ValueError("since_read is of a counter: signal: {base: 0, counter: {per_hour: 12, count: 0.2}}")
        return self

    @model_validator(mode="after")
    def _fits_its_register(self) -> Self:
        if self.register_.space.holds_bits and self.type is not ValueType.BOOL:
            raise ValueError(f"a {self.register_.space.value} holds a bool, not {self.type.value}")
        if self.register_.bit is not None and not self.type.is_truth:
            raise ValueError(f"one bit holds a bit, not {self.type.value}")
        if self.type.is_half != (self.register_.byte is not None):
            raise ValueError(f"int8 and uint8 stand in .high or .low of a register, nothing else does, not {self.type}")
        if self.type.is_half and self.byte_order is not ByteOrder.ABCD:
            raise ValueError("one byte has no byte order")
        if self.type is ValueType.BIT and self.register_.bit is None:
            raise ValueError("a bit needs its place in the register, such as holding:10.3")
        scaled = self.scale != 1 or self.offset != 0
        if self.type.is_truth and scaled:
            raise ValueError(f"a {self.type.value} has no scale or offset")
        if self.scale == 0:
            raise ValueError("scale 0 would make every value the same")
        if self.from_current is not None and (scaled or not self.type.is_integer):
            raise ValueError("from_current counts in a plain integer, without scale and offset")
        return self


class StatusModel(Model):
    register_: AddressField = Field(alias="register")
    type: Literal[
        ValueType.INT16,
        ValueType.UINT16,
        ValueType.INT24,
        ValueType.UINT24,
        ValueType.INT32,
        ValueType.UINT32,
        ValueType.UINT48,
        ValueType.BCD16,
        ValueType.BCD32,
        ValueType.SM16,
        ValueType.SM32,
    ] = ValueType.UINT16
    byte_order: ByteOrder = ByteOrder.ABCD
    measuring: int = 0  # the code while nothing is wrong
    calibrating: int = 1
    fault: int = 2

    @model_validator(mode="after")
    def _in_a_register(self) -> Self:
        if self.register_.space.holds_bits or not self.register_.is_whole:
            raise ValueError("a status stands in a whole holding or input register")
        return self


class TextRegistersModel(Model):
    """A text (a serial number) in registers: two characters each, the first in the high byte, padded with NUL."""

    register_: AddressField = Field(alias="register")
    text: Annotated[str, Field(min_length=1, pattern=r"^[ -~]+$")]
    length: Annotated[int, Field(ge=1, le=125)] | None = None  # registers; by default as many as the text needs

    @property
    def registers(self) -> int:
        return self.length or (len(self.text) + 1) // 2

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.register_.space.holds_bits or not self.register_.is_whole:
            raise ValueError("a text stands in whole holding or input registers")
        if len(self.text) > 2 * self.registers:
            raise ValueError(f"{len(self.text)} characters do not fit {self.registers} registers")
        return self


class SamplerModel(Model):
    """An automatic sampler: writing `start` takes a sample, which lasts `takes` and fills one of `bottles`."""

    start: AddressField
    count: AddressField | None = None  # samples since the station was started
    state: AddressField | None = None  # 0 ready, 1 sampling, 2 all bottles full
    takes: DurationMs = 3_000
    bottles: Annotated[int, Field(ge=1, le=65_535)] = 24

    @model_validator(mode="after")
    def _places(self) -> Self:
        if self.start.space.value not in ("coil", "holding") or not self.start.is_whole:
            raise ValueError("start is what a client writes: a coil or a whole holding register")
        for place in (self.count, self.state):
            if place is not None and (place.space.holds_bits or not place.is_whole):
                raise ValueError("count and state stand in whole holding or input registers")
        return self


class ValvesModel(Model):
    """Coils that let zero or span gas in. `gas`: what span gas holds, by parameter; `drift`: how far off it shows."""

    zero: AddressField | None = None
    span: AddressField | None = None
    gas: dict[str, float]
    drift: dict[str, float] = {}
    lag: DurationMs = 20_000

    @model_validator(mode="after")
    def _are_coils(self) -> Self:
        for place in (self.zero, self.span):
            if place is not None and place.space.value != "coil":
                raise ValueError("a valve is a coil, such as coil:20")
        return self


class UnitModel(Model):
    status: StatusModel | None = None
    parameters: dict[str, ParameterModel] = {}
    identity: TextRegistersModel | None = None
    door: AddressField | None = None  # 1 while the maintenance door stands open
    sampler: SamplerModel | None = None
    valves: ValvesModel | None = None
    size: Annotated[int, Field(ge=1, le=65_536)] = 10_000  # addresses of each space that can be read
    strict: bool = False  # a read that touches an unmapped register is answered with exception 2

    @model_validator(mode="after")
    def _door_is_a_contact(self) -> Self:
        if self.door is not None and not self.door.space.holds_bits and self.door.bit is None:
            raise ValueError("a door is one contact: discrete:0, coil:0, or a bit such as input:10.3")
        return self


class UnitsModel(Model):
    name: Name
    units: dict[Annotated[int, Field(ge=1, le=247)], UnitModel]

    def measured(self) -> Iterator[tuple[Path, str, ParameterModel]]:
        """Path within the instrument, symbol, parameter."""
        for number, unit in self.units.items():
            for symbol, parameter in unit.parameters.items():
                yield ("units", number, "parameters", symbol), symbol, parameter

    def unit_numbers(self) -> set[int]:
        return set(self.units)

    def lacks(self, kind: FaultKind) -> str | None:
        """Why it cannot go wrong in that way; None if it can. What its units lack is told unit by unit."""
        return None

    def responder(self, condition: Condition, show: Display) -> Responder:
        return SerialResponder(self._instrument(condition, show), ascii_lines=False)

    def _instrument(self, condition: Condition, show: Display) -> Instrument:
        units = {number: _unit(it, show) for number, it in self.units.items()}
        return Instrument(self.name, units, condition)


class ModbusTcpModel(UnitsModel):
    type: Literal["modbus-tcp"]
    listen: Listen = "127.0.0.1:0"

    def lacks(self, kind: FaultKind) -> str | None:
        return "it has no checksum" if kind is FaultKind.BAD_CHECKSUM else None

    def responder(self, condition: Condition, show: Display) -> Responder:
        return TcpResponder(self._instrument(condition, show))

    @property
    def address(self) -> tuple[str, int]:
        return split_address(self.listen)

    @property
    def character_s(self) -> float:
        return 0.0


class RtuOverTcpModel(UnitsModel):
    """A serial device server in front of a bus; with a `baudrate`, answers take the bus's time."""

    type: Literal["modbus-rtu-over-tcp"]
    listen: Listen = "127.0.0.1:0"
    baudrate: Annotated[int, Field(ge=300, le=1_000_000)] | None = None

    @property
    def address(self) -> tuple[str, int]:
        return split_address(self.listen)

    @property
    def character_s(self) -> float:
        return 0.0 if self.baudrate is None else 10 / self.baudrate


class ModbusLineModel(UnitsModel, LineModel):
    type: Literal["modbus-rtu", "modbus-ascii"]

    def responder(self, condition: Condition, show: Display) -> Responder:
        return SerialResponder(self._instrument(condition, show), ascii_lines=self.type == "modbus-ascii")


def _unit(model: UnitModel, show: Display) -> Unit:
    valves = None if model.valves is None else _valves(model.valves)
    shown = show if valves is None else valves.display(show)
    cells: list[Cell] = [_cell(symbol, parameter, shown) for symbol, parameter in model.parameters.items()]
    if model.identity is not None:
        cells.append(Text(model.identity.register_, model.identity.text, model.identity.registers))
    if model.door is not None:
        cells.append(Door(model.door))
    status = None if model.status is None else _status(model.status)
    sampler = None if model.sampler is None else _sampler(model.sampler)
    moved = None if valves is None else (valves, show)
    return Unit(cells, status, sampler, moved, size=model.size, strict=model.strict)


def _valves(model: ValvesModel) -> Valves:
    return Valves(model.zero, model.span, model.gas, model.drift, model.lag)


def _cell(symbol: str, model: ParameterModel, show: Display) -> Cell:
    loop = model.from_current
    if loop is None:
        encoding = Encoding(model.type, model.byte_order, model.scale, model.offset)
        if model.since_read and model.signal.counter is not None:
            return Emptied(symbol, model.register_, encoding, show, model.signal.counter.wraps_at)
        return Parameter(symbol, model.register_, encoding, show)
    spans = (loop.raw, loop.current, loop.value)
    return CurrentLoop(symbol, model.register_, model.type, model.byte_order, *spans, loop.failure, show)


def _status(model: StatusModel) -> StatusRegister:
    codes = (model.measuring, model.calibrating, model.fault)
    return StatusRegister(model.register_, model.type, model.byte_order, *codes)


def _sampler(model: SamplerModel) -> Sampler:
    return Sampler(model.start, model.count, model.state, takes_ms=model.takes, bottles=model.bottles)
