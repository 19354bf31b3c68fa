"""What a `Phrase` says in another language than English.

Its sentence is the key of the catalogue, `phrases.vi.yaml`: a line for each, in the quotes that JSON has, so that a
sentence is found in it without reading the others, and who says few of them keeps few. A test holds that every sentence
of a `Phrase` is in it with the same holes, and none that nobody says any more.
"""

from __future__ import annotations

import re
from functools import cache
from string import Formatter
from typing import Any

from gateway.config import Language
from gateway.core.in_words import InWords
from gateway.core.phrase import NAMING, AsShown, Phrase
from gateway.core.printable import printable
from gateway.texts.recognised import recognised
from gateway.texts.sentences import vietnamese

_GROUPED = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")


class _SpacedGroups(Formatter):
    """Thousands apart by a space: the comma of English groups is where Vietnamese begins a fraction, and the point of
    Vietnamese ones where files and commands do."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        written = super().format_field(value, format_spec)
        is_number = "," in format_spec or isinstance(value, AsShown)
        return written.replace(",", " ") if is_number and _GROUPED.fullmatch(written) else written


_SPACED = _SpacedGroups()


def said(text: str, language: Language) -> str:
    """The text in that language: what the catalogue has for a phrase, and for a sentence that was written down in
    English; of anything else the text itself. One line, whatever came from outside."""
    if language is Language.ENGLISH:
        return text
    found = recognised(text)
    return printable(_said(found)) if isinstance(found, Phrase) else text


def _field(name: str, one: object) -> object:
    if isinstance(one, InWords):
        return one.vi
    found = recognised(one) if isinstance(one, str) and name not in NAMING else one
    return _said(found) if isinstance(found, Phrase) else one


def _said(phrase: Phrase) -> str:
    fields = {name: _field(name, one) for name, one in phrase.fields.items()}
    template = _vietnamese(phrase.template)
    return _SPACED.vformat(template, (), fields) if fields else template


@cache
def _vietnamese(template: str) -> str:
    return vietnamese(template) or template
