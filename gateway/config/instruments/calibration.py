"""`calibration` at an instrument: when it is held against zero and span gas, by which valves, and how far it may drift.

With valves the gateway does it; without them it only reminds people. Nothing of it ever corrects a measured value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo, field_validator
from pydantic import model_validator as check_whole

from gateway.config.file.form_error import FormError
from gateway.config.instruments.registers import Register, RegisterAddress, Table
from gateway.config.section import Name, Number, Section, Token, Whole
from gateway.config.units import Duration, show_duration, within
from gateway.core.phrase import Phrase

DAY = timedelta(days=1)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%", re.ASCII)


def _parse_time(value: object) -> int:
    """Minutes of the local day."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60 and value % 60 == 0:
        raise FormError(Phrase("is no time of day"), Phrase('write it in quotes: "02:00"'))
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise FormError(Phrase("is no time of day"), Phrase('write it as "02:00", in quotes'))
    return 60 * int(match[1]) + int(match[2])


def _parse_percent(value: object) -> float:
    """As a part of the whole: 5% is 0.05."""
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    percent = float(match[1]) if match else 0.0
    if not 0 < percent <= 100:
        raise FormError(Phrase("is not a percentage above 0 and up to 100"), Phrase("write it with its sign: 5%"))
    return percent / 100


TimeOfDay = Annotated[
    int, BeforeValidator(_parse_time), PlainSerializer(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
]
Percent = Annotated[float, BeforeValidator(_parse_percent), PlainSerializer(lambda share: f"{100 * share:g}%")]


class CalibrationPhase(Section):
    """One gas, and its valve: a coil that is 1 while it flows, or a register that then holds `value`, and 0 otherwise.
    `confirm` is where the valve itself shows that (a contact); without it, the coil or register is read back."""

    coil: Annotated[Whole, Field(ge=0, le=65535)] | None = None
    register: Register | None = None
    value: Annotated[Whole, Field(ge=1, le=65535)] = 1
    confirm: Register | None = None
    length: Annotated[Duration, AfterValidator(within("1s", "4h"))] = Field(
        alias="for", description=Phrase("how long the gas flows, such as 5min")
    )
    settle: Annotated[Duration, AfterValidator(within("0ms", "4h"))] | None = None
    reference: Mapping[Token, Number] = {}

    @field_validator("register")
    @classmethod
    def _be_writable(cls, register: RegisterAddress | None, _: ValidationInfo[Any]) -> RegisterAddress | None:
        if register is not None and (register.table is not Table.HOLDING or register.part is not None):
            raise FormError(
                Phrase("{register} cannot be written", register=register),
                Phrase("write a whole holding register, or coil: with its number"),
            )
        return register

    @field_validator("confirm")
    @classmethod
    def _show_a_bit(cls, register: RegisterAddress | None, _: ValidationInfo[Any]) -> RegisterAddress | None:
        if register is not None and not register.is_bit:
            raise FormError(
                Phrase("{register} is a whole register", register=register),
                Phrase("name the contact that is 1 while the valve is open: discrete:3, coil:3 or holding:10.3"),
            )
        return register

    @check_whole(mode="after")
    def _have_one_valve(self) -> CalibrationPhase:
        if (self.coil is None) == (self.register is None):
            raise FormError(
                Phrase("needs a coil or a register, and not both"), Phrase("add coil: 0, or register: holding:0")
            )
        if self.settle is not None and self.settle >= self.length:
            raise FormError(
                Phrase(
                    "settles for {settle} of {length}: no reading would be left",
                    settle=show_duration(self.settle),
                    length=show_duration(self.length),
                ),
                Phrase("write a shorter settle, or a longer for"),
            )
        return self

    @property
    def target(self) -> RegisterAddress:
        """What is written."""
        return self.register if self.register is not None else RegisterAddress(Table.COIL, self.coil or 0)

    @property
    def shown(self) -> RegisterAddress:
        """What is read to see whether the valve is open."""
        return self.target if self.confirm is None else self.confirm

    @property
    def opened(self) -> int:
        """What is written to open it; 0 closes it."""
        return self.value if self.register is not None else 1

    @property
    def shown_open(self) -> int:
        return self.opened if self.confirm is None else 1

    @property
    def settle_s(self) -> float:
        """How long of it does not count: three quarters if nothing is said."""
        return self.length.total_seconds() * 0.75 if self.settle is None else self.settle.total_seconds()


class CalibrationSettings(Section):
    """When, by which valves, against what. `link` and `unit` say where the valves are, if not at the instrument."""

    every: Annotated[Duration, AfterValidator(within("1h", "366d"))] | None = None
    at: TimeOfDay | None = None
    link: Name | None = None
    unit: Annotated[Whole, Field(ge=0, le=255)] | None = None
    zero: CalibrationPhase | None = None
    span: CalibrationPhase | None = None
    reference: Mapping[Token, Number] = {}
    purge: Annotated[Duration, AfterValidator(within("0ms", "4h"))] = timedelta(minutes=5)
    confirm_within: Annotated[Duration, AfterValidator(within("0ms", "5min"))] = timedelta(seconds=10)
    max_drift: Percent | None = None

    @field_validator("every")
    @classmethod
    def _be_of_the_calendar(cls, every: timedelta | None) -> timedelta | None:
        if every is not None and every % DAY and DAY % every:
            raise FormError(
                Phrase("{every} is neither whole days nor an equal part of a day", every=show_duration(every)),
                Phrase("write whole days, such as 7d, or 1h, 2h, 3h, 4h, 6h, 8h, 12h"),
            )
        return every

    @field_validator("at")
    @classmethod
    def _begin_a_period(cls, at: int | None, siblings: ValidationInfo[Any]) -> int | None:
        if at is not None and siblings.data.get("every", ...) is None:
            raise FormError(Phrase("never comes without every"), Phrase("add every: 7d, or remove at"))
        return at

    @check_whole(mode="after")
    def _make_sense(self) -> CalibrationSettings:
        if not self.phases:
            if self.every is None and self.max_drift is None:
                raise FormError(
                    Phrase("says nothing"),
                    Phrase("add zero or span with its valve, every for a reminder, or max_drift"),
                )
            for key in ("link", "unit", "reference", "purge", "confirm_within"):
                if key in self.model_fields_set:
                    raise FormError(
                        Phrase("has {key}, and no valve that it is for", key=key),
                        Phrase("add zero or span, or remove {key}", key=key),
                    )
        if self.span is not None and not (self.reference or self.span.reference):
            raise FormError(
                Phrase("says nothing of what the span gas holds"),
                Phrase("add reference: {SO2: 250}, from its certificate"),
            )
        if self.zero is not None and not (self.reference or self.zero.reference):
            raise FormError(Phrase("names no parameter that has a zero"), Phrase("add reference: {SO2: 0} to zero"))
        if self.reference and self.span is None:
            raise FormError(
                Phrase("has reference, which is of the span gas, and no span"), Phrase("move it into zero, or add span")
            )
        if self.every is not None and self.phases and self.length >= self.every:
            raise FormError(
                Phrase(
                    "takes {length}, and comes every {every}",
                    length=show_duration(self.length),
                    every=show_duration(self.every),
                ),
                Phrase("write a longer every, or shorter phases"),
            )
        valves = [phase.target for phase in self.phases]
        if len(set(valves)) < len(valves):
            raise FormError(
                Phrase("opens {valves} for zero and for span", valves=valves[0]), Phrase("give each gas its own valve")
            )
        return self

    @property
    def phases(self) -> tuple[CalibrationPhase, ...]:
        """Zero before span."""
        return tuple(phase for phase in (self.zero, self.span) if phase is not None)

    @property
    def length(self) -> timedelta:
        """Of the whole sequence, with the purge."""
        return sum((phase.length for phase in self.phases), self.purge)

    @property
    def zero_reference(self) -> Mapping[str, float]:
        """What zero gas holds of each parameter: nothing of what span gas holds something of, if nothing is said."""
        if self.zero is None:
            return {}
        return self.zero.reference or dict.fromkeys(self.reference, 0.0)

    @property
    def span_reference(self) -> Mapping[str, float]:
        return {} if self.span is None else self.span.reference or self.reference

    @property
    def confirm_s(self) -> float:
        return self.confirm_within.total_seconds()
