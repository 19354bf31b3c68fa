"""What a Modbus exception means, and what to try. Pure.

Codes are those of the Modbus application protocol 1.1b3, 7.
"""

from __future__ import annotations

from gateway.core.errors import InstrumentError, InstrumentRefused, InstrumentSilent

ILLEGAL_FUNCTION = 1
_REFUSALS = {
    ILLEGAL_FUNCTION: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge, still working",
    6: "device busy",
    8: "memory parity error",
}
_INSTEAD = {
    1: "it may have these bits as discrete: (function 2)",
    2: "it may have these bits as coil: (function 1)",
    3: "it may have these registers as input: (function 4)",
    4: "it may have these registers as holding: (function 3)",
    5: "if it takes function 15, write device: {write: multiple}",
    6: "if it takes function 16, write device: {write: multiple}",
    15: "if it takes function 5, write device: {write: single}",
    16: "if it takes function 6, write device: {write: single}",
}
"""What to try where a function is illegal."""
_NOBODY_BEHIND = {10: "gateway path unavailable", 11: "gateway target did not respond"}


def error_of(code: int, function: int, where: str) -> InstrumentError:
    """What an exception in answer to this function means: the device declined, or nobody is behind the gateway that
    answers in its place. `where`: what the error's message begins with."""
    if code in _NOBODY_BEHIND:
        return InstrumentSilent(f"{where}: exception {code}: {_NOBODY_BEHIND[code]}")
    instead = f"; {_INSTEAD[function]}" if code == ILLEGAL_FUNCTION else ""
    return InstrumentRefused(f"{where}: exception {code}: {_REFUSALS.get(code, 'reason unknown')}{instead}", code)
