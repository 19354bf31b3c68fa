"""`gateway report outages --letter`: drafts the written notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli.output import is_standard, put, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration, Language
    from gateway.reports.document import Heading
    from gateway.reports.interruptions import ListedInterruption
    from gateway.reports.letter.notice import LetterFormat
    from gateway.reports.period import ReportPeriod


@dataclass(frozen=True, slots=True)
class LetterRequest:
    """What kind of letter, and where to."""

    file_format: LetterFormat
    out: Path | None
    force: bool
    language: Language
    template: Path | None
    addressee: str | None
    each: bool

    @classmethod
    def of(
        cls,
        file_format: str | None,
        out: Path | None,
        force: bool,
        language: Language,
        template: Path | None,
        addressee: str | None,
        each: bool,
    ) -> LetterRequest:
        """Ends the command with exit code 2 if it does not fit together."""
        from gateway.reports.letter.notice import LetterFormat

        endings = [file.suffix.removeprefix(".").lower() for file in (template, out) if file is not None]
        name = file_format or next((ending for ending in endings if ending in list(LetterFormat)), "docx")
        if name not in list(LetterFormat):
            raise usage(Phrase("a letter is {formats}, not {name}", formats=" or ".join(LetterFormat), name=name))
        if each and is_standard(out):
            raise usage(Phrase("--each writes several letters: say into which folder with -o"))
        if name == LetterFormat.DOCX and is_standard(out):
            raise usage(Phrase("docx is not for a terminal: write -o FILE.docx"))
        return cls(LetterFormat(name), out, force, language, template, addressee, each)


def write_blank(request: LetterRequest) -> None:
    """The template that ships, with its placeholders."""
    from gateway.reports.letter.notice import blank
    from gateway.texts import Wording

    put(blank(request.file_format, Wording.of(request.language)), request.out, force=request.force)


def write_notice(request: LetterRequest, configuration: Configuration, period: ReportPeriod) -> None:
    """One letter on all that must be told, or one each. Without anything to be told there is none, and it says so."""
    from gateway.reports.interruptions import interruptions
    from gateway.reports.letter.fields import to_be_told
    from gateway.reports.report_data import read_report_data
    from gateway.runtime.clock import SystemClock

    database = open_storage(configuration)
    try:
        data = read_report_data(configuration, database, period, SystemClock().now().wall_ms)
        told = to_be_told(interruptions(data))
    finally:
        database.close()
    _warn(request, told)
    if not told:
        say(Phrase("no interruption of more than 12 hours in this time: no notice is due, none was written"), err=True)
    elif request.each:
        _write_each(request, data.heading, told)
    else:
        put(_letter(request, data.heading, told), request.out, force=request.force)


def _warn(request: LetterRequest, told: list[ListedInterruption]) -> None:
    """Of what a person should put right before he signs."""
    from gateway.reports.interruptions import InterruptionScope
    from gateway.reports.letter.notice import makes_an_old_promise

    names = {one.name for one in told if one.scope is InterruptionScope.DESTINATION and one.official_name is None}
    if names:
        say(
            Phrase(
                "warning: the letter cannot call {names} by name: add official_name there",
                names=", ".join(sorted(names)),
            ),
            err=True,
        )
    if told and request.template is not None and makes_an_old_promise(request.file_format, request.template):
        say(
            Phrase(
                "warning: {file} says of any interruption that its data are kept and sent later, as templates"
                " of older versions did: put {{value_sentence}} and {{measure_sentence}} there instead",
                file=request.template,
            ),
            err=True,
        )


def _letter(request: LetterRequest, heading: Heading, told: list[ListedInterruption]) -> bytes:
    from gateway.reports.letter.notice import notice
    from gateway.texts import Wording

    wording = Wording.of(request.language)
    return notice(request.file_format, heading, told, wording, request.template, request.addressee, of_one=request.each)


def _write_each(request: LetterRequest, heading: Heading, told: list[ListedInterruption]) -> None:
    from gateway.core.instants import local_time
    from gateway.reports.atomic_output import atomic_folder

    if request.out is None:
        raise AssertionError("a request for several letters names a folder")
    with atomic_folder(request.out, overwrite=request.force) as folder:
        for number, one in enumerate(told, 1):
            began = local_time(one.began_ms, heading.period.zone)
            name = f"{heading.station_code}_{began:%Y%m%d%H%M}_{number}.{request.file_format}"
            folder.joinpath(name).write_bytes(_letter(request, heading, [one]))
    say(Phrase("{out}: {count} letters", out=request.out, count=len(told)), err=True)
