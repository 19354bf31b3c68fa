"""`gateway journal verify`: is the journal as it was written?"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.storage import open_storage

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.journal.verification import VerifiedJournal


def verify(
    file: Annotated[
        Path | None,
        typer.Argument(help="An export of a journal; none: the station's own, in its database.", show_default=False),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Follow the journal from its first entry to its last, and say whether anything was changed, removed, put in,
    exchanged or cut off.

    Exit code 1 if it was; what does not follow is named. Compare the key with the one in the act of hand-over: who has
    the station's disk could have written another journal with another key.
    """
    found = _of_file(file) if file is not None else of_station(load_configuration(config))
    if as_json:
        print_json(to_json(found))
    else:
        _print(found)
    if found.faults:
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


def _of_file(file: Path) -> VerifiedJournal:
    from gateway.core.errors import GatewayError
    from gateway.journal.export import MOST_LINE, verify_export

    try:
        with file.open(encoding="utf-8", errors="backslashreplace", newline="\n") as source:
            return verify_export(iter(lambda: source.readline(MOST_LINE + 1), ""))
    except OSError as error:
        raise GatewayError(f"{file} cannot be read: {error.strerror}") from None


def to_json(found: VerifiedJournal) -> dict[str, Any]:
    """Stable keys."""
    return {
        "entries": found.entries,
        "head": None if found.head is None else {"seq": found.head.seq, "hash": found.head.hash},
        "keys": list(found.keys),
        "faults": [{"seq": one.seq, "reason": one.reason} for one in found.faults],
    }


def _print(found: VerifiedJournal) -> None:
    from gateway.journal.verification import LISTED

    for one in found.faults:
        say(str(one), err=True)
    if len(found.faults) >= LISTED:
        say("… and perhaps more: it was not followed any further", err=True)
    for key in found.keys:
        say(f"key: {key}")
    if found.head is not None:
        say(f"head: entry {found.head.seq}, {found.head.hash}")
    count = "1 entry" if found.entries == 1 else f"{found.entries:,} entries"
    if found.faults:
        say(f"{count}; the first that does not follow is entry {found.faults[0].seq}")
    else:
        say(f"{count}, each follows the one before")
