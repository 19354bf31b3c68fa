"""Who sits before the checklist of `gateway accept`: a person at a terminal, or a script in their place."""

from __future__ import annotations

import re
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from gateway.acceptance.step import Skipped
from gateway.cli.output import say
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.acceptance.answers import ScriptedAnswers
    from gateway.acceptance.store import SettledStep
    from gateway.acceptance.words import AcceptanceWords
    from gateway.core.acceptance import SeenFact, StepName, StepOutcome
    from gateway.texts import Texts

_SKIP = "s"
_DECIMAL = re.compile(r"[-+]?(\d{1,15}([.,]\d{0,15})?|[.,]\d{1,15})", re.ASCII)
"""As people type what a display shows, with a comma or a point."""
_NONE = "-"
_COMMAND_ENDS_WITHIN_S = 600.0
_OUTPUT_SHOWN = 500


class _AcceptTold:
    """What both say: which step it is, what is asked for, each verdict."""

    def __init__(self, words: AcceptanceWords, *, on_stderr: bool) -> None:
        self._words = words
        self._on_stderr = on_stderr
        self._told = ""
        self._step: StepName | None = None

    def say(self, *lines: str) -> None:
        say(*lines, err=self._on_stderr)

    def settled(self, one: SettledStep) -> None:
        if one.step is not self._step:
            self._head(one.step, ())
        verdict = self._words.wording.texts(f"term.accept_{one.outcome.verdict.value}")
        subject = f" [{one.subject}]" if one.subject else ""
        self.say(f"  {verdict}{subject}: {self._words.seen(one.outcome)}".rstrip(": "))

    def _head(self, step: StepName, subjects: Sequence[str]) -> None:
        self._step = step
        named = ", ".join(one for one in subjects if one)
        self.say("", f"{step.value}: {self._words.step(step)}{f' [{named}]' if named else ''}")

    def _still(self, outcomes: Mapping[str, StepOutcome], hint: str = "") -> None:
        """What is seen while it waits, when it is something else than before."""
        what = " | ".join(f"{subject} {self._words.seen(one)}".strip() for subject, one in outcomes.items())
        if what != self._told:
            self._told = what
            self.say(f"  … {self._words.wording.texts('accept.still', what=what)}{hint}")


class TerminalAttendant(_AcceptTold):
    """A person who reads and types. `s` and Enter skips what is waited for."""

    @property
    def _may_skip(self) -> str:
        return f"  ({self._words.wording.texts('accept.skip_hint')})"

    def begins(self, step: StepName, subjects: Sequence[str]) -> str | None:
        self._head(step, subjects)
        return None

    def request(self, step: StepName, request: str) -> None:
        self.say(f"  → {self._words.request(request)}{self._may_skip}")

    def pause(self, step: StepName, outcomes: Mapping[str, StepOutcome], seconds: float) -> str | None:
        self._still(outcomes, self._may_skip)
        if not select.select([sys.stdin], [], [], seconds)[0]:
            return None
        if self._line().strip().lower() != _SKIP:
            return None
        return self._why()

    def number(self, key: str, symbol: str, read: float | None, unit: str) -> float | str | None:
        texts = self._words.wording.texts
        hint = f"{texts('accept.number_hint')}; {texts('accept.skip_hint')}"
        while True:
            said = self.ask(f"{self._words.question(key, symbol, read, unit)} ({hint})")
            if said == _NONE:
                return texts("accept.no_display")
            self._skip_if(said)
            if _DECIMAL.fullmatch(said):
                return float(said.replace(",", "."))
            self.say(f"    {texts('accept.no_number')}")

    def agrees(self, key: str, about: Sequence[SeenFact] = ()) -> bool | None:
        texts = self._words.wording.texts
        self.say(*(f"    {self._words.fact(fact)}" for fact in about))
        answers = {word: is_so for name, is_so in (("yes", True), ("no", False)) for word in _words_for(texts, name)}
        while True:
            said = self.ask(
                f"{texts(f'accept.{key}')} ({texts('accept.yes_hint')}; {texts('accept.skip_hint')})"
            ).lower()
            self._skip_if(said)
            if said in answers:
                return answers[said]
            self.say(f"    {texts('accept.no_answer')}")

    def _skip_if(self, said: str) -> None:
        """
        Raises:
            Skipped: it is what skips, and the person has said why.
        """
        if said.lower() == _SKIP:
            raise Skipped(self._why())

    def _why(self) -> str:
        return self.ask(self._words.wording.texts("accept.skip_why")) or _NONE

    def ask(self, question: str) -> str:
        """What is typed in a line."""
        self.say(f"  ? {question}")
        return self._line().strip()

    @staticmethod
    def _line() -> str:
        """
        Raises:
            KeyboardInterrupt: nobody is there any more.
        """
        line = sys.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        return line


class ScriptedAttendant(_AcceptTold):
    """What a person would say and do, written down beforehand."""

    def __init__(self, words: AcceptanceWords, answers: ScriptedAnswers, *, on_stderr: bool) -> None:
        super().__init__(words, on_stderr=on_stderr)
        self._answers = answers
        self._pause = threading.Event()

    def begins(self, step: StepName, subjects: Sequence[str]) -> str | None:
        self._head(step, subjects)
        return self._answers.skip.get(step)

    def request(self, step: StepName, request: str) -> None:
        self.say(f"  → {self._words.request(request)}")
        for command in getattr(self._answers.do, request):
            self._run(command)

    def pause(self, step: StepName, outcomes: Mapping[str, StepOutcome], seconds: float) -> str | None:
        self._still(outcomes)
        self._pause.wait(seconds)
        return None

    def number(self, key: str, symbol: str, read: float | None, unit: str) -> float | str | None:
        return self._answers.display.get(symbol)

    def agrees(self, key: str, about: Sequence[SeenFact] = ()) -> bool | None:
        answer: bool | None = getattr(self._answers.confirm, key.removeprefix("confirm_"), None)
        return answer

    def _run(self, command: Sequence[str]) -> None:
        """
        Raises:
            GatewayError: it cannot be run, failed, or does not end.
        """
        self._told_failure(
            command,
            lambda: subprocess.run(  # noqa: S603  # the words of whoever wrote the answers, and no shell
                command, capture_output=True, text=True, timeout=_COMMAND_ENDS_WITHIN_S, check=True
            ),
        )

    @staticmethod
    def _told_failure(command: Sequence[str], run: Callable[[], object]) -> None:
        name = " ".join(command)
        try:
            run()
        except subprocess.CalledProcessError as error:
            said = (error.stderr or error.stdout or "").strip()[-_OUTPUT_SHOWN:]
            raise GatewayError(
                Phrase(
                    "the answers' command failed with {returncode}: {name}: {said}",
                    returncode=error.returncode,
                    name=name,
                    said=said,
                )
            ) from None
        except subprocess.TimeoutExpired:
            raise GatewayError(Phrase("the answers' command does not end: {name}", name=name)) from None
        except (OSError, ValueError, IndexError) as error:
            raise GatewayError(
                Phrase("the answers' command cannot be run: {name}: {error}", name=name, error=error)
            ) from None


def _words_for(texts: Texts, name: str) -> tuple[str, str]:
    """The key to type and the whole word."""
    return texts(f"accept.{name}"), texts(f"accept.{name}_word")
