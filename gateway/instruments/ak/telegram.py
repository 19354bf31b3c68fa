"""AK telegrams. Pure.

    question  STX · any byte · command (4) · blank · K, channel · ETX
    answer    STX · any byte · the same command · blank · error digit · blank · values, apart by blanks or CR LF · ETX

The error digit is 0 while the device has no fault. Instead of values an answer may say why there are none: BS, SE, DF,
OF, NA, with the channel before it; `????` stands in place of a command that is not known (manuals of Emerson's
NGA 2000, 90003752, 4.2 and 5; CAI 700, chapter AK; Testo CU-2, 7.3.3). There is no checksum: the echo of the command
and the form are all that can be checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.core.errors import InstrumentGarbled, InstrumentRefused
from gateway.core.phrase import Phrase
from gateway.instruments.lines.excerpts import text_excerpt

_FRAME = re.compile(rb"\x02([^\x02\x03]*)\x03")
_ANSWER = re.compile(r"[^\x00-\x1f]([A-Z0-9?]{4}) ([0-9])((?:[ \r\n]+[!-~]+)*)[ \r\n]*", re.ASCII)
_UNKNOWN = "????"
_REASONS = {
    "BS": Phrase("busy with something else"),
    "SE": Phrase("syntax error"),
    "DF": Phrase("data error"),
    "OF": Phrase("the analyser is offline"),
    "NA": Phrase("not available"),
}


@dataclass(frozen=True, slots=True)
class AkAnswer:
    """`error` is the error digit; the values stand as they came."""

    error: int
    values: tuple[str, ...]


def question(command: str, channel: str) -> bytes:
    return f"\x02 {command} {channel}\x03".encode("ascii")


def answer_in(received: bytes, command: str, channel: str) -> AkAnswer | None:
    """The answer to that command; `None` while it is incomplete. What stands before its STX is noise.

    Raises:
        InstrumentGarbled: something else was answered, or twice.
        InstrumentRefused: the device says why it does not answer.
    """
    frames = _FRAME.findall(received)
    if not frames:
        return None
    match = _ANSWER.fullmatch(frames[0].decode("latin-1"))
    if len(frames) > 1 or match is None:
        raise InstrumentGarbled(
            Phrase("{command}: not one answer: {text_excerpt}", command=command, text_excerpt=text_excerpt(received))
        )
    echo, error, values = match[1], int(match[2]), tuple(match[3].split())
    if echo == _UNKNOWN:
        raise InstrumentRefused(
            Phrase("{command} {channel}: the device does not know this command", command=command, channel=channel)
        )
    if echo != command:
        raise InstrumentGarbled(Phrase("{command}: {echo} was answered in its place", command=command, echo=echo))
    reason = _REASONS.get(values[-1]) if values else None
    if reason is not None and len(values) <= 2:
        raise InstrumentRefused(
            Phrase(
                "{command} {channel}: {values}: {reason}",
                command=command,
                channel=channel,
                values=values[-1],
                reason=reason,
            )
        )
    return AkAnswer(error, values)
