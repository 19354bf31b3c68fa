"""Asks one question at the terminal until there is an answer that the checks have nothing against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.init.found import AroundTheBox, found_ports
from gateway.cli.init.offers import FoundAround
from gateway.cli.init.secret_files import SecretFiles, password_fault
from gateway.cli.init.terminal import NoText, Terminal
from gateway.cli.speech import said, words_of
from gateway.config import Language
from gateway.config.interview.faults import about_answer, faults_at
from gateway.config.interview.progress import Progress
from gateway.config.interview.question import AnswerForm, Find, InitQuestion
from gateway.config.interview.typed import NotUnderstood, value_of
from gateway.config.interview.yaml_text import yaml_text
from gateway.core.errors import GatewayError, InstrumentError
from gateway.core.phrase import Phrase
from gateway.texts import Texts

BACK, HELP = "<", "?"
_SHOWN_CHOICES = 40


class Back(Exception):
    """The question before once more."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Of one configuration, which is to be in `file`."""

    terminal: Terminal
    texts: Texts
    around: AroundTheBox
    secrets: SecretFiles
    file: Path

    def ask(self, progress: Progress, question: InitQuestion) -> object:
        """The answer; `None` for one that leaves it out.

        Raises:
            Back: the question before is to be asked.
            Ended: nothing more is typed.
        """
        if question.form is AnswerForm.SECRET:
            return self._ask_secret(question)
        if question.form is AnswerForm.FOUND:
            return self._find_ports(progress)
        said = self.texts
        self.terminal.say("", *self._explained(question))
        if question.find is not None and said.has(f"init.finding.{question.find.name.lower()}"):
            self.terminal.say(said(f"init.finding.{question.find.name.lower()}"))
        found = self.around.found(question, progress.content)
        self.terminal.say(*(f"  {line}" for line in found.lines), *self._listed(question, found))
        return self._until_sound(progress, question, found)

    def _until_sound(self, progress: Progress, question: InitQuestion, found: FoundAround) -> object:
        default = question.default if found.default is None else found.default
        default = progress.remembered.get(question.id, default)
        while True:
            try:
                typed = self.terminal.line(self._prompt(question, default))
            except NoText:
                self.terminal.say(self.texts("init.said.no_text"))
                continue
            if typed.strip() == BACK:
                raise Back
            if typed.strip() == HELP:
                self.terminal.say(*self._help(question))
                continue
            try:
                answer = default if typed.strip() == "" and default is not None else self._meant(question, typed, found)
            except NotUnderstood as error:
                self.terminal.say(self._not_understood(error, question))
                continue
            faults = self._faults(progress, question, answer)
            if faults:
                self.terminal.say(*(f"  {self.texts('init.said.fault', fault=said(one))}" for one in faults))
                if question.find is Find.SYMBOLS:  # the file says it in another way
                    self.terminal.say(f"  {self.texts('init.more.symbol')}")
                continue
            if self._has_followed(progress, question, answer):
                return answer

    def _meant(self, question: InitQuestion, typed: str, found: FoundAround) -> object:
        """An offer may be named by its number."""
        number = typed.strip()
        if number.isascii() and number.isdigit() and len(number) < 3 and 1 <= int(number) <= len(found.offers):
            return found.offers[int(number) - 1].value
        return value_of(question, typed)

    def _faults(self, progress: Progress, question: InitQuestion, answer: object) -> list[Phrase]:
        if answer is None or (not question.is_kept and question.checked_as is None):
            return []
        place, value, watched = question.placed(answer)
        return [about_answer(one, answer) for one in faults_at(progress.with_answer(place, value), watched, self.file)]

    def _has_followed(self, progress: Progress, question: InitQuestion, answer: object) -> bool:
        """What an answer is followed by, beside the next question; false: it has to be another one."""
        try:
            if question.find is Find.REGISTERS and answer is not None:
                self.terminal.say(*self._registers(progress, question, str(answer)))
            elif question.find is Find.TIME_SERVERS and answer not in (None, question.default):
                self.terminal.say(self.texts("init.finding.time_servers"))
                self.terminal.say(*(f"  {line}" for line in self.around.time_server_lines(answer)))
            elif question.find is Find.NEW_KEY:
                self.terminal.say(*self._key(str(answer)))
        except GatewayError as error:
            self.terminal.say(f"  {self.texts('init.said.fault', fault=words_of(error))}")
            return False
        return True

    def _registers(self, progress: Progress, question: InitQuestion, wanted: str) -> list[str]:
        import typer

        from gateway.cli.init.found_instruments import shown_registers

        try:
            return shown_registers(question, progress.content, wanted, self.around.clock)
        except InstrumentError as error:
            return [self.texts("init.said.not_found", error=words_of(error))]
        except typer.BadParameter as error:
            raise GatewayError(error.message) from None

    def _key(self, name: str) -> Iterator[str]:
        from gateway.cli.init.keys import made_key

        key = made_key(self.secrets, name)
        yield self.texts("init.found.new_key", file=str(key.private_file))
        yield f"  {key.public}"
        yield self.texts("init.found.key_fingerprint", fingerprint=key.fingerprint)

    def _ask_secret(self, question: InitQuestion) -> object:
        name = question.secret_name
        self.terminal.say("", *self._explained(question))
        file = self.secrets.folder / name
        if self.secrets.is_ours(name) and self._agrees("keep_secret"):
            return {"file": str(file)}
        while self.secrets.is_others(name):
            self.terminal.say(f"  {self.texts('init.said.secret_there', file=str(file))}")
            if self._agrees("use_secret"):
                return {"file": str(file)}
        while True:
            try:
                typed = self.terminal.secret(f"{self._label(question)}: ")
                if typed == BACK:
                    raise Back
                if typed == HELP:
                    self.terminal.say(*self._help(question))
                    continue
                fault = password_fault(typed)
                if fault is None and self.terminal.secret(f"{self.texts('init.said.again')}: ") != typed:
                    fault = "not_the_same"
            except NoText:
                fault = "no_text"
            if fault is None:
                reference = self.secrets.put(name, typed)
                self.terminal.say(f"  {self.texts('init.said.secret_kept', file=reference['file'])}")
                return reference
            self.terminal.say(self._said(fault))

    def _agrees(self, key: str) -> bool:
        """To what is asked in these words; yes is what an empty line means.

        Raises:
            Back: the question before is to be asked.
        """
        while True:
            try:
                typed = self.terminal.line(f"{self.texts(f'init.said.{key}')} [{self._word(True)}]: ")
                if typed.strip() == BACK:
                    raise Back
                return value_of(InitQuestion("", (), AnswerForm.FLAG, True), typed) is True
            except (NotUnderstood, NoText):
                self.terminal.say(self._said("flag"))

    def _find_ports(self, progress: Progress) -> object:
        self.terminal.say("", self.texts("init.finding.ports"))
        try:
            found = found_ports(yaml_text(progress.content), self.file)
        except GatewayError as error:
            self.terminal.say(self.texts("init.said.not_found", error=words_of(error)))
            return None
        self.terminal.say(f"  {self.texts('init.found.ports', count=len(found))}")
        return found or None

    def _explained(self, question: InitQuestion) -> Iterator[str]:
        """Why it is asked, in a sentence."""
        key = f"init.why.{question.key}"
        if self.texts.has(key):
            yield self.texts(key, **question.fields)

    def _listed(self, question: InitQuestion, found: FoundAround) -> Iterator[str]:
        offers = found.offers
        for number, offer in enumerate(offers, 1):
            yield f"  {number}) {offer.value}{f'  ({offer.words})' if offer.words else ''}"
        for number, choice in enumerate(question.choices if not offers else (), 1):
            if number <= _SHOWN_CHOICES:
                words = found.meanings.get(choice) or self._choice_words(question, choice)
                yield f"  {number}) {choice}{f'  {words}' if words else ''}"

    def _choice_words(self, question: InitQuestion, choice: str) -> str:
        meaning = question.meanings.get(choice)
        if meaning is not None:
            return meaning.vi if self.texts.language is Language.VIETNAMESE else meaning.en
        key = f"init.choice.{question.key}.{choice}"
        shared = f"station_kind.{choice}"
        found = key if self.texts.has(key) else shared if question.key == "station_kind" else None
        return self.texts(found) if found is not None else ""

    def _prompt(self, question: InitQuestion, default: object) -> str:
        shown = self._shown(default)
        if default is None and question.optional:
            shown = self.texts("init.said.none")
        return f"{self._label(question)}{f' [{shown}]' if shown else ''}: "

    def _label(self, question: InitQuestion) -> str:
        return self.texts(f"init.ask.{question.key}", **question.fields)

    def _shown(self, default: object) -> str:
        if isinstance(default, bool):
            return self._word(default)
        if isinstance(default, list):
            return ", ".join(map(str, default))
        return "" if default is None else str(default)

    def _word(self, is_so: bool) -> str:
        return self.texts("init.said.yes" if is_so else "init.said.no")

    def _help(self, question: InitQuestion) -> Iterator[str]:
        more = f"init.more.{question.key}"
        if self.texts.has(more):
            yield f"  {self.texts(more, **question.fields)}"
        form = f"init.form.{question.form.name.lower()}"
        if self.texts.has(form):
            yield f"  {self.texts(form)}"
        if question.find is Find.SYMBOLS:
            from gateway.cli.init.symbols import symbol_lines

            yield from symbol_lines(self.texts.language)
        if question.optional:
            yield f"  {self.texts('init.said.may_be_left_out')}"
        yield f"  {self.texts('init.said.keys', name=question.id)}"

    def _not_understood(self, error: NotUnderstood, question: InitQuestion) -> str:
        if error.reason == "choice":
            return f"  {self.texts('init.said.choice', choices=', '.join(question.choices))}"
        return self._said(error.reason)

    def _said(self, reason: str) -> str:
        return f"  {self.texts(f'init.said.{reason}')}"
