"""A Modbus unit: the registers in which its parameters, its state and its serial number stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.instruments.calculated import ModbusCalculated
from gateway.config.instruments.codes import Code, occurring
from gateway.config.instruments.device import Place, PolledDevice
from gateway.config.instruments.identity import Identity
from gateway.config.instruments.read_once import read_over, refuse_other_readers
from gateway.config.instruments.register_reach import loop_reach, scaled_reach
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.instruments.registers import RegisterAddress, RegisterType, Table
from gateway.config.instruments.status import ModbusSources
from gateway.config.links.device_limits import DeviceLimits
from gateway.config.links.ends import LinkEnd
from gateway.config.links.link import MODBUS_LINK_TYPES
from gateway.config.parameters.counting import Counter
from gateway.config.parameters.quantity import Quantity
from gateway.config.parameters.sent_line import Pair, Rising
from gateway.config.section import Section, Whole, not_empty
from gateway.core.formula_range import Range
from gateway.core.phrase import Phrase

_DATASHEET_RANGES = {
    Table.DISCRETE: (10001, 19999, "1x"),
    Table.INPUT: (30001, 39999, "3x"),
    Table.HOLDING: (40001, 49999, "4x"),
}
_LAST_UNIT = 247
"""On a serial line; what lies above is reserved (Modbus over serial line 1.02, 2.2)."""


class FromCurrent(Section):
    """An analog input: the converter's counts, the loop current in mA that they stand for, the value in the parameter's
    unit. `value` may fall while the current rises."""

    raw: Rising = Field(description=Phrase("the counts at both ends, such as [0, 4095]"))
    current: Rising = Field(description=Phrase("the current at both ends in mA, such as [4, 20]"))
    value: Pair = Field(description=Phrase("the value at both ends, such as [0, 200]"))

    def reach_of(self, kind: RegisterType) -> Range | None:
        """The least and the greatest value of counts of this type; `None`: there never is one."""
        return loop_reach(kind, self.raw, self.current, self.value)


class ModbusMeasured(Quantity, RegisterRead):
    """One parameter of a Modbus device, and the way from the register to the value: `raw × scale + offset`, or
    `from_current`."""

    invalid: tuple[Code, ...] = ()
    from_current: FromCurrent | None = None

    @field_validator("type")
    @classmethod
    def _be_a_number(cls, kind: RegisterType) -> RegisterType:
        if kind is RegisterType.STRING:
            raise FormError(
                Phrase("string is no number"), Phrase("strings are for identity; use a numeric type, such as float32")
            )
        return kind

    @field_validator("invalid")
    @classmethod
    def _occur(cls, codes: tuple[Decimal, ...], siblings: ValidationInfo[Any]) -> tuple[Decimal, ...]:
        kind, scale, offset = (siblings.data.get(key) for key in ("type", "scale", "offset"))
        return codes if kind is None else occurring(codes, kind, scale or Decimal(1), offset or Decimal(0))

    @property
    def _counts_of_type(self) -> Decimal | None:
        """Of sign and magnitude nobody knows what a full total becomes."""
        lowest, highest = self.type.lowest, self.type.highest
        if lowest is None or highest is None or lowest + highest == 0 or not self.type.is_integer:
            return None
        return Decimal(highest - lowest + 1)

    @property
    def _has_whole_counts(self) -> bool:
        return self.type.is_integer

    @field_validator("counter")
    @classmethod
    def _count_more_than_a_bit(cls, counter: Counter | None, siblings: ValidationInfo[Any]) -> Counter | None:
        if counter is not None and siblings.data.get("type") is RegisterType.BOOL:
            raise FormError(Phrase("counts, and a bit is no number"), Phrase("name the register that holds the count"))
        return counter

    @field_validator("wraps_at")
    @classmethod
    def _fit_the_type(cls, wraps_at: Decimal | None, siblings: ValidationInfo[Any]) -> Decimal | None:
        kind = siblings.data.get("type")
        if wraps_at is None or kind is None or not kind.is_integer:
            return wraps_at
        if wraps_at != wraps_at.to_integral_value():
            raise FormError(
                Phrase("{kind} holds whole counts, never {wraps_at}", kind=kind, wraps_at=wraps_at),
                Phrase("write the raw count at which it is 0 again"),
            )
        if wraps_at > kind.highest + 1:
            raise FormError(
                Phrase(
                    "{kind} never reaches {wraps_at}: its greatest number is {highest}",
                    kind=kind,
                    wraps_at=wraps_at,
                    highest=kind.highest,
                ),
                Phrase(
                    "write raw counts, at most {highest}; without wraps_at, that is where it wraps",
                    highest=kind.highest + 1,
                ),
            )
        return wraps_at

    @field_validator("from_current")
    @classmethod
    def _scale_in_one_way(cls, from_current: FromCurrent | None, siblings: ValidationInfo[Any]) -> FromCurrent | None:
        if from_current is None:
            return None
        if siblings.data.get("scale", 1) != 1 or siblings.data.get("offset", 0) != 0:
            raise FormError(Phrase("stands beside scale or offset"), Phrase("keep one of the two ways to scale"))
        if siblings.data.get("counter") is not None:
            raise FormError(Phrase("stands beside counter"), Phrase("a current shows no count: remove one of the two"))
        kind = siblings.data.get("type")
        if kind is not None and not kind.is_integer:
            raise FormError(
                Phrase("needs counts, and {kind} is no integer type", kind=kind),
                Phrase("use an integer type, such as uint16"),
            )
        if kind is not None and from_current.reach_of(kind) is None:
            raise FormError(
                Phrase(
                    "gives no count of {kind} a current between 3.6 and 21 mA: there would never be a value", kind=kind
                ),
                Phrase("write raw in counts of the converter, current in mA"),
            )
        return from_current

    @property
    def reach(self) -> Range | None:
        if self.from_current is not None:
            return self.from_current.reach_of(self.type)
        return scaled_reach(self.type, self.scale, self.offset)


def _parameter_kind(content: object) -> str:
    keys: object = content if isinstance(content, dict) else ()
    is_calculated = isinstance(content, ModbusCalculated) or any(key in keys for key in ("calculate", "registers"))  # type: ignore[operator]
    return "calculated parameter" if is_calculated else "register parameter"


ModbusParameter = Annotated[
    Annotated[ModbusMeasured, Tag("register parameter")] | Annotated[ModbusCalculated, Tag("calculated parameter")],
    Discriminator(_parameter_kind),
]
"""The tags are no keys of the file."""


class ModbusDevice(PolledDevice):
    """One unit on a Modbus link."""

    link_types: ClassVar[tuple[str, ...]] = MODBUS_LINK_TYPES

    unit: Annotated[Whole, Field(ge=0, le=255)] = 1
    device: DeviceLimits | None = None
    """What it cannot do; wins over what its link says of all devices on it."""
    identity: Identity | None = None
    status: ModbusSources = ()
    parameters: Annotated[tuple[ModbusParameter, ...], AfterValidator(not_empty)] = Field(
        description=Phrase("a list of what it measures")
    )

    @field_validator("parameters")
    @classmethod
    def _read_once_what_is_emptied(
        cls, parameters: tuple[ModbusParameter, ...], siblings: ValidationInfo[Any]
    ) -> tuple[ModbusParameter, ...]:
        refuse_other_readers(
            parameters, [one for one in siblings.data.get("status", ()) if isinstance(one, RegisterRead)]
        )
        return parameters

    @property
    def valve_unit(self) -> int:
        return self.unit

    @property
    def link_address(self) -> str:
        """In short, for people."""
        return f"unit {self.unit}"

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(map(_place, self.parameters))

    @property
    def warnings(self) -> Iterator[LocatedProblem]:
        for location, register in self._registers():
            yield from _datasheet_number(location, register)

    def emptied_by(self, other: PolledDevice) -> Iterator[LocatedProblem]:
        return read_over(self.parameters, other.parameters, other.name) if isinstance(other, ModbusDevice) else iter(())

    @classmethod
    def misfits(cls, content: Mapping[str, object], link: type[LinkEnd]) -> Iterator[LocatedProblem]:
        unit = content.get("unit")
        if (
            link.is_bus
            and isinstance(unit, int)
            and not isinstance(unit, bool)
            and (unit == 0 or _LAST_UNIT < unit <= 255)
        ):
            yield (
                ("unit",),
                Phrase("{unit} is no address of a device on a serial line", unit=unit),
                Phrase(
                    "write 1 to {last_unit}: 0 calls all devices at once, the rest is reserved", last_unit=_LAST_UNIT
                ),
            )

    def _registers(self) -> Iterator[tuple[Location, RegisterAddress]]:
        if self.identity is not None:
            yield ("identity", "register"), self.identity.register
        for index, source in enumerate(self.status):
            if isinstance(source, RegisterRead):
                yield ("status", index, "register"), source.register
        for index, measured in enumerate(self.parameters):
            if isinstance(measured, ModbusMeasured):
                yield ("parameters", index, "register"), measured.register
                continue
            for name, one in measured.registers.items():
                yield ("parameters", index, "registers", name, "register"), one.register


def _place(measured: ModbusMeasured | ModbusCalculated) -> Place:
    if isinstance(measured, ModbusMeasured):
        return Place("register", measured.register, (measured.type, measured.byte_order))
    read = tuple((name, one.register, one.type, one.byte_order) for name, one in sorted(measured.registers.items()))
    return Place("calculate", measured.calculate, read)


def _datasheet_number(location: Location, register: RegisterAddress) -> Iterator[LocatedProblem]:
    """`holding:40001` is a legal address, and nearly always the datasheet's name for `holding:0`."""
    first, last, prefix = _DATASHEET_RANGES.get(register.table, (1, 0, ""))
    if first <= register.address <= last:
        meant = RegisterAddress(register.table, register.address - first, register.part)
        yield (
            location,
            Phrase("{register} counts from zero", register=register),
            Phrase(
                "did you mean {prefix}:{address} (= {meant})?", prefix=prefix, address=register.address, meant=meant
            ),
        )
