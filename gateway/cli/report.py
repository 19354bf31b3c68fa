"""`gateway report`: what the owner and the authority want to read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, load_configuration
from gateway.cli.output import Force, Out, is_standard, put
from gateway.cli.period import From, Month, To, period_of
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration, Language
    from gateway.reports.document import ReportKind
    from gateway.reports.formats import ReportFormat
    from gateway.reports.period import ReportPeriod

Spoken = Annotated[
    str | None, typer.Option("--language", "-l", help="vi or en [default: the station's]", show_default=False)
]


def report(
    kind: Annotated[
        str,
        typer.Argument(
            help="completeness, outages, exceedances, quality, daily, monthly, calibrations, cameras, orders, seals,"
            " station.",
            show_default=False,
        ),
    ],
    month: Month = None,
    first: From = None,
    last: To = None,
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format", help="text, html, csv, xlsx, docx or json [default: as -o ends, or text]", show_default=False
        ),
    ] = None,
    out: Out = None,
    force: Force = False,
    language: Spoken = None,
    letter: Annotated[
        bool, typer.Option("--letter", help="With outages: draft the written notice of those over 12 h (docx or html).")
    ] = False,
    template: Annotated[
        Path | None, typer.Option("--template", help="Letter: your own, docx or html.", show_default=False)
    ] = None,
    addressee: Annotated[str | None, typer.Option("--addressee", help="Letter: to whom.", show_default=False)] = None,
    each: Annotated[bool, typer.Option("--each", help="Letter: one for each outage, into the folder -o.")] = False,
    blank: Annotated[
        bool, typer.Option("--blank", help="Letter: the template itself, to make your own of it.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Report on a month or any time, from what the station has kept. The daemon need not run.

    gateway report completeness --month 2026-01 -o january.html

    gateway report outages --letter --month 2026-01 -o notice.docx

    gateway report seals -o seals.html
    """
    from gateway.reports.document import ReportKind
    from gateway.reports.registry import needs_period

    if kind not in list(ReportKind):
        raise usage(Phrase("no report is called {kind}; there are: {kinds}", kind=kind, kinds=", ".join(ReportKind)))
    if kind == ReportKind.STATION and (month, first, last) != (None, None, None):
        raise usage(Phrase("the station's sheet tells how things are now: write it without --month, --from and --to"))
    if letter and kind != ReportKind.OUTAGES:
        raise usage(Phrase("--letter is for outages: gateway report outages --letter"))
    if (template or addressee or each or blank) and not letter:
        raise usage(Phrase("--template, --addressee, --each and --blank are for --letter"))
    configuration = load_configuration(config)
    spoken = language_of(configuration, language)
    if letter:
        from gateway.cli.letter import LetterRequest, write_blank, write_notice

        request = LetterRequest.of(file_format, out, force, spoken, template, addressee, each)
        if blank:
            write_blank(request)
        else:
            write_notice(
                request, configuration, _begun(period_of(configuration, month, first, last), ReportKind.OUTAGES)
            )
        return
    shown = _file_format(file_format, out)
    is_asked = needs_period(ReportKind(kind)) or (month, first, last) != (None, None, None)
    asked = _begun(period_of(configuration, month, first, last), ReportKind(kind)) if is_asked else None
    _write(ReportKind(kind), configuration, asked, shown, spoken, out, force)


def language_of(configuration: Configuration, wanted: str | None) -> Language:
    from gateway.config import Language

    if wanted is None:
        return configuration.station.language
    if wanted not in list(Language):
        raise usage(Phrase("--language {wanted}: write {languages}", wanted=wanted, languages=" or ".join(Language)))
    return Language(wanted)


def _begun(period: ReportPeriod, kind: ReportKind) -> ReportPeriod:
    """The same, unless nothing of it can be counted yet: a report on that would only be wrong."""
    from gateway.reports.registry import begun_ms
    from gateway.runtime.clock import SystemClock

    now_ms = SystemClock().now().wall_ms
    if period.from_ms > now_ms:
        raise usage(Phrase("that time has not begun yet"))
    if period.from_ms > begun_ms(kind, now_ms):
        raise usage(Phrase("no slot of that time counts yet: each does five minutes after its end"))
    return period


def _file_format(wanted: str | None, out: Path | None) -> ReportFormat:
    from gateway.reports.formats import ReportFormat

    ending = "" if out is None else out.suffix.removeprefix(".").lower()
    name = wanted or {"htm": "html", "txt": "text"}.get(ending, ending) or "text"
    if name not in list(ReportFormat):
        raise usage(
            Phrase("no format is called {name}; there are: {formats}", name=name, formats=", ".join(ReportFormat))
        )
    file_format = ReportFormat(name)
    if not file_format.is_text and is_standard(out):
        raise usage(Phrase("{file_format} is not for a terminal: write -o FILE.{file_format}", file_format=file_format))
    return file_format


def _write(
    kind: ReportKind,
    configuration: Configuration,
    period: ReportPeriod | None,
    file_format: ReportFormat,
    language: Language,
    out: Path | None,
    force: bool,
) -> None:
    from gateway.reports.formats import render
    from gateway.reports.registry import build, usual_period
    from gateway.runtime.clock import SystemClock

    database = open_storage(configuration)
    now_ms = SystemClock().now().wall_ms
    try:
        asked = period or usual_period(kind, configuration, database, now_ms)
        if asked is None:
            raise AssertionError("a report on slots is asked for with its time")
        made = build(kind, configuration, database, asked, now_ms)
    finally:
        database.close()
    put(render(made, file_format, language), out, force=force)
