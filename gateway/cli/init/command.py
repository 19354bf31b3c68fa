"""`gateway init`: answers → a configuration. Whatever was answered beforehand is not asked; without a terminal, what is
missing is told whole, and nothing is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.cli.output import say
from gateway.cli.speech import ask_for, language_asked, said, words_of
from gateway.core.errors import ConfigError, GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.cli.init.kept import KeptAnswers
    from gateway.config import Language
    from gateway.config.interview.course import Course
    from gateway.core.interfaces import Clock

_MISSING = "is missing"


def init(
    config: ConfigFile = DEFAULT_CONFIG,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", help="A YAML file with answers, in the configuration's own shape.", show_default=False
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="One answer: station.code=NUO001, destinations.1.password.from_file=/path; ? tells each key.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: take what is usual for whatever is not given.")
    ] = False,
) -> None:
    """Make a station's first configuration: asks, explains, looks for what is there, and writes it with comments.

    Never overwrites. Interrupted, it goes on where it was when it is started again.
    """
    from gateway.cli.init.given import given_answers
    from gateway.cli.init.kept import KeptAnswers, alone_in
    from gateway.config import Language
    from gateway.runtime.clock import SystemClock

    given = given_answers(answers, settings or ())
    spoken = _language(given)
    _refuse_a_coach_station(given)
    file = config.absolute()
    _refuse_early(file)
    with _folder_of(file), alone_in(file.parent):
        kept = KeptAnswers.beside(file)
        clock = SystemClock()
        course = _course(file, spoken or Language.VIETNAMESE, clock)
        is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        if yes or not is_terminal:
            _without_questions(file, course, given, kept, is_meant=yes)
        else:
            from gateway.cli.init.conversation import converse

            converse(file, course, given, kept, clock, is_spoken=language_asked() is not None)


def _language(given: dict[str, Any]) -> Language | None:
    """As was asked for, or as the station is to have it; `None`: nobody has said."""
    from gateway.config import Language

    asked = language_asked()
    if asked is not None:
        return asked
    station = given.get("station")
    written = station.get("language") if isinstance(station, dict) else None
    if written not in set(Language):
        return None
    ask_for(written)
    return Language(written)


def _refuse_a_coach_station(given: dict[str, Any]) -> None:
    """What it needs is in no question.

    Raises:
        GatewayError: it is one.
    """
    from gateway.config import StationKind

    station = given.get("station")
    if isinstance(station, dict) and station.get("kind") == StationKind.COACH_STATION:
        raise GatewayError(
            Phrase(
                "a coach station measures nothing, and gateway init asks about measuring: begin with a copy of the"
                " example coach-station.yaml, and see docs/orders.md"
            )
        )


def _refuse_early(file: Path) -> None:
    """
    Raises:
        GatewayError: there is a configuration already, or none can be written there.
    """
    try:
        _refuse_odd_places(file)
    except OSError:  # a folder on the way there is closed to us
        raise GatewayError(_not_writable(file)) from None
    if os.path.lexists(file):
        raise GatewayError(
            Phrase(
                "{file} exists and is not overwritten: gateway check -c {file} looks at it; to begin anew, move it"
                " away, or name another file with -c",
                file=file,
            )
        )


def _refuse_odd_places(file: Path) -> None:
    folder = file.parent
    if file.is_dir():
        raise GatewayError(Phrase("{file} is a folder: name a file in it with -c", file=file))
    if folder.exists() and not folder.is_dir():
        raise GatewayError(Phrase("{folder} is no folder: name another file with -c", folder=folder))
    if folder.exists() and not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        if os.statvfs(folder).f_flag & os.ST_RDONLY:
            told = Phrase("{file} cannot be written: {folder} is mounted read-only", file=file, folder=folder)
            raise GatewayError(told)
        raise GatewayError(_not_writable(file))


def _not_writable(file: Path) -> Phrase:
    return Phrase("{file} cannot be written: run this as root, or name a file of yours with -c", file=file)


@contextmanager
def _folder_of(file: Path) -> Iterator[None]:
    """There, and gone again where it was made for nothing.

    Raises:
        GatewayError: it cannot be made.
    """
    from gateway.runtime.daemon_group import make_shared_folder

    folder = file.parent
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        if made:
            make_shared_folder(folder)
    except OSError as error:
        told = Phrase(
            "{folder} cannot be made ({why}): run this as root, or name a file of yours with -c",
            folder=folder,
            why=error.strerror,
        )
        raise GatewayError(told) from None
    try:
        yield
    finally:
        for one in made:
            with suppress(OSError):  # something is in it
                one.rmdir()


def _course(file: Path, language: Language, clock: Clock) -> Course:
    from gateway.config.interview.course import Course
    from gateway.config.interview.places import usual_places
    from gateway.config.profiles.shelf import ProfileShelf
    from gateway.config.standards.shelf import StandardShelf

    shelf, tables = ProfileShelf.beside(file), StandardShelf.beside(file)
    return Course(
        language,
        usual_places(file.parent.name),
        str(file.parent / "secrets"),
        tuple(shelf.find(name).profile for name in shelf.names()),
        tuple(tables.standard(name) for name in tables.names()),
        datetime.fromtimestamp(clock.now().wall_ms / 1000, UTC).date(),
    )


def _without_questions(file: Path, course: Course, given: dict[str, Any], kept: KeptAnswers, *, is_meant: bool) -> None:
    """Ends the command with exit code 2 where something is missing or wrong, and says all of it; then nothing was
    written, no secret either. `is_meant`: it is not only for want of a terminal that nothing is asked."""
    from gateway.cli.init.ending import speaking, tell_what_comes_next, write_configuration
    from gateway.cli.init.found import found_ports
    from gateway.cli.init.secret_files import SecretFiles
    from gateway.cli.init.taken_secrets import faults_of_secrets, taken_from, with_own_files
    from gateway.config.interview.progress import Progress
    from gateway.config.interview.question import AnswerForm
    from gateway.config.interview.yaml_text import yaml_text

    secrets = SecretFiles(Path(course.secrets), kept)
    progress = Progress(course.begin, given, takes_defaults=True)
    texts = speaking(progress.content, course.language)
    faults: list[str] = []
    while (question := progress.question) is not None:
        reference: object = progress.offered
        if question.form is AnswerForm.FOUND:
            reference = found_ports(yaml_text(taken_from(progress.content)), file) or None
        elif reference is not None:
            try:
                secrets.check_reference(question.secret_name, reference)
            except GatewayError as error:
                faults.append(words_of(error))
                reference = {"file": str(secrets.folder / question.secret_name)}
        progress.answer(reference)
    missing = [f"{one.id}: {texts(f'init.ask.{one.key}', **one.fields)}" for one in progress.missing]
    faults += map(said, faults_of_secrets(progress.content, secrets))
    faults += _faults(taken_from(progress.content), file, is_told=bool(missing))
    if missing or faults:
        if not is_meant:
            say(texts("init.said.no_terminal"), err=True)
        say(texts("init.said.nothing_written"), *(f"  {one}" for one in (*missing, *faults)), err=True)
        raise typer.Exit(2)
    configuration = write_configuration(with_own_files(progress.content, secrets), file, texts, kept)
    tell_what_comes_next(configuration, texts, say)


def _faults(content: dict[str, Any], file: Path, *, is_told: bool) -> list[str]:
    """What the checks say; `is_told`: what is missing was told already."""
    from gateway.config.interview.faults import configured, without_line
    from gateway.config.interview.yaml_text import yaml_text

    try:
        configured(yaml_text(content), file)
    except ConfigError as error:
        return [said(without_line(one)) for one in error.problems if not (is_told and one.wrong == _MISSING)]
    return []
