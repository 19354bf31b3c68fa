"""What a Modbus exception means, and what to try. Pure.

Codes are those of the Modbus application protocol 1.1b3, 7.
"""

from __future__ import annotations

from gateway.core.errors import InstrumentError, InstrumentRefused, InstrumentSilent
from gateway.core.phrase import Phrase

ILLEGAL_FUNCTION = 1
_REFUSALS = {
    ILLEGAL_FUNCTION: Phrase("illegal function"),
    2: Phrase("illegal data address"),
    3: Phrase("illegal data value"),
    4: Phrase("device failure"),
    5: Phrase("acknowledge, still working"),
    6: Phrase("device busy"),
    8: Phrase("memory parity error"),
}
_INSTEAD = {
    1: Phrase("it may have these bits as discrete: (function 2)"),
    2: Phrase("it may have these bits as coil: (function 1)"),
    3: Phrase("it may have these registers as input: (function 4)"),
    4: Phrase("it may have these registers as holding: (function 3)"),
    5: Phrase("if it takes function 15, write device: {write: multiple}"),
    6: Phrase("if it takes function 16, write device: {write: multiple}"),
    15: Phrase("if it takes function 5, write device: {write: single}"),
    16: Phrase("if it takes function 6, write device: {write: single}"),
}
"""What to try where a function is illegal."""
_NOBODY_BEHIND = {10: Phrase("gateway path unavailable"), 11: Phrase("gateway target did not respond")}


def error_of(code: int, function: int, where: str) -> InstrumentError:
    """What an exception in answer to this function means: the device declined, or nobody is behind the gateway that
    answers in its place. `where`: what the error's message begins with."""
    if code in _NOBODY_BEHIND:
        return InstrumentSilent(
            Phrase(
                "{where}: exception {code}: {nobody_behind}", where=where, code=code, nobody_behind=_NOBODY_BEHIND[code]
            )
        )
    instead = f"; {_INSTEAD[function]}" if code == ILLEGAL_FUNCTION else ""
    return InstrumentRefused(
        Phrase(
            "{where}: exception {code}: {refusals}{instead}",
            where=where,
            code=code,
            refusals=_REFUSALS.get(code, Phrase("reason unknown")),
            instead=instead,
        ),
        code,
    )
