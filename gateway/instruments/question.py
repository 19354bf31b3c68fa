"""One question to a device, in words and in bytes: what a protocol says that a poll will send. Pure.

Times are those of the wire: bytes at the line's speed and the silence before the question.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config import Link
from gateway.config.links.ends import SerialEnd
from gateway.instruments.lines.serial_line import character_s

TYPICAL_TEXT = 40
"""Bytes of a text protocol's answer, of which nobody knows the length before."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, in words. `answer_bytes` is `None` where the device decides how long its answer is."""

    words: str
    question_bytes: int
    answer_bytes: int | None
    wire_s: float
    """0 where the speed of the line is not ours to know: a network, a device server."""
    occasion: str | None = None
    """When it is asked, in words; `None`: at every poll."""


def question_on(
    link: Link,
    words: str,
    question_bytes: int,
    answer_bytes: int | None = None,
    *,
    silence_s: float | None = None,
    occasion: str | None = None,
) -> Question:
    """The question as it is on that link. `silence_s` is kept before it: by default the pause of the line."""
    if not isinstance(link, SerialEnd):
        return Question(words, question_bytes, answer_bytes, 0.0, occasion)
    one_s = character_s(link.baudrate, link.bytesize, str(link.parity), link.stopbits)
    before_s = link.pause.total_seconds() if silence_s is None else silence_s
    size = question_bytes + (TYPICAL_TEXT if answer_bytes is None else answer_bytes)
    return Question(words, question_bytes, answer_bytes, size * one_s + (before_s if question_bytes else 0.0), occasion)
