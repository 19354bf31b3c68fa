"""`gateway journal verify`: is the journal as it was written?"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.journal.proof_file import end_with_proof, proof_in
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.storage import open_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.audit.digested_files import DigestedFilesCheck
    from gateway.config import Configuration
    from gateway.journal.verification import VerifiedJournal


def verify(
    file: Annotated[
        Path | None,
        typer.Argument(help="An export, or a proof; none: the station's own journal.", show_default=False),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Follow the journal from its first entry to its last, and say whether anything was changed, removed, put in,
    exchanged or cut off; and hold the files that are kept against the digests in it. Of a proof: whether its files
    are in the digest.

    Exit code 1 if it was; what does not follow is named. Compare the key with the one in the act of hand-over: who has
    the station's disk could have written another journal with another key.
    """
    from gateway.journal.export import verify_file

    files: DigestedFilesCheck | None = None
    if file is not None and (proven := proof_in(file)):
        end_with_proof(proven, as_json=as_json)
        return
    if file is not None:
        found = verify_file(file)
    else:
        configuration = load_configuration(config)
        found, files = of_station(configuration), files_of_station(configuration)
    if as_json:
        print_json({**to_json(found), "files": None if files is None else _files_to_json(files)})
    else:
        _print(found)
        if files is not None:
            _print_files(files)
    if found.faults or (files is not None and files.faults):
        raise typer.Exit(1)


def of_station(configuration: Configuration) -> VerifiedJournal:
    """That of the station's database, held against the anchor beside it.

    Raises:
        GatewayError: it cannot be read.
    """
    from gateway.db.anchor import AnchorFile
    from gateway.journal.verification import verify as verify_journal

    anchor = AnchorFile(configuration.storage.path).read().anchor
    with closing(open_storage(configuration)) as database:
        return verify_journal(database, None if anchor is None else anchor.journal)


def files_of_station(configuration: Configuration) -> DigestedFilesCheck:
    """Whether the files in the station's database are those that were digested. Raises as `of_station`."""
    from gateway.audit.digested_files import check_digested_files

    with closing(open_storage(configuration)) as database:
        return check_digested_files(database)


def to_json(found: VerifiedJournal) -> dict[str, Any]:
    """Stable keys."""
    return {
        "entries": found.entries,
        "begin": found.begin,
        "head": None if found.head is None else {"seq": found.head.seq, "hash": found.head.hash},
        "keys": list(found.keys),
        "has_known_end": found.has_known_end,
        "faults": [{"seq": one.seq, "reason": one.reason, "damaged": one.is_damaged} for one in found.faults],
    }


def _files_to_json(files: DigestedFilesCheck) -> dict[str, Any]:
    return {"checked": files.files, "faults": list(files.faults)}


def _print_files(files: DigestedFilesCheck) -> None:
    from gateway.audit.digested_files import LISTED

    for fault in files.faults:
        say(fault, err=True)
    if len(files.faults) >= LISTED:
        say(Phrase("… and perhaps more: the rest was not looked at"), err=True)
    count = Phrase("1 file") if files.files == 1 else Phrase("{files:,} files", files=files.files)
    say(
        Phrase("{count} held against the digests", count=count)
        + (Phrase(": not all are as they were") if files.faults else "")
    )


def _print(found: VerifiedJournal) -> None:
    from gateway.journal.verification import LISTED

    for one in found.faults:
        say(one.words, err=True)
    if len(found.faults) >= LISTED:
        say(Phrase("… and perhaps more: it was not followed any further"), err=True)
    if not found.has_known_end:
        say(
            Phrase("gateway: no anchor can be read beside it: whether entries are missing at its end is not known"),
            err=True,
        )
    for key in found.keys:
        say(Phrase("key: {key}", key=key))
    if found.begin:
        say(Phrase("begins behind entry {begin}: a part of a journal", begin=found.begin))
    if found.head is not None:
        say(Phrase("head: entry {seq}, {hash}", seq=found.head.seq, hash=found.head.hash))
    count = Phrase("1 entry") if found.entries == 1 else Phrase("{entries:,} entries", entries=found.entries)
    if found.faults:
        say(Phrase("{count}; the first that does not follow is entry {seq}", count=count, seq=found.faults[0].seq))
    else:
        say(Phrase("{count}, each follows the one before", count=count))
