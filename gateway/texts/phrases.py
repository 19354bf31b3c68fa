"""What a `Phrase` says in another language than English.

Its sentence is the key of the catalogue, `phrases.vi.yaml`: a line for each, in the quotes that JSON has, so that a
sentence is found in it without reading the others, and who says few of them keeps few. A test holds that every sentence
of a `Phrase` is in it with the same holes, and none that nobody says any more.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from gateway.config import Language
from gateway.core.in_words import InWords
from gateway.core.phrase import Phrase, filled
from gateway.core.printable import printable
from gateway.texts.recognised import recognised


def said(text: str, language: Language) -> str:
    """The text in that language: what the catalogue has for a phrase, and for a sentence that was written down in
    English; of anything else the text itself. One line, whatever came from outside."""
    if language is Language.ENGLISH:
        return text
    found = recognised(text)
    return printable(_said(found, language)) if isinstance(found, Phrase) else text


@cache
def sentence_in(language: Language, template: str) -> str:
    """What the catalogue has for an English sentence; the same, where it has none."""
    key = f"\n{json.dumps(template, ensure_ascii=False)}: ".encode()
    lines = _lines(language)
    at = lines.find(key)
    if at < 0:
        return template
    begin = at + len(key)
    found: str = json.loads(lines[begin : lines.index(b"\n", begin)])
    return found


@cache
def _lines(language: Language) -> bytes:
    return files("gateway.texts").joinpath(f"phrases.{language.value}.yaml").read_bytes()


def _field(one: object, language: Language) -> object:
    if isinstance(one, InWords):
        return one.vi
    found = recognised(one) if isinstance(one, str) else one
    return _said(found, language) if isinstance(found, Phrase) else one


def _said(phrase: Phrase, language: Language) -> str:
    fields = {name: _field(one, language) for name, one in phrase.fields.items()}
    return filled(sentence_in(language, phrase.template), fields)
