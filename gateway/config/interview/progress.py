"""How far the questions have come. The answers are a list in the order in which they were given; with it, everything
is begun anew: to go on after an interruption, and to go back. Nothing else is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from gateway.config.interview.content import drop, put, value_at
from gateway.config.interview.question import AnswerForm, Asking, InitQuestion, Put

Answer = tuple[str, object]
"""The question's id and what was answered; `None`: it was left out."""
_ITEMS = ("links", "instruments", "destinations")


class Progress:
    """`question` is the one to be asked now; `None`: there is none left. `content`: the configuration until here."""

    def __init__(
        self,
        begin: Callable[[object], Asking[None]],
        given: dict[str, Any],
        answers: Sequence[Answer] = (),
        *,
        takes_defaults: bool = False,
    ) -> None:
        """`given`: what was answered beforehand. `answers`: those of a former run, which may have been given more or
        less beforehand: what that settles now is passed over, and what it no longer settles is asked, after which they
        go on. `takes_defaults`: nobody is there to be asked."""
        self._begin = begin
        self._given = given
        self._takes_defaults = takes_defaults
        self.answers: list[Answer] = []
        self.waiting: list[Answer] = list(answers)
        """Of a former run, to questions that have not come yet."""
        self.question: InitQuestion | None = None
        self.offered: object = None
        """Of a secret: where it was said to be."""
        self.remembered: dict[str, object] = {}
        """What was answered to questions that are asked once more, by their ids."""
        self.missing: list[InitQuestion] = []
        """What has no answer where nobody is asked."""
        self._start()
        self._answer_as_before()

    @property
    def content(self) -> dict[str, Any]:
        return self._content

    def answer(self, answer: object) -> None:
        """The present question's."""
        self._answer(answer)
        self._answer_as_before()

    def _answer_as_before(self) -> None:
        """As far as a former run's answers go."""
        while self.question is not None:
            asked = [name for name, _ in self.waiting]
            if self.question.id not in asked:
                return
            place = asked.index(self.question.id)
            answer = self.waiting[place][1]
            self.waiting = self.waiting[place + 1 :]
            self._answer(answer)

    def _answer(self, answer: object) -> None:
        if self.question is None:
            return
        if answer is None and self._takes_defaults:
            self._miss(self.question)
        self.answers.append((self.question.id, answer))
        self._take(self.question, answer)
        self._go_on(answer)

    def with_answer(self, place: tuple[str | int, ...], value: object) -> dict[str, Any]:
        """The configuration as it would be."""
        content = deepcopy(self._content)
        if value is not None:
            put(content, place, value)
        return content

    def go_back(self) -> bool:
        """Ask the question before once more; false: there is none before."""
        if not self.answers:
            return False
        kept = self.answers[:-1]
        self.remembered |= dict([*self.waiting, *self.answers[-1:]])
        self.waiting = []
        self.answers = []
        self._start()
        for _, answer in kept:
            self._answer(answer)
        return True

    def _start(self) -> None:
        self._content: dict[str, Any] = deepcopy(self._given)
        self._left: dict[str, Any] = deepcopy(self._given)
        self._asking = self._begin(self._left)
        self._go_on(None)

    def _go_on(self, answer: object) -> None:
        """Until a question that somebody has to be asked."""
        while True:
            try:
                step = self._asking.send(answer)
            except StopIteration:
                self.question = None
                return
            answer = None
            if isinstance(step, Put):
                put(self._content, step.location, step.value)
                continue
            said = value_at(self._left, step.location)
            is_told = said is not None and step.form is not AnswerForm.SECRET
            if not is_told and not (said is None and self._is_settled(step)):
                self.question, self.offered = step, said
                return
            answer = step.default if said is None else said
            if answer is None:
                self._miss(step)
            self._take(step, answer)

    def _is_settled(self, question: InitQuestion) -> bool:
        """Whether what is usual may be taken without asking: of an instrument that was given only what it lacks is
        asked for."""
        if self._takes_defaults:
            return question.form not in (AnswerForm.FOUND, AnswerForm.SECRET)
        item = question.location[:2]
        is_given = item[0] in _ITEMS and len(question.location) > 2 and value_at(self._left, item) is not None
        return is_given and (question.optional or question.default is not None)

    def _miss(self, question: InitQuestion) -> None:
        if not question.optional and question.form is not AnswerForm.FOUND:
            self.missing.append(question)

    def _take(self, question: InitQuestion, answer: object) -> None:
        if question.is_kept and answer is not None:
            put(self._content, question.location, answer)
        elif not question.is_kept and value_at(self._left, question.location) is not None:
            drop(self._left, question.location)
            drop(self._content, question.location)
