"""NMEA 0183 sentences. Pure.

    $ · talker (2) · sentence (3) · , fields … · * · checksum · CR LF        $WIMWV,045,R,11.6,N,A*3D
    $P · a maker's own address · , fields … · * · checksum · CR LF

The checksum is the exclusive or of all bytes between $ and *, as two hexadecimal digits. The standard leaves it to some
sentences to have none; here one without is no sentence, for nothing else tells a digit that changed on the way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import xor

from gateway.core.phrase import Phrase
from gateway.instruments.lines.excerpts import text_excerpt

_SENTENCE = re.compile(rb"\$([A-Z0-9]{3,12}),([\x20-\x23\x25-\x29\x2b-\x7e]*)\*([0-9A-Fa-f]{2})\r?")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`fields[0]` is the one that the standard counts as the first. A maker's own (`P…`) has no talker."""

    talker: str
    name: str
    fields: tuple[str, ...]

    def field(self, number: int) -> str | None:
        """The field of that number, from 1; `None` if it has not so many."""
        return self.fields[number - 1] if number <= len(self.fields) else None


def sentence_in(line: bytes) -> Sentence | str:
    """The sentence that this line is, a CR at its end aside; or why it is none."""
    match = _SENTENCE.fullmatch(line)
    if match is None:
        return Phrase("no sentence: {text_excerpt}", text_excerpt=text_excerpt(line))
    if int(match[3], 16) != checksum(line[1 : line.rindex(b"*")]):
        return Phrase("the checksum is wrong: {text_excerpt}", text_excerpt=text_excerpt(line))
    address, fields = match[1].decode("ascii"), tuple(match[2].decode("ascii").split(","))
    if address.startswith("P"):
        return Sentence("", address, fields)
    return Sentence(address[:2], address[2:], fields)


def checksum(content: bytes) -> int:
    return reduce(xor, content, 0)


def question(asking: str, asked: str, name: str) -> bytes:
    """`$IIWIQ,MWV*2F`: II asks WI for its MWV."""
    content = f"{asking}{asked}Q,{name}".encode("ascii")
    return b"$%s*%02X\r\n" % (content, checksum(content))
