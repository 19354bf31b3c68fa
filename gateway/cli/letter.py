"""`gateway report outages --letter`: drafts the written notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gateway.cli.output import is_standard, put
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage

if TYPE_CHECKING:
    from gateway.config import Configuration, Language
    from gateway.reports.document import Heading
    from gateway.reports.interruptions import Interruption
    from gateway.reports.letter.notice import LetterForm
    from gateway.reports.period import Period


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of letter, and where to."""

    form: LetterForm
    out: Path | None
    force: bool
    language: Language
    template: Path | None
    addressee: str | None
    each: bool

    @classmethod
    def of(
        cls,
        form: str | None,
        out: Path | None,
        force: bool,
        language: Language,
        template: Path | None,
        addressee: str | None,
        each: bool,
    ) -> Wish:
        """Ends the command with exit code 2 if it does not fit together."""
        from gateway.reports.letter.notice import LetterForm

        endings = [file.suffix.removeprefix(".").lower() for file in (template, out) if file is not None]
        name = form or next((ending for ending in endings if ending in list(LetterForm)), "docx")
        if name not in list(LetterForm):
            raise usage(f"a letter is {' or '.join(LetterForm)}, not {name}")
        if each and is_standard(out):
            raise usage("--each writes several letters: say into which folder with -o")
        if name == LetterForm.DOCX and is_standard(out):
            raise usage("docx is not for a terminal: write -o FILE.docx")
        return cls(LetterForm(name), out, force, language, template, addressee, each)


def write_blank(wish: Wish) -> None:
    """The template that ships, with its placeholders."""
    from gateway.reports.letter.notice import blank
    from gateway.texts import Wording

    put(blank(wish.form, Wording.of(wish.language)), wish.out, force=wish.force)


def write_notice(wish: Wish, configuration: Configuration, period: Period) -> None:
    """One letter on all that must be told, or one each. Without anything to be told there is none, and it says so."""
    from gateway.reports.interruptions import interruptions
    from gateway.reports.kinds import OUTAGE_MARGIN_MS
    from gateway.reports.letter.fields import to_be_told
    from gateway.reports.survey import survey
    from gateway.runtime.clock import SystemClock

    database = open_storage(configuration)
    try:
        seen = survey(configuration, database, period, SystemClock().now().wall_ms, OUTAGE_MARGIN_MS)
        told = to_be_told(interruptions(seen))
    finally:
        database.close()
    if not told:
        typer.echo("no interruption of more than 12 hours in this time: no notice is due, none was written", err=True)
    elif wish.each:
        _write_each(wish, seen.heading, told)
    else:
        put(_letter(wish, seen.heading, told), wish.out, force=wish.force)


def _letter(wish: Wish, heading: Heading, told: list[Interruption]) -> bytes:
    from gateway.reports.letter.notice import notice
    from gateway.texts import Wording

    return notice(wish.form, heading, told, Wording.of(wish.language), wish.template, wish.addressee)


def _write_each(wish: Wish, heading: Heading, told: list[Interruption]) -> None:
    from gateway.files.formats.tt10 import local_time
    from gateway.reports.landing import landing_folder

    if wish.out is None:
        raise AssertionError("a wish for several letters names a folder")
    with landing_folder(wish.out, overwrite=wish.force) as folder:
        for number, one in enumerate(told, 1):
            began = local_time(one.began_ms, heading.period.zone)
            name = f"{heading.station_code}_{began:%Y%m%d%H%M}_{number}.{wish.form}"
            folder.joinpath(name).write_bytes(_letter(wish, heading, [one]))
    typer.echo(f"{wish.out}: {len(told)} letters", err=True)
