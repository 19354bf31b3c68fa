"""Why a reading is not 00: what a driver, a rule or a person had against it, in one word and in words.

A reason is made only for a reading that is not MEASURING, and the same object serves again at the next poll: what is
well needs none.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Cause(StrEnum):
    """Each says where to look."""

    LINK_DOWN = "link-down"
    """There is no connection to anybody on the link."""
    SILENT = "silent"
    """The link is there, and the device does not answer."""
    GARBLED = "garbled"
    """What comes is no answer: checksum, length, form."""
    WRONG_DEVICE = "wrong-device"
    """Another device answers than the one that is configured."""
    REFUSED = "refused"
    """The device declines: it does not have this register, or not now."""
    DEVICE_FAULT = "device-fault"
    """The device says of itself that it is at fault."""
    UNKNOWN_STATUS = "unknown-status"
    """What tells the device's state could not be read: nobody vouches for its values."""
    CALIBRATING = "calibrating"
    """The device says that it calibrates."""
    SCHEDULE = "schedule"
    """The configuration's schedule says that it calibrates, or is out of order, at this time."""
    HOLD = "hold"
    """A calibration ended a moment ago."""
    WARM_UP = "warm-up"
    """It was away, or has started, a moment ago."""
    DECLARED = "declared"
    """A person has declared a calibration."""
    ELECTRICAL = "electrical"
    """The current of a loop is outside of what a transmitter that works gives."""
    INVALID = "invalid"
    """The device says by a code that it has no value."""
    NO_NUMBER = "no-number"
    """What stands there is no number: NaN, no decimal digits, no text of one."""
    DOUBTFUL_TOTAL = "doubtful-total"
    """A running total fell or jumped as none does, or there is none before it: what came is not known."""
    NO_RESULT = "no-result"
    """The formula over the registers has no result of what they hold."""
    OVERFLOW = "overflow"
    """The value is beyond any number that can be kept."""
    REFUSED_TEXT = "refused-text"
    """The device's text is not as described."""
    NOT_READ = "not-read"
    """Of a slot: most of its readings were never taken, for the gateway was off or busy."""
    INPUT = "input"
    """Of a converted or computed parameter: another one, that it needs, is not 00."""


class Reason(NamedTuple):
    """`detail`, in words and for people, says what exactly: `status holding:100 is 2`, `2.9 mA`. Short, and escaped
    where it shows what a device said."""

    cause: Cause
    detail: str

    def to_text(self) -> str:
        return f"{self.cause}: {self.detail}" if self.detail else str(self.cause)

    @classmethod
    def from_text(cls, text: str) -> Reason | None:
        """The reason that `to_text` wrote; `None`: its cause is one that only another version knows."""
        cause, _, detail = text.partition(": ")
        return cls(Cause(cause), detail) if cause in _CAUSES else None


_CAUSES = frozenset(Cause)
