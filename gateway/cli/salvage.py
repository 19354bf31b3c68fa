"""What `gateway recover` does alike with either of the station's databases: open, read and tell of another one."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli.speech import said
from gateway.core.phrase import Phrase, in_a_row

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from gateway.db import Database
    from gateway.db.rebuilt import PageReading
    from gateway.db.salvage import Salvage
    from gateway.db.set_aside import SetAside


@contextmanager
def opened(
    file: Path, folder: Path, schema: Traversable | None = None, *, is_at_rest: bool = False
) -> Iterator[Salvage]:
    """The other database; `schema` is the folder of its schema if it is not the gateway's. `is_at_rest`: nobody writes
    it any more."""
    from gateway.core.errors import GatewayError
    from gateway.db.connection import SCHEMA
    from gateway.db.salvage import Salvage

    try:
        source = Salvage(file, folder, schema=SCHEMA if schema is None else schema, is_at_rest=is_at_rest)
    except OSError as error:
        raise GatewayError(
            Phrase("{file} cannot be copied to be read: {strerror}", file=file, strerror=error.strerror or error)
        ) from None
    try:
        yield source
    finally:
        source.close()


@contextmanager
def target_of(database: Database, dry_run: bool, schema: Traversable | None = None) -> Iterator[Database]:
    """Ours; for a look, a copy of it."""
    if not dry_run:
        yield database
        return
    from gateway.db import join_database

    with tempfile.TemporaryDirectory(prefix=".recover-", dir=database.file.parent) as folder:
        copy = Path(folder) / database.file.name
        database.copy_to(copy)
        looked_into = join_database(copy) if schema is None else join_database(copy, schema=schema)
        try:
            yield looked_into
        finally:
            looked_into.close()


@contextmanager
def progress(source: Salvage, tables: Sequence[str]) -> Iterator[Callable[[str, int], None]]:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda table, rows: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from gateway.cli.drawing import open_console

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=open_console(err=True), transient=True) as bar:
        task = bar.add_task(
            said(Phrase("reading the file")), total=max(1, sum(source.count(table) for table in tables))
        )
        yield lambda table, rows: bar.update(task, advance=rows, description=table)


def matters_of(database: Database, file: Path) -> list[SetAside]:
    """What stays in `status` because of this file."""
    from gateway.db.set_aside import open_ones

    return [one for one in open_ones(database) if one.subject == file.name]


def read_by_pages(reading: PageReading) -> str:
    gaps = (
        Phrase("; not found, or removed earlier: {missing}", missing=counted(reading.missing))
        if reading.missing
        else ""
    )
    return Phrase(
        "read page by page, for its schema or a table is broken: {rows} rows on {pages} pages{gaps}",
        rows=reading.rows,
        pages=reading.pages,
        gaps=gaps,
    )


def counted(counts: Mapping[str, int]) -> Phrase:
    """Rows by table: `3 destination, 2 reading_block`, the tables' names as the database has them."""
    shown = [
        Phrase("{number} {table}", number=number, table=table) for table, number in sorted(counts.items()) if number
    ]
    return in_a_row(shown, ", ") if shown else Phrase("nothing")
