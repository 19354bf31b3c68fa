"""Why a Modbus device's reading is not MEASURING: found out from what was read only when it is so. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.config import ModbusCalculated, ModbusMeasured, RegisterType, StatusBits, StatusRegister
from gateway.core.errors import InstrumentError
from gateway.core.phrase import Phrase
from gateway.core.reading import Status
from gateway.core.reason import Cause, Reason
from gateway.core.scaling import HIGHEST_LIVE_MA, CurrentLoop
from gateway.instruments.causes import cause_of
from gateway.instruments.decode import Told
from gateway.instruments.modbus.calculation import NoResult
from gateway.instruments.modbus.wanted import calculation_of, scaling_without_codes

_CAUSES = {Status.FAULT: Cause.DEVICE_FAULT, Status.CALIBRATING: Cause.CALIBRATING}
_FLOATS = (RegisterType.FLOAT32, RegisterType.FLOAT64)


def not_answered(error: InstrumentError) -> Reason:
    """Of a value whose read brought nothing."""
    return Reason(cause_of(error), str(error))


def why_no_value(settings: ModbusMeasured | ModbusCalculated, number: Told, words: Sequence[int]) -> Reason:
    """Of a value that was read: these words, which hold this number, or these numbers, mean none."""
    if isinstance(settings, ModbusCalculated):
        return _why_no_result(settings, number)
    if isinstance(number, tuple):
        raise TypeError(f"{settings.register} holds one number, not {number}")
    register = str(settings.register)
    if number is None:
        shown = " ".join(f"{word:04x}" for word in words)
        what = Phrase("NaN or infinity") if settings.type in _FLOATS else Phrase("no number")
        return Reason(
            Cause.NO_NUMBER,
            Phrase(
                "{register} is {shown}: {what} as {type} {byte_order}",
                register=register,
                shown=shown,
                what=what,
                type=settings.type,
                byte_order=settings.byte_order,
            ),
        )
    scaling = scaling_without_codes(settings)
    if isinstance(scaling, CurrentLoop):
        current_ma = scaling.current_ma.of(number)
        if current_ma is not None and not scaling.lowest_ma <= current_ma <= HIGHEST_LIVE_MA:
            bound = f"below {scaling.lowest_ma:g}" if current_ma < scaling.lowest_ma else f"above {HIGHEST_LIVE_MA:g}"
            return Reason(
                Cause.ELECTRICAL,
                Phrase(
                    "{register} is {number}: {current_ma:.2f} mA, {bound} mA",
                    register=register,
                    number=number,
                    current_ma=current_ma,
                    bound=bound,
                ),
            )
    value = scaling.of(number) if isinstance(scaling, CurrentLoop) else scaling(number)
    if value is not None:
        return Reason(
            Cause.INVALID, Phrase("{register} is {number}: a code in invalid", register=register, number=number)
        )
    return Reason(
        Cause.OVERFLOW,
        Phrase("{register} is {number}: its value is beyond any number", register=register, number=number),
    )


def _why_no_result(settings: ModbusCalculated, numbers: Told) -> Reason:
    try:
        calculation_of(settings).result(numbers if isinstance(numbers, tuple) else ())
    except NoResult as none:
        return none.reason
    raise ValueError(f"{settings.calculate} of {numbers} has a result")


def why_not_measuring(
    source: StatusRegister | StatusBits, number: Told, status: Status, error: InstrumentError | None
) -> Reason:
    """Of a state that this source tells. `error`: why its register was not read."""
    register = f"status {source.register}"
    if error is not None:
        return Reason(Cause.UNKNOWN_STATUS, f"{register}: {error}")
    if number is None:
        return Reason(Cause.UNKNOWN_STATUS, Phrase("{register} holds no number", register=register))
    if isinstance(source, StatusBits) and isinstance(number, int):
        meant = source.fault_bits if status is Status.FAULT else source.calibrating_bits
        bits = [str(bit) for bit in sorted(set(meant)) if number >> bit & 1]
        return Reason(
            _CAUSES[status],
            Phrase("{register} is {number}: bit {bits}", register=register, number=number, bits=", ".join(bits)),
        )
    return Reason(_CAUSES[status], f"{register} is {number:d}" if isinstance(number, int) else register)
