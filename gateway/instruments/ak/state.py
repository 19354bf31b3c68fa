"""What an AK device says of its state → status. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.config import AkStatus
from gateway.core.phrase import Phrase
from gateway.core.reading import Status
from gateway.core.reason import Cause, Reason


def why_not_measuring(words: Iterable[str], status: Status) -> Reason | None:
    """What the device said, if that is not MEASURING."""
    if status is Status.MEASURING:
        return None
    cause = Cause.CALIBRATING if status is Status.CALIBRATING else Cause.DEVICE_FAULT
    return Reason(cause, Phrase("ASTZ says {words}", words=" ".join(words) or "nothing"))


def status_of(words: Iterable[str], settings: AkStatus) -> Status:
    """The status by the words of ASTZ; the worst wins. Who does not say that it measures is not vouched for."""
    said = set(words)
    if said & settings.words_of("fault"):
        return Status.FAULT
    if said & settings.words_of("calibrating"):
        return Status.CALIBRATING
    return Status.MEASURING if said & settings.words_of("measuring") else Status.FAULT
