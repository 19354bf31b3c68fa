"""`gateway journal export`: the journal as a file that a third party can verify."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.journal.show import From, To
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, load_configuration
from gateway.cli.output import Force, is_standard, say, standard_bytes
from gateway.cli.slots import bounds, usage
from gateway.cli.storage import open_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.journal.key import JournalKey


def export(
    out: Annotated[
        Path, typer.Option("--output", "-o", help="File to write; - is standard output.", show_default=False)
    ],
    first: From = None,
    last: To = None,
    force: Force = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Every entry, or those between --from and --to, as JSON lines. The last line is signed with the station's key, so
    that a cut is found; docs/verify-a-journal.md has the script that verifies all of it.

    Run it as the gateway's user or as root: only they can read the key.
    """
    from gateway.core.instants import FAR_FUTURE_MS
    from gateway.journal.export import between, export_lines, whole
    from gateway.journal.rows import span
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    from_ms, until_ms = bounds(configuration, first, last)
    key = _key(configuration.storage.path)
    with closing(open_storage(configuration)) as database:
        wanted = whole(database)
        if (from_ms, until_ms) != (None, None):
            numbers = span(database, from_ms or 0, FAR_FUTURE_MS if until_ms is None else until_ms)
            if numbers is None:
                raise usage(Phrase("nothing was written in that time"))
            wanted = between(database, *numbers)
        now_ms = SystemClock().now().wall_ms
        _write(export_lines(database, key, configuration.station.code, now_ms, wanted), out, force=force)


def _key(storage: Path) -> JournalKey:
    from gateway.core.errors import GatewayError
    from gateway.journal.key import NAME, KeyUnusable, read_key

    try:
        return read_key(storage / NAME)
    except FileNotFoundError:
        raise GatewayError(
            Phrase("there is no {storage}: start the gateway, it makes one", storage=storage / NAME)
        ) from None
    except KeyUnusable as error:
        raise GatewayError(
            Phrase("{error}; run this as root or as the gateway's user, or restart the gateway", error=error)
        ) from None


def _write(lines: Iterator[str], out: Path, *, force: bool) -> None:
    """As they come: the journal may be larger than the memory."""
    from gateway.reports.atomic_output import atomic_file

    if is_standard(out):
        stream = standard_bytes()
        for line in lines:
            stream.write(f"{line}\n".encode())
        stream.flush()
        return
    count = 0
    with atomic_file(out, overwrite=force) as beside, beside.open("wb") as file:
        for line in lines:
            file.write(f"{line}\n".encode())
            count += 1
    say(Phrase("{out}: {count} entries", out=out, count=count - 2), err=True)
