"""What it means for readings that an instrument gave no answer."""

from __future__ import annotations

from gateway.core.errors import InstrumentError, InstrumentGarbled, InstrumentRefused, InstrumentSwapped
from gateway.core.reason import Cause


def cause_of(error: InstrumentError) -> Cause:
    """Of an answer that did not come over a link that is there."""
    if isinstance(error, InstrumentSwapped):
        return Cause.WRONG_DEVICE
    if isinstance(error, InstrumentRefused):
        return Cause.REFUSED
    return Cause.GARBLED if isinstance(error, InstrumentGarbled) else Cause.SILENT
