"""The proof of a slot's files, as somebody hands it over: read and held against itself for `gateway journal verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gateway.cli.output import print_json, say
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.core.file_proof import ProvenFile

_MOST_BYTES = 1 << 24


def proof_in(file: Path) -> tuple[ProvenFile, ...]:
    """The files of a proof; none if it is another file, or cannot be read: who reads it next says so.

    Raises:
        GatewayError: it says that it is a proof, and is not as one is written.
    """
    import json

    from gateway.core.errors import GatewayError
    from gateway.core.file_proof import from_content
    from gateway.core.journal_entry import canonical

    try:
        with file.open("rb") as source:
            line = source.readline(_MOST_BYTES).decode().removesuffix("\n")
        content = json.loads(line)
    except (OSError, ValueError, RecursionError):
        return ()
    if not isinstance(content, dict) or "proof" not in content or "export" in content:
        return ()
    try:
        if canonical(content) != line:
            raise ValueError(Phrase("it is not in the form in which it is written"))
        return from_content(content)
    except (ValueError, RecursionError) as fault:
        raise GatewayError(Phrase("{file} is no proof of ours: {fault}", file=file, fault=fault)) from None


def end_with_proof(files: tuple[ProvenFile, ...], *, as_json: bool) -> None:
    """Say of each file whether it is in its digest. Ends the command with exit code 1 if one is not."""
    from gateway.journal.key import is_signed

    found = [(one, one.fault(is_signed)) for one in files]
    if as_json:
        print_json(
            [
                {"name": one.name, "sha256": one.sha256.hex(), "key": str(one.digest.what.get("key")), "fault": fault}
                for one, fault in found
            ]
        )
    for one, fault in found if not as_json else ():
        if fault is not None:
            say(fault, err=True)
        else:
            say(
                Phrase(
                    "{name}  sha256 {sha256}: in the digest of entry {seq}",
                    name=one.name,
                    sha256=one.sha256.hex(),
                    seq=one.digest.seq,
                )
            )
            say(Phrase("key: {key}", key=one.digest.what["key"]))
    if any(fault is not None for _, fault in found):
        raise typer.Exit(1)
