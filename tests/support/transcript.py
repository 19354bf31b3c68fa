"""What was said between the gateway and a device, and what is to be made of it: the files below fixtures/transcripts.

A file begins with comments and the instrument as a configuration has it (YAML). Each `=== …` begins a poll: `>` is what
the device is asked and `<` what it answers, control characters as <STX>; then one line per parameter (symbol, value or
`none`, status), or the error's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter
from ruamel.yaml import YAML

from gateway.config.instruments.instrument import Instrument

FOLDER = Path(__file__).parents[1] / "fixtures/transcripts"
_CONTROLS = {"<NUL>": "\x00", "<STX>": "\x02", "<ETX>": "\x03", "<LF>": "\n", "<CR>": "\r"}


@dataclass(frozen=True, slots=True)
class Poll:
    """`exchanges`: what is asked and what is answered, in order; `unasked`: what a device says that nobody asked.
    `outcome`: the lines below them."""

    name: str
    exchanges: tuple[tuple[bytes, bytes], ...]
    outcome: tuple[str, ...]
    unasked: bytes = b""


@dataclass(frozen=True, slots=True)
class Transcript:
    name: str
    instrument: Instrument
    polls: tuple[Poll, ...] = field(default=())


def transcripts() -> list[Transcript]:
    """All that were recorded."""
    return [_read(file) for file in sorted(FOLDER.glob("*.txt"))]


def _read(file: Path) -> Transcript:
    head, *polls = re.split(r"^=== ", file.read_text("utf-8"), flags=re.MULTILINE)
    instrument = TypeAdapter(Instrument).validate_python(YAML(typ="safe", pure=True).load(head))
    return Transcript(file.stem, instrument, tuple(poll_of(text) for text in polls))


def poll_of(text: str) -> Poll:
    """What stands behind one `===`."""
    name, *lines = [line for line in text.splitlines() if line]
    asked = [_bytes(line[1:].removeprefix(" ")) for line in lines if line.startswith(">")]
    answered = [_bytes(line[1:].removeprefix(" ")) for line in lines if line.startswith("<")]
    outcome = tuple(line for line in lines if line[0] not in "<>")
    if not asked:
        return Poll(name, (), outcome, b"".join(answered))
    return Poll(name, tuple(zip(asked, answered, strict=True)), outcome)


def _bytes(text: str) -> bytes:
    return b"".join(_pieces(text))


def _pieces(text: str) -> Iterator[bytes]:
    for piece in re.split(r"(<[A-Z]{2,3}>)", text):
        yield _CONTROLS.get(piece, piece).encode("latin-1")
