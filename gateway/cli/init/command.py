"""`gateway init`: answers → a configuration. Whatever was answered beforehand is not asked; without a terminal, what is
missing is told whole, and nothing is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.cli.output import say
from gateway.core.errors import ConfigError, GatewayError

if TYPE_CHECKING:
    from gateway.cli.init.kept import KeptAnswers
    from gateway.config import Language
    from gateway.config.interview.course import Course
    from gateway.core.interfaces import Clock

_LANGUAGE = "GATEWAY_LANGUAGE"
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
    language: Annotated[
        str | None, typer.Option("--language", "-l", envvar=_LANGUAGE, help="vi or en.", show_default=False)
    ] = None,
) -> None:
    """Make a station's first configuration: asks, explains, looks for what is there, and writes it with comments.

    Never overwrites. Interrupted, it goes on where it was when it is started again.
    """
    from gateway.cli.init.given import given_answers
    from gateway.cli.init.kept import KeptAnswers, alone_in
    from gateway.runtime.clock import SystemClock

    spoken = _language(language)
    given = given_answers(answers, settings or ())
    file = config.absolute()
    _refuse_early(file)
    with _folder_of(file), alone_in(file.parent):
        kept = KeptAnswers.beside(file)
        clock = SystemClock()
        course = _course(file, spoken, clock)
        if yes or not (sys.stdin.isatty() and sys.stdout.isatty()):
            _without_questions(file, course, given, kept)
        else:
            from gateway.cli.init.conversation import converse

            converse(file, course, given, kept, clock, is_spoken=language is not None)


def _language(word: str | None) -> Language:
    from gateway.cli.slots import usage
    from gateway.config import Language

    if word is None:
        return Language.VIETNAMESE
    if word not in set(Language):
        raise usage(f"--language {word[:20]}: write {' or '.join(Language)}")
    return Language(word)


def _refuse_early(file: Path) -> None:
    """
    Raises:
        GatewayError: there is a configuration already, or none can be written there.
    """
    if os.path.lexists(file):
        raise GatewayError(
            f"{file} exists and is not overwritten: gateway check -c {file} looks at it; to begin anew, move it away,"
            " or name another file with -c"
        )
    folder = file.parent
    if folder.exists() and not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise GatewayError(f"{file} cannot be written: run this as root, or name a file of yours with -c")


@contextmanager
def _folder_of(file: Path) -> Iterator[None]:
    """There, and gone again where it was made for nothing.

    Raises:
        GatewayError: it cannot be made.
    """
    from gateway.runtime.daemon_group import share_with_daemon

    folder, is_new = file.parent, not file.parent.exists()
    try:
        if is_new:
            folder.mkdir(mode=0o750)
            share_with_daemon(folder, 0o750)
    except OSError as error:
        raise GatewayError(
            f"{folder} cannot be made ({error.strerror}): run this as root, or name a file of yours with -c"
        ) from None
    try:
        yield
    finally:
        if is_new and not any(folder.iterdir()):
            folder.rmdir()


def _course(file: Path, language: Language, clock: Clock) -> Course:
    from gateway.config.interview.course import Course
    from gateway.config.interview.station import usual_storage
    from gateway.config.profiles.shelf import ProfileShelf
    from gateway.config.standards.shelf import StandardShelf

    shelf, tables = ProfileShelf.beside(file), StandardShelf.beside(file)
    return Course(
        language,
        usual_storage(file.parent.name),
        str(file.parent / "secrets"),
        tuple(shelf.find(name).profile for name in shelf.names()),
        tuple(tables.standard(name) for name in tables.names()),
        datetime.fromtimestamp(clock.now().wall_ms / 1000, UTC).date(),
    )


def _without_questions(file: Path, course: Course, given: dict[str, Any], kept: KeptAnswers) -> None:
    """Ends the command with exit code 2 where something is missing or wrong, and says all of it; then nothing was
    written, no secret either."""
    from gateway.cli.init.ending import finish, spoken_in
    from gateway.cli.init.found import found_ports
    from gateway.cli.init.secret_files import SecretFiles
    from gateway.config.interview.progress import Progress
    from gateway.config.interview.question import AnswerForm
    from gateway.config.interview.yaml_text import yaml_text

    secrets = SecretFiles(Path(course.secrets), kept)
    progress = Progress(course.begin, given, takes_defaults=True)
    values: dict[str, str] = {}
    faults: list[str] = []
    while (question := progress.question) is not None:
        reference: object = None
        if question.form is AnswerForm.FOUND:
            reference = found_ports(yaml_text(progress.content), file) or None
        elif progress.offered is not None:
            try:
                reference, value = secrets.resolve(question.secret_name, progress.offered)
                values |= {} if value is None else {question.secret_name: value}
            except GatewayError as error:
                faults.append(str(error))
                reference = {"file": str(secrets.folder / question.secret_name)}
        progress.answer(reference)
    texts = spoken_in(progress.content, course.language)
    missing = [f"{one.id}: {texts(f'init.ask.{one.key}', **one.fields)}" for one in progress.missing]
    faults += _faults(progress.content, file, is_told=bool(missing))
    if missing or faults:
        say(texts("init.said.nothing_written"), *(f"  {one}" for one in (*missing, *faults)), err=True)
        raise typer.Exit(2)
    for name, value in values.items():
        secrets.put(name, value)
    finish(progress.content, file, texts, kept, say)


def _faults(content: dict[str, Any], file: Path, *, is_told: bool) -> list[str]:
    """What the checks say; `is_told`: what is missing was told already."""
    from gateway.config.interview.faults import configured, without_lines
    from gateway.config.interview.yaml_text import yaml_text

    try:
        configured(yaml_text(content), file, check_secrets=False)
    except ConfigError as error:
        return without_lines(one for one in error.problems if not (is_told and one.wrong == _MISSING))
    return []
