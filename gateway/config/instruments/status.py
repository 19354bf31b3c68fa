"""`status`: where a device's state can be learnt. One source, or a list of them: the worst wins.

Each source means measuring unless it says otherwise. Every kind of instrument knows the schedule; registers are for
Modbus.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from gateway.config.file.form_error import FormError
from gateway.config.instruments.code_lists import refuse_calibrating_fault
from gateway.config.instruments.codes import WholeCode, held
from gateway.config.instruments.register_read import RegisterRead
from gateway.config.instruments.registers import RegisterType
from gateway.config.section import Section, Whole, not_empty
from gateway.core.phrase import Phrase

_TIMES = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]|24):([0-5][0-9])", re.ASCII)
DAY_MINUTES = 24 * 60


class Weekday(StrEnum):
    """In the order of Python's `weekday()`."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


class StatusRegister(RegisterRead):
    """A register, a bit, a coil or a discrete input in which a device tells its state. A code in neither list means
    measuring."""

    type: RegisterType = RegisterType.UINT16
    calibrating: tuple[WholeCode, ...] = ()
    fault: tuple[WholeCode, ...] = ()

    @field_validator("type")
    @classmethod
    def _hold_codes(cls, kind: RegisterType) -> RegisterType:
        if not kind.is_integer and kind is not RegisterType.BOOL:
            raise FormError(Phrase("{kind} holds no codes", kind=kind), Phrase("use an integer type, such as uint16"))
        return kind

    @field_validator("calibrating", "fault")
    @classmethod
    def _occur(cls, codes: tuple[int, ...], siblings: ValidationInfo[Any]) -> tuple[int, ...]:
        """As the register is read; what is read as no number is a fault anyway."""
        kind = siblings.data.get("type")
        if kind is None:
            return codes
        numbers = [held(code, kind) for code in codes]
        if None in numbers and siblings.field_name == "calibrating":
            unread = codes[numbers.index(None)]
            raise FormError(
                Phrase("0x{unread:X} is no number in {kind}: it is a fault", unread=unread, kind=kind),
                Phrase("check the code and the type"),
            )
        return tuple(int(code if number is None else number) for code, number in zip(codes, numbers, strict=True))

    @field_validator("fault")
    @classmethod
    def _mean_one_thing(cls, fault: tuple[int, ...], siblings: ValidationInfo[Any]) -> tuple[int, ...]:
        return refuse_calibrating_fault(fault, siblings)

    @model_validator(mode="after")
    def _tell_something(self) -> StatusRegister:
        codes = {*self.calibrating, *self.fault}
        if not codes:
            raise FormError(
                Phrase("says of no code what it means"), Phrase("add calibrating: […], fault: […], or both")
            )
        if self.type is RegisterType.BOOL and len(codes) > 1:
            raise FormError(
                Phrase("leaves no state of the bit for measuring"), Phrase("name the one that means something else")
            )
        return self


class StatusBits(RegisterRead):
    """A register of flags, bit 0 the least significant. Any of `fault_bits` means fault, else any of
    `calibrating_bits` calibrating."""

    type: RegisterType = RegisterType.UINT16
    calibrating_bits: tuple[Annotated[Whole, Field(ge=0, le=63)], ...] = ()
    fault_bits: tuple[Annotated[Whole, Field(ge=0, le=63)], ...] = ()

    @field_validator("type")
    @classmethod
    def _hold_bits(cls, kind: RegisterType) -> RegisterType:
        if not kind.value.startswith("uint"):
            raise FormError(
                Phrase("{kind} holds no flags", kind=kind), Phrase("use an unsigned type, such as uint16 or uint32")
            )
        return kind

    @field_validator("calibrating_bits", "fault_bits")
    @classmethod
    def _exist(cls, bits: tuple[int, ...], siblings: ValidationInfo[Any]) -> tuple[int, ...]:
        kind = siblings.data.get("type")
        if kind is not None and bits and max(bits) >= kind.bits:
            raise FormError(
                Phrase("{kind} has no bit {bits}", kind=kind, bits=max(bits)),
                Phrase("its bits are 0 to {bits}", bits=kind.bits - 1),
            )
        return bits

    @field_validator("fault_bits")
    @classmethod
    def _mean_one_thing(cls, bits: tuple[int, ...], siblings: ValidationInfo[Any]) -> tuple[int, ...]:
        both = set(bits) & set(siblings.data.get("calibrating_bits", ()))
        if both:
            raise FormError(
                Phrase("bit {both} is in calibrating_bits too", both=min(both)),
                Phrase("leave it in one of the two lists"),
            )
        return bits

    @model_validator(mode="after")
    def _tell_something(self) -> StatusBits:
        if not self.calibrating_bits and not self.fault_bits:
            raise FormError(
                Phrase("says of no bit what it means"), Phrase("add calibrating_bits: […], fault_bits: […], or both")
            )
        return self


def _parse_times(value: object) -> object:
    """`02:00-02:20` → the minutes of the day at which it begins and ends."""
    if isinstance(value, tuple):
        return value
    match = _TIMES.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise FormError(
            Phrase("is no time of day"),
            Phrase('write it as "02:00-02:20", or "23:50-00:10" across midnight, in quotes'),
        )
    hours, minutes, end_hours, end_minutes = (int(part) for part in match.groups())
    begin, end = 60 * hours + minutes, 60 * end_hours + end_minutes
    if end > DAY_MINUTES or begin == end:
        raise FormError(
            Phrase("{value!r} ends where it begins, or after the day", value=value),
            Phrase('write "00:00-24:00" for whole days'),
        )
    return begin, end


def _show_times(times: tuple[int, int]) -> str:
    begin, end = times
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


Times = Annotated[tuple[int, int], BeforeValidator(_parse_times), PlainSerializer(_show_times)]


class Schedule(Section):
    """A time of the day, in the station's local time, in which an instrument does something else than measuring: the
    zero and span check of every night. `days` are those on which it begins."""

    schedule: Times = Field(description=Phrase('when, such as "02:00-02:20"'))
    days: Annotated[tuple[Weekday, ...], AfterValidator(not_empty)] = tuple(Weekday)
    state: Literal["calibrating", "fault"] = Field("calibrating", alias="is")


def as_list(content: object) -> object:
    """One source stands for a list of one."""
    if isinstance(content, str | int | float):
        raise FormError(
            Phrase("is neither a section nor a list"),
            Phrase("write {…} with its keys, or a list of such sections: [{…}, {…}]"),
        )
    return [content] if isinstance(content, dict) else content


def _kind(content: object) -> str:
    is_schedule = isinstance(content, Schedule) or (isinstance(content, dict) and "schedule" in content)
    return "schedule source" if is_schedule else "own source"


def _modbus_kind(content: object) -> str:
    is_flags = isinstance(content, dict) and ("calibrating_bits" in content or "fault_bits" in content)
    return "bits source" if is_flags or isinstance(content, StatusBits) else _kind(content)


def _check_one_meaning(sources: tuple[Section, ...]) -> tuple[Section, ...]:
    if sum(not isinstance(source, Schedule) for source in sources) > 1:
        raise FormError(Phrase("says twice what the device's own word means"), Phrase("put both into one section"))
    return sources


Own = TypeVar("Own", bound=Section)
Source = Annotated[
    Annotated[Own, Tag("own source")] | Annotated[Schedule, Tag("schedule source")], Discriminator(_kind)
]
Sources = Annotated[
    tuple[Source[Own], ...],
    BeforeValidator(as_list),
    AfterValidator(_check_one_meaning),
]
"""For a device whose own word comes with its answer: that, in the form of its protocol, and schedules."""
ModbusSources = Annotated[
    tuple[
        Annotated[
            Annotated[StatusRegister, Tag("own source")]
            | Annotated[StatusBits, Tag("bits source")]
            | Annotated[Schedule, Tag("schedule source")],
            Discriminator(_modbus_kind),
        ],
        ...,
    ],
    BeforeValidator(as_list),
]
"""Registers, bits and inputs, as many as there are; and schedules. The tags are no keys of the file."""


def own_source(sources: tuple[Own | Schedule, ...]) -> Own | None:
    """What the device's own word means; `None` if nothing is said of it."""
    return next((source for source in sources if not isinstance(source, Schedule)), None)
