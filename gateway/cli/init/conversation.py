"""The whole conversation at a terminal: begun, gone on with, interrupted, ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gateway.cli.init.dialogue import Back, Dialogue
from gateway.cli.init.ending import speaking, tell_what_comes_next, write_configuration
from gateway.cli.init.found import AroundTheBox
from gateway.cli.init.found_addresses import DeviceAddresses
from gateway.cli.init.kept import KeptAnswers
from gateway.cli.init.secret_files import SecretFiles
from gateway.cli.init.taken_secrets import faults_of_secrets, taken_from, with_own_files
from gateway.cli.init.terminal import Ended, NoText, Terminal
from gateway.cli.speech import ask_for, language_spoken, said
from gateway.config import Language
from gateway.config.interview.faults import configured, without_line
from gateway.config.interview.progress import Progress
from gateway.config.interview.question import AnswerForm, InitQuestion
from gateway.config.interview.typed import NotUnderstood, value_of
from gateway.config.interview.yaml_text import yaml_text
from gateway.core.errors import ConfigError
from gateway.texts import Texts, texts_in

if TYPE_CHECKING:
    from gateway.config.interview.course import Course
    from gateway.core.interfaces import Clock


def converse(
    file: Path, course: Course, given: dict[str, Any], kept: KeptAnswers, clock: Clock, *, is_spoken: bool
) -> None:
    """Until the configuration is written. Ends the command with exit code 1 where it was interrupted; `is_spoken`: the
    language was said on the command line, and is not asked for."""
    terminal = Terminal()
    secrets = SecretFiles(Path(course.secrets), kept)
    texts = texts_in(Language(kept.language) if kept.language in set(Language) else course.language)
    ask_for(texts.language.value)
    if is_spoken:
        given.setdefault("station", {}).setdefault("language", course.language.value)
    if unread := [said(one) for one in faults_of_secrets(given, secrets)]:
        terminal.say(texts("init.said.nothing_written"), *(f"  {one}" for one in unread))
        raise typer.Exit(2)
    try:
        if kept.answers and not _goes_on(terminal, texts, kept):
            secrets.remove_made()
            kept.answers, kept.made = [], []
            kept.forget()
        if kept.answers and kept.answers[0][0] != "station.language":  # said on the former run's command line
            given.setdefault("station", {}).setdefault("language", kept.language)
        progress = Progress(course.begin, given, kept.answers)
        while True:
            _ask_all(terminal, progress, course, secrets, kept, clock, file)
            texts = speaking(progress.content, course.language)
            if _is_sound(terminal, taken_from(progress.content), texts, file):
                break
            progress.go_back()
        configuration = write_configuration(with_own_files(progress.content, secrets), file, texts, kept)
    except (Ended, KeyboardInterrupt):
        texts = texts_in(language_spoken())  # chosen since this began, perhaps
        words = texts("init.said.interrupted") if kept.answers else texts("init.said.nothing_done")
        terminal.say("", words)
        raise typer.Exit(1) from None
    tell_what_comes_next(configuration, texts, terminal.say)


def _ask_all(
    terminal: Terminal, progress: Progress, course: Course, secrets: SecretFiles, kept: KeptAnswers, clock: Clock,
    file: Path,
) -> None:  # fmt: skip
    is_first, addresses = True, DeviceAddresses(clock)
    while (question := progress.question) is not None:
        texts = speaking(progress.content, course.language)
        if question.key == "language":
            terminal.say(*(line for one in Language for line in texts_in(one)("init.hello").splitlines()))
        elif is_first:
            terminal.say(*texts("init.keys").splitlines())
            is_first = False
        around = AroundTheBox(file, clock, texts, terminal.say, addresses)
        dialogue = Dialogue(terminal, texts, around, secrets, file)
        try:
            if question.form is AnswerForm.SECRET and progress.offered is not None:
                secrets.check_reference(question.secret_name, progress.offered)
                progress.answer(progress.offered)
            else:
                progress.answer(dialogue.ask(progress, question))
        except Back:
            if not progress.go_back():
                terminal.say(texts("init.said.first"))
        kept.language = texts.language.value
        kept.answers = [*progress.answers, *progress.waiting]
        kept.keep()


def _goes_on(terminal: Terminal, texts: Texts, kept: KeptAnswers) -> bool:
    """Whether the answers of a former run are taken up."""
    terminal.say(texts("init.said.kept", count=len(kept.answers)))
    while True:
        try:
            typed = terminal.line(f"{texts('init.said.go_on')} [{texts('init.said.yes')}]: ")
            return value_of(InitQuestion("", (), AnswerForm.FLAG, True), typed) is True
        except (NotUnderstood, NoText):
            terminal.say(texts("init.said.flag"))


def _is_sound(terminal: Terminal, content: dict[str, Any], texts: Texts, file: Path) -> bool:
    """What only the whole shows is said here; then the last question is asked again, and `<` leads to any other."""
    try:
        configured(yaml_text(content), file)
    except ConfigError as error:
        terminal.say("", texts("init.said.not_sound"), *(f"  {said(without_line(one))}" for one in error.problems))
        return False
    return True
