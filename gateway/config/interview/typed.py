"""What was typed → the value that it means, as far as the question's form says; whether it may be there is the checks'
business."""

from __future__ import annotations

import re

from gateway.config.interview.question import AnswerForm, InitQuestion

LONGEST = 2000
"""Characters. Whatever is longer was pasted by mistake."""
NONE = "-"
"""Leaves out what may be left out, also where a default is offered."""
_YES = frozenset({"y", "yes", "true", "1", "c", "co", "có"})
_NO = frozenset({"n", "no", "false", "0", "k", "khong", "không"})
_SEPARATOR = re.compile(r"[,;\s]+")
_PAIR = re.compile(r"\[?\s*(-?[0-9.,]+)\s*(?:\.\.|…|;|\s-\s|\s+|,\s*|\bto\b|đến)\s*(-?[0-9.,]+)\s*\]?")


class NotUnderstood(Exception):
    """It cannot be an answer; `reason` is a key of the texts below `init.said`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def value_of(question: InitQuestion, text: str) -> object:
    """The answer in these characters; `None` for one that leaves it out.

    Raises:
        NotUnderstood: nothing that the question's form has.
    """
    if len(text) > LONGEST:
        raise NotUnderstood("too_long")
    if not text.isprintable():
        raise NotUnderstood("control_characters")
    text = text.strip()
    if text == "":
        if question.default is None and not question.optional:
            raise NotUnderstood("needed")
        return question.default
    if text == NONE and question.optional:
        return None
    answer = _FORMS[question.form](question, text)
    if answer in question.taken:
        raise NotUnderstood("taken")
    return answer


def plain(text: str) -> object:
    """A number as people write it, with a comma or a point; the text itself where it is none."""
    number = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    for kind in (int, float):
        try:
            found = kind(number)
        except ValueError:
            continue
        return found if number.isascii() and "_" not in number and found == found and abs(found) < 1e15 else text
    return text


def _text(_: InitQuestion, text: str) -> object:
    return text


def _list(_: InitQuestion, text: str) -> object:
    return [one for one in _SEPARATOR.split(text) if one]


def _number(_: InitQuestion, text: str) -> object:
    return plain(text)


def _pair(_: InitQuestion, text: str) -> object:
    match = _PAIR.fullmatch(text)
    if match is None:
        raise NotUnderstood("pair")
    return [plain(match[1]), plain(match[2])]


def _choice(question: InitQuestion, text: str) -> object:
    if text in question.choices:
        return text
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= len(question.choices):
        return question.choices[int(text) - 1]
    alike = [one for one in question.choices if one.casefold() == text.casefold()]
    if not alike:
        raise NotUnderstood("choice")
    return alike[0]


def _flag(_: InitQuestion, text: str) -> object:
    word = text.casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise NotUnderstood("flag")


_FORMS = {
    AnswerForm.TEXT: _text,
    AnswerForm.LIST: _list,
    AnswerForm.WHOLE: _number,
    AnswerForm.NUMBER: _number,
    AnswerForm.PAIR: _pair,
    AnswerForm.CHOICE: _choice,
    AnswerForm.FLAG: _flag,
    AnswerForm.SECRET: _text,
}
