"""What a far end tells of something that may lie there: three answers, and an error while asking is none of the first
two."""

from __future__ import annotations

from enum import StrEnum


class Presence(StrEnum):
    THERE = "there"
    NOT_THERE = "not there"
    NOT_TOLD = "not told"
