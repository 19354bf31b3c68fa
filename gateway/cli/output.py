"""Where a command's product goes: to a file that is complete or not there, or to standard output."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

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
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    from gateway.reports.atomic_output import atomic_file

    with atomic_file(out, overwrite=force) as beside:
        beside.write_bytes(content)
    typer.echo(f"{out}: {len(content):,} bytes", err=True)


def print_json(content: object) -> None:
    """For programs, and for people who look at what programs get."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
