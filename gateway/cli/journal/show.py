"""`gateway journal show`: the entries, for people and programs."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import bounds, usage
from gateway.cli.storage import open_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.core.journal_check import JournalRow

_SHOWN_DAYS = 7
"""Without --from and --to."""

From = Annotated[
    str | None,
    typer.Option("--from", help="First entry: a day (2026-01-31) or an instant, local time.", show_default=False),
]
To = Annotated[
    str | None, typer.Option("--to", help="Last entry: a day, all of it, or an instant.", show_default=False)
]


def show(
    first: From = None,
    last: To = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only entries of this kind: start, seal, port …", show_default=False)
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """What was written between --from and --to, oldest first. Without them: in the last seven days; of a --kind, ever.

    Nothing is verified: that does gateway journal verify.
    """
    from gateway.core.instants import DAY_MS, FAR_FUTURE_MS
    from gateway.core.journal_entry import EntryKind
    from gateway.reports.journal_json import entries_between, row_to_json
    from gateway.runtime.clock import SystemClock

    if kind is not None and kind not in list(EntryKind):
        raise usage(Phrase("--kind {kind}: write one of {kinds}", kind=kind, kinds=", ".join(EntryKind)))
    configuration = load_configuration(config)
    from_ms, until_ms = bounds(configuration, first, last)
    if from_ms is None and until_ms is None and kind is None:
        from_ms = SystemClock().now().wall_ms - _SHOWN_DAYS * DAY_MS
    with closing(open_storage(configuration)) as database:
        found = entries_between(database, from_ms or 0, FAR_FUTURE_MS if until_ms is None else until_ms, kind)
        if as_json:
            print_json([row_to_json(row) for row in found])
            return
        count = 0
        for count, row in enumerate(found, 1):  # noqa: B007 - how many there were
            say(_line(row, configuration.station.timezone))
    if not count:
        say(Phrase("nothing was written"), err=True)


def _line(row: JournalRow, zone: str) -> str:
    from gateway.core.in_words import InWords
    from gateway.core.instants import local_text

    try:
        at, entry = local_text(row.time_ms, zone), row.entry()
    except (ValueError, TypeError, OverflowError, RecursionError):
        return Phrase("{seq:>7}  cannot be read: gateway journal verify", seq=row.seq)
    who = "" if entry.who == "gateway" else Phrase(" by {who}", who=entry.who)
    told = f" {', '.join(f'{name}: {_words(content)}' for name, content in entry.what.items())}" if entry.what else ""
    return Phrase(
        "{seq:>7}  {at}  {kind:<13}{who}{told}",
        seq=row.seq,
        at=at,
        kind=entry.kind,
        who=who,
        told=InWords(told, told),  # names are codes, and what they hold is said already
    )


def _words(content: Any) -> str:
    from gateway.cli.speech import said
    from gateway.core.journal_entry import canonical

    return said(content) if isinstance(content, str) else "none" if content is None else canonical(content)
