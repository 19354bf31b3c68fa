"""Received bytes → the lines that answer, as one text. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.config.instruments.line_pattern import LinePattern
from gateway.core.errors import InstrumentGarbled
from gateway.core.phrase import Phrase
from gateway.instruments.lines.excerpts import text_excerpt


def answer_in(
    received: bytes, terminator: bytes, line_count: int = 1, skipped: Sequence[LinePattern] = ()
) -> bytes | None:
    """The answer's lines with terminators between them and none at the end; `None` while it is incomplete. Lines that
    may stand in it and say nothing (`skipped`) are none of them.

    Raises:
        InstrumentGarbled: more lines than an answer has: some answer an earlier question, and nothing tells which.
    """
    *lines, _begun = received.split(terminator)
    if skipped:
        lines = [line for line in lines if not any(one.fullmatch(line) for one in skipped)]
    if len(lines) > line_count:
        raise InstrumentGarbled(
            Phrase(
                "{words} to one question (a device that always answers so has lines: {lines}): {text_excerpt}",
                words=Phrase("two answers")
                if line_count == 1
                else Phrase("more than {line_count} lines in answer", line_count=line_count),
                lines=len(lines),
                text_excerpt=text_excerpt(received),
            )
        )
    return terminator.join(lines) if len(lines) == line_count else None
