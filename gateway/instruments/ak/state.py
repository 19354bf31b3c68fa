"""What an AK device says of its state → status. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.config import AkStatus
from gateway.core.reading import Status


def status_of(words: Iterable[str], settings: AkStatus) -> Status:
    """The status by the words of ASTZ; the worst wins. Who does not say that it measures is not vouched for."""
    said = set(words)
    if said & settings.words_of("fault"):
        return Status.FAULT
    if said & settings.words_of("calibrating"):
        return Status.CALIBRATING
    return Status.MEASURING if said & settings.words_of("measuring") else Status.FAULT
