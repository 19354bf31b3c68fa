"""What a `Phrase` says in another language than English.

Its sentence is the key of the catalogue, `phrases.vi.yaml`: a line for each, in the quotes that JSON has, so that a
command reads a thousand of them in a few milliseconds. A test holds that every sentence of a `Phrase` is in it with the
same holes, and none that nobody says any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from gateway.config import Language
from gateway.core.phrase import Phrase, filled
from gateway.core.printable import printable
from gateway.core.standards import InWords


def said(text: str, language: Language) -> str:
    """The text in that language: of a phrase what the catalogue has for it, of anything else the text itself. One line,
    whatever came from outside."""
    if language is Language.ENGLISH or not isinstance(text, Phrase):
        return text
    return printable(_said(text, phrases_in(language)))


@cache
def phrases_in(language: Language) -> Mapping[str, str]:
    """The sentences of a language by the English ones; of English none."""
    if language is Language.ENGLISH:
        return {}
    lines = files("gateway.texts").joinpath(f"phrases.{language.value}.yaml").read_text("utf-8").splitlines()
    return dict(_entry(line) for line in lines if line.startswith('"'))


def _entry(line: str) -> tuple[str, str]:
    [entry] = json.loads(f"{{{line}}}").items()
    return entry  # type: ignore[no-any-return]  # a pair of strings, which a test holds


def _field(one: object, known: Mapping[str, str]) -> object:
    if isinstance(one, InWords):
        return one.vi
    return _said(one, known) if isinstance(one, Phrase) else one


def _said(phrase: Phrase, known: Mapping[str, str]) -> str:
    fields = {name: _field(one, known) for name, one in phrase.fields.items()}
    return filled(known.get(phrase.template, phrase.template), fields)
