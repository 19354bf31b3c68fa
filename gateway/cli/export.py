"""`gateway export`: what the station kept, out of its database."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, load_configuration
from gateway.cli.output import Force, is_standard, say, standard_bytes
from gateway.cli.period import From, Month, To, period_of
from gateway.cli.slots import known, usage
from gateway.cli.storage import open_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.db import Database
    from gateway.reports.export.rows import Row
    from gateway.reports.period import ReportPeriod


class ExportFormat(StrEnum):
    CSV = "csv"
    TT10 = "tt10"
    PARQUET = "parquet"


def export(
    file_format: Annotated[str, typer.Option("--format", help=f"{', '.join(ExportFormat)}.")] = ExportFormat.CSV,
    month: Month = None,
    first: From = None,
    last: To = None,
    readings: Annotated[bool, typer.Option("--readings", help="Raw readings instead of slot records.")] = False,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", help="Only this symbol; may be repeated.", show_default=False)
    ] = None,
    interval: Annotated[
        str | None, typer.Option("--interval", help="Length of the slots, such as 60min [default: reporting.slot]")
    ] = None,
    destination: Annotated[
        str | None, typer.Option("--destination", help="tt10: the files meant for this one.", show_default=False)
    ] = None,
    folder: Annotated[
        str | None,
        typer.Option(
            "--folder", help="tt10: date folders, as for a destination: strftime or a layout.", show_default="%Y/%m/%d"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File; for tt10, folder; - is standard output.", show_default=False),
    ] = None,
    force: Force = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Slot records or raw readings as CSV or Parquet, or the files exactly as they were sent (tt10).

    What is written is complete or not there. The daemon need not run, and is not disturbed.
    """
    if file_format not in list(ExportFormat):
        raise usage(
            Phrase(
                "no format is called {file_format}; there are: {formats}",
                file_format=file_format,
                formats=", ".join(ExportFormat),
            )
        )
    if file_format == ExportFormat.TT10 and (readings or parameter):
        raise usage(Phrase("tt10 are whole files of slots: --readings and --parameter do not go with it"))
    if file_format != ExportFormat.CSV and is_standard(out):
        example = "FOLDER" if file_format == ExportFormat.TT10 else "FILE.parquet"
        raise usage(
            Phrase(
                "{file_format} cannot go to standard output: write -o {example}",
                file_format=file_format,
                example=example,
            )
        )
    if destination is not None and file_format != ExportFormat.TT10:
        raise usage(Phrase("--destination goes with --format tt10: records are the same for everyone"))
    if folder is not None and file_format != ExportFormat.TT10:
        raise usage(Phrase("--folder goes with --format tt10: the others are one file"))
    if interval is not None and readings:
        raise usage(Phrase("--interval is of slots: it does not go with --readings"))
    configuration = load_configuration(config)
    period = period_of(configuration, month, first, last)
    pattern = _pattern(folder)
    database = open_storage(configuration)
    try:
        if destination is not None:
            known(configuration, database, destination)
        length_ms = _length_ms(configuration, database, interval)
        symbols = _symbols(configuration, database, parameter or ())
        with _progress(period) as on_progress:
            if file_format == ExportFormat.TT10 and out is not None:
                _write_files(database, period, length_ms, destination, pattern, out, force, on_progress)
                return
            rows, heads = _rows(database, period, length_ms, readings, symbols)
            count = _write_rows(rows, heads, file_format, out, force, on_progress)
    finally:
        database.close()
    if not is_standard(out):
        say(Phrase("{out}: {count:,} rows", out=out, count=count), err=True)
    elif not count:
        say(Phrase("gateway: nothing was kept of that time"), err=True)


def _rows(
    database: Database, period: ReportPeriod, length_ms: int, readings: bool, symbols: frozenset[str]
) -> tuple[Iterator[Row], tuple[str, ...]]:
    from gateway.readings.store import ReadingStore
    from gateway.records.store import RecordStore
    from gateway.reports.export.rows import ReadingRow, RecordRow, reading_rows, record_rows

    if readings:
        return reading_rows(ReadingStore(database), period, symbols), ReadingRow.HEADS
    return record_rows(RecordStore(database), period, length_ms, symbols), RecordRow.HEADS


def _write_rows(
    rows: Iterator[Row],
    heads: tuple[str, ...],
    file_format: str,
    out: Path | None,
    force: bool,
    on_progress: Callable[[int], None],
) -> int:
    from gateway.reports.atomic_output import atomic_file
    from gateway.reports.export.csv_rows import write_csv
    from gateway.reports.export.parquet import write_parquet

    if out is None or is_standard(out):
        text = io.TextIOWrapper(standard_bytes(), "utf-8", newline="", write_through=False)
        try:
            return write_csv(rows, heads, text, on_progress)
        finally:
            text.detach().flush()
    with atomic_file(out, overwrite=force) as beside:
        if file_format == ExportFormat.PARQUET:
            return write_parquet(rows, heads, beside, on_progress)
        with beside.open("w", encoding="utf-8", newline="") as opened:
            return write_csv(rows, heads, opened, on_progress)


def _write_files(
    database: Database,
    period: ReportPeriod,
    length_ms: int,
    destination: str | None,
    pattern: str,
    out: Path,
    force: bool,
    on_progress: Callable[[int], None],
) -> None:
    from gateway.files.kept_files import kept_files
    from gateway.files.store import FileStore
    from gateway.reports.atomic_output import atomic_folder
    from gateway.reports.export.files import write_files

    wanted = kept_files(database, "tt10", length_ms, period.from_ms, period.until_ms, destination)
    with atomic_folder(out, overwrite=force) as beside:
        count, broken = write_files(FileStore(database), wanted, beside, pattern, period.zone, on_progress)
    say(Phrase("{out}: {count:,} files", out=out, count=count), err=True)
    for fault in broken:
        say(Phrase("gateway: left out: {fault}", fault=fault), err=True)
    if broken:
        raise typer.Exit(1)


def _pattern(folder: str | None) -> str:
    from gateway.config.destinations.folder import LAYOUTS, parse_folder
    from gateway.config.file.form_error import FormError

    try:
        return LAYOUTS["YYYY/MM/DD"] if folder is None else parse_folder(folder)
    except FormError as fault:
        raise usage(Phrase("--folder: {fault}", fault=fault)) from None


def _length_ms(configuration: Configuration, database: Database, interval: str | None) -> int:
    """Of the slots that are meant: such as are made, or were once."""
    from datetime import timedelta

    from gateway.config.file.form_error import FormError
    from gateway.config.units import parse_duration, show_duration
    from gateway.core.instants import milliseconds
    from gateway.records.store import RecordStore

    slot = configuration.reporting.slot
    if interval is None:
        return milliseconds(slot)
    try:
        wanted = parse_duration(interval)
    except FormError as fault:
        raise usage(Phrase("--interval: {fault}", fault=fault)) from None
    made = {slot, *(destination.interval_length for destination in configuration.destinations)}
    made |= {timedelta(milliseconds=length) for length in RecordStore(database).lengths_ms()}
    if wanted not in made:
        raise usage(
            Phrase(
                "--interval: no slots of {interval} are made; use {lengths}",
                interval=interval,
                lengths=" or ".join(map(show_duration, sorted(made))),
            )
        )
    return milliseconds(wanted)


def _symbols(configuration: Configuration, database: Database, words: Sequence[str]) -> frozenset[str]:
    """The lines that are meant, of those that are in the configuration, or were once."""
    from gateway.cli.lines import advice, line_meant
    from gateway.records.store import RecordStore

    if not words:
        return frozenset()
    configured = dict.fromkeys(line.line for line in configuration.sent)
    lines = (*configured, *sorted(RecordStore(database).symbols() - configured.keys()))
    found = {word: line_meant(word, lines) for word in words}
    for word, line in found.items():
        if line is None:
            raise usage(Phrase("no parameter is called {word}; {hint}", word=word, hint=advice(word, lines)))
    return frozenset(line for line in found.values() if line is not None)


@contextmanager
def _progress(period: ReportPeriod) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, silence elsewhere. What it gives hears how far in time the export is."""
    if not sys.stderr.isatty():
        yield lambda at_ms: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from gateway.cli.drawing import open_console

    columns = (TextColumn("exporting"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=open_console(err=True), transient=True) as bar:
        task = bar.add_task("", total=max(1, period.until_ms - period.from_ms))
        yield lambda at_ms: bar.update(task, completed=at_ms - period.from_ms)
