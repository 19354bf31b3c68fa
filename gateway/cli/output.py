"""Where a command's product goes: to a file that is complete or not there, or to standard output; and what it says.

What people read may have come from outside: a name that a server lists, what a device answered. Nothing of it does
anything to a terminal, or looks like a line of ours: commands say lines by `say`, draw by `gateway.cli.drawing`, and
whatever else writes to the standard streams does so through `PrintableStream`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Annotated, Any, TextIO

import typer

from gateway.cli.speech import said
from gateway.core.phrase import Phrase
from gateway.core.printable import printable, printable_json, printable_lines

Out = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="File to write; - or nothing: standard output.", show_default=False),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]


_STANDARD = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}


def is_standard(out: Path | None) -> bool:
    return out is None or str(out) in _STANDARD


def put(content: bytes, out: Path | None, *, force: bool) -> None:
    """Write it.

    Raises:
        GatewayError: the file exists and `force` is not given, or it cannot be written.
    """
    if out is None or is_standard(out):
        out_bytes = standard_bytes()
        out_bytes.write(content)
        out_bytes.flush()
        return
    from gateway.reports.atomic_output import atomic_file

    with atomic_file(out, overwrite=force) as beside:
        beside.write_bytes(content)
    say(Phrase("{out}: {count:,} bytes", out=out, count=len(content)), err=True)


def say(*lines: str, err: bool = False) -> None:
    """Each on a line of its own, whatever is in it."""
    stream = sys.stderr if err else sys.stdout
    stream.write("".join(f"{printable(said(line))}\n" for line in lines))
    stream.flush()


def show_prompt(text: str) -> None:
    """What a person is to go on behind; no end of the line."""
    sys.stdout.write(printable(text))
    sys.stdout.flush()


def print_json(content: object) -> None:
    """For programs, and for people who look at what programs get: no language changes it."""
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "").replace("_", "") == "utf8"
    sys.stdout.write(f"{printable_json(content, ascii_only=not is_unicode)}\n")
    sys.stdout.flush()


class PrintableStream:
    """A standard stream to which nothing is written that is not seen, but for the ends of lines. What its encoding has
    not got is written as an escape, too. It has no `buffer`: nothing finds a way around it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        self.stream.write(printable_lines(text))
        return len(text)

    def writelines(self, texts: list[str]) -> None:
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self.stream, name)


def guard_streams() -> None:
    """Put `PrintableStream` before both standard streams of this process."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, PrintableStream):
            stream.reconfigure(errors="backslashreplace")
            setattr(sys, name, PrintableStream(stream))


def unguarded(stream: Any) -> TextIO:
    """The stream behind a `PrintableStream`, for what has escaped its text already, and draws."""
    stream = getattr(stream, "rich_proxied_file", stream)  # while rich draws a bar
    found: TextIO = stream.stream if isinstance(stream, PrintableStream) else stream
    return found


def standard_bytes() -> IO[bytes]:
    """Standard output, for a product that is complete as it is."""
    return unguarded(sys.stdout).buffer
