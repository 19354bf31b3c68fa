"""The values that a Modbus device's configuration asks for: where each lies, and what its number becomes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from gateway.config import (
    ByteOrder,
    Half,
    ModbusCalculated,
    ModbusDevice,
    ModbusMeasured,
    RegisterAddress,
    RegisterType,
    Schedule,
    StatusBits,
    StatusRegister,
)
from gateway.config.links.device_limits import DeviceTraits
from gateway.config.parameters.counting import Counter
from gateway.core.scaling import CurrentLoop, Raw, Scaling, Unless, linear, unchanged
from gateway.core.scaling_columns import PlaceContent
from gateway.instruments.decode import AnswerField, AnswerFields
from gateway.instruments.modbus.calculation import Calculation
from gateway.instruments.register_plan import NEAR, Hole, PlanLimits, Request, Span, plan

Scale = Callable[[Any], Raw | None]
"""What an answer holds in the place of a value → the value."""


_CONTENTS = {
    RegisterType.FLOAT32: PlaceContent.FLOAT,
    RegisterType.FLOAT64: PlaceContent.FLOAT,
    RegisterType.INT24: PlaceContent.ANY,
    RegisterType.UINT24: PlaceContent.ANY,
    RegisterType.BCD16: PlaceContent.ANY,
    RegisterType.BCD32: PlaceContent.ANY,
}
"""Of all other types every content is a whole number."""


@dataclass(frozen=True, slots=True)
class WantedValue:
    """One value among an instrument's: where it lies, how its words are read, what the number means."""

    span: Span
    kind: RegisterType
    order: ByteOrder
    part: int | Half | None
    scale: Scale
    is_emptied: bool = False
    """Whether the device begins to count anew once it is read: it is never asked twice for one answer."""

    @classmethod
    def at(
        cls, register: RegisterAddress, kind: RegisterType, order: ByteOrder, scale: Scale, is_emptied: bool = False
    ) -> WantedValue:
        span = Span(register.table, register.address, kind.registers)
        return cls(span, kind, order, register.part, scale, is_emptied)

    @property
    def content(self) -> PlaceContent:
        """What its registers hold, whatever their bits are."""
        return _CONTENTS.get(self.kind, PlaceContent.WHOLE)

    def field(self, first: int) -> AnswerField:
        """Where it stands in an answer that begins with the register `first`."""
        return AnswerField(self.span.address - first, self.kind, self.order, self.part)


@dataclass(frozen=True, slots=True)
class WantedCalculation:
    """A value that is calculated of several: `span` reaches from the first register to the last, so that all are read
    with one request."""

    span: Span
    parts: tuple[WantedValue, ...]
    scale: Scale
    is_emptied: bool = False
    content: PlaceContent = PlaceContent.ANY

    @classmethod
    def of(cls, settings: ModbusCalculated) -> WantedCalculation:
        parts = tuple(
            WantedValue.at(one.register, one.type, one.byte_order, unchanged) for one in settings.registers.values()
        )
        first, end = min(part.span.address for part in parts), max(part.span.end for part in parts)
        return cls(Span(parts[0].span.table, first, end - first), parts, calculation_of(settings).of)

    def field(self, first: int) -> AnswerFields:
        return AnswerFields(tuple(part.field(first) for part in self.parts))


def planned_requests(
    wanted: Sequence[WantedValue | WantedCalculation], traits: DeviceTraits, limits: PlanLimits | None = None
) -> tuple[Request, ...]:
    """What a poll asks. `limits`: what was learned of the device; by default what is configured.

    What a read empties is read by itself, and never along with anything else: what is lost with a lost answer is gone.
    """
    emptied = {one.span for one in wanted if one.is_emptied}
    known = plan_limits(traits) if limits is None else limits
    spared = frozenset(Hole(span.table, span.address, span.end) for span in emptied)
    others = replace(known, holes=known.holes | spared)
    return (
        *plan((one.span for one in wanted if one.span not in emptied), others),
        *plan(emptied, replace(known, near=0)),
    )


def plan_limits(traits: DeviceTraits) -> PlanLimits:
    """What the configuration says of the device."""
    return PlanLimits(registers=traits.max_registers, near=NEAR if traits.bridges_gaps else 0)


def wanted_values(settings: ModbusDevice) -> list[WantedValue | WantedCalculation]:
    return [*map(_parameter, settings.parameters), *map(_status, status_registers(settings))]


def status_registers(settings: ModbusDevice) -> list[StatusRegister | StatusBits]:
    return [source for source in settings.status if not isinstance(source, Schedule)]


def calculation_of(settings: ModbusCalculated) -> Calculation:
    return Calculation(settings, {name: frozenset(one.invalid) for name, one in settings.registers.items()})


def _parameter(settings: ModbusMeasured | ModbusCalculated) -> WantedValue | WantedCalculation:
    is_emptied = settings.counter is Counter.SINCE_READ
    if isinstance(settings, ModbusCalculated):
        return replace(WantedCalculation.of(settings), is_emptied=is_emptied)
    return WantedValue.at(settings.register, settings.type, settings.byte_order, _scaling(settings), is_emptied)


def scaling_without_codes(settings: ModbusMeasured) -> CurrentLoop | Scaling:
    """What becomes of every number that is no code."""
    if settings.from_current is None:
        return linear(settings.scale, settings.offset)
    loop = settings.from_current
    return CurrentLoop.between(_as_written(loop.raw), _as_written(loop.current), _as_written(loop.value))


def _scaling(settings: ModbusMeasured) -> Scaling:
    without_codes = scaling_without_codes(settings)
    scaling = without_codes.of if isinstance(without_codes, CurrentLoop) else without_codes
    return Unless(frozenset(settings.invalid), scaling) if settings.invalid else scaling


def _as_written(ends: tuple[float, float]) -> tuple[Decimal, Decimal]:
    """A float's shortest text is the decimal that stood in the configuration."""
    return Decimal(str(ends[0])), Decimal(str(ends[1]))


def _status(settings: StatusRegister | StatusBits) -> WantedValue:
    return WantedValue.at(settings.register, settings.type, settings.byte_order, lambda code: code)
