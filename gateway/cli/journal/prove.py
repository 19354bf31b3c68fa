"""`gateway journal prove`: that a slot's files are those that were made, for whoever relies on nobody."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import Force, print_json, put, say
from gateway.cli.slots import slot_end_ms
from gateway.cli.storage import open_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.audit.evidence import CoveredSlot
    from gateway.config import Configuration
    from gateway.core.file_proof import ProvenFile


def prove(
    slot: Annotated[
        str,
        typer.Argument(
            metavar="SLOT", help="The time in the file's name: 2026-01-05T10:05, local time.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The proof, for a third party; - is standard output.", show_default=False),
    ] = None,
    force: Force = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Which digest of the journal covers the slot's files, and the way from each of them to its signed root.

    What -o writes is verified by the script in docs/verify-a-journal.md. Exit code 1: nothing of it can be proven.
    """
    from gateway.audit.evidence import covering_digest
    from gateway.core.file_proof import to_content
    from gateway.core.instants import local_text
    from gateway.core.journal_entry import canonical

    configuration = load_configuration(config)
    end_ms = slot_end_ms(configuration, slot)
    with closing(open_storage(configuration)) as database:
        found = covering_digest(database, end_ms)
    files = _holding(found)
    content = to_content(configuration.station.code, local_text(end_ms, configuration.station.zone, "seconds"), files)
    for reason in found.why_not:
        say(Phrase("gateway: {reason}", reason=reason), err=True)
    if out is not None and files:
        put(f"{canonical(content)}\n".encode(), out, force=force)
    if as_json:
        print_json({**content, "not_covered": list(found.why_not)})
    elif out is None:
        for one in files:
            say(*_lines(one, configuration))
    if not files:
        raise typer.Exit(1)


def _holding(found: CoveredSlot) -> list[ProvenFile]:
    """Those that a third party will find to be proven; about others it is said why not."""
    from gateway.journal.key import is_signed

    holding = []
    for one in found.files:
        fault = one.fault(is_signed)
        if fault is None:
            holding.append(one)
        else:
            say(Phrase("gateway: {fault}: gateway journal verify", fault=fault), err=True)
    return holding


def _lines(one: ProvenFile, configuration: Configuration) -> list[str]:
    from gateway.core.instants import local_text

    what: Any = one.digest.what
    at = local_text(one.digest.time_ms, configuration.station.zone, "seconds")
    return [
        Phrase("{name}  {size:,} bytes", name=one.name, size=one.size),
        Phrase("  sha256  {sha256}", sha256=one.sha256.hex()),
        Phrase(
            "  digest  of {day}, entry {seq} of the journal, {at}: {count} files",
            day=what["day"],
            seq=one.digest.seq,
            at=at,
            count=what["files"],
        ),
        Phrase("  root    {root}", root=what["root"]),
        Phrase("  key     {key}", key=what["key"]),
    ]
