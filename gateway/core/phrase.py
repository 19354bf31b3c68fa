"""What is said to people, so that it can be said in their language: an English sentence with named holes, and what
stands in them.

A `Phrase` is its English text, and is used as one: shown, compared, sorted, written to a log. It remembers what it was
made from, and `gateway.texts.phrases` says the same in another language, where somebody reads it. The sentence itself
is the key of the other language's catalogue, so that who reads the code reads what it says; a test holds that every
sentence of a `Phrase` has its translation with the same holes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import Formatter
from typing import Any

from gateway.core.in_words import InWords


class Phrase(str):
    """`template`: in English, with holes as `str.format` has them, `{count:,}`; without fields it has none, and braces
    are braces. `fields`: what stands in them; a phrase among them, or what an error says by one, is said in the
    reader's language, too."""

    __slots__ = ("fields", "template")
    template: str
    fields: dict[str, Any]

    def __new__(cls, template: str, /, **fields: Any) -> Phrase:
        return cls.of_text(template, fields, filled(template, fields))

    @classmethod
    def of_text(cls, template: str, fields: dict[str, Any], text: str) -> Phrase:
        """The same where its English is known already."""
        made = str.__new__(cls, text)
        made.template = template
        made.fields = {name: _said_by(one) if isinstance(one, Exception) else one for name, one in fields.items()}
        return made

    def __reduce_ex__(self, protocol: Any, /) -> Any:
        return Phrase.of_text, (self.template, self.fields, str(self))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, made_for: Callable[[Any], Any]) -> Any:
        """A text, where a configuration is written out with its warnings."""
        return made_for(str)

    def __add__(self, other: str, /) -> Phrase:
        """One after the other, each in the reader's language."""
        return Phrase("{first}{second}", first=self, second=other)

    def __radd__(self, other: str, /) -> Phrase:
        """The same behind what is said in every language."""
        return Phrase("{first}{second}", first=other, second=self)

    def through(self, shown: Callable[[str], str]) -> Phrase:
        """The same with its English text as `shown` has it: without what a terminal would act upon."""
        return Phrase.of_text(self.template, self.fields, shown(str(self)))


def in_a_row(parts: Sequence[str], between: str) -> Phrase:
    """One after the other, each in the reader's language."""
    names = [f"part{number}" for number in range(len(parts))]
    return Phrase(between.join(f"{{{name}}}" for name in names), **dict(zip(names, parts, strict=True)))


NAMING = frozenset(
    ("camera", "code", "column", "columns", "command", "destination", "file", "folder", "group", "host", "id")
    + ("instrument", "key", "keys", "link", "name", "names", "parameter", "path", "plate", "program", "symbol")
    + ("table", "topic", "url", "user", "verbatim")
)
"""The holes in which something stands by its name, as files, commands and the database have it: what is no `Phrase` in
them is the same in every language, whatever words of the catalogue it may be made of."""


def verbatim(text: object) -> Phrase:
    """What is said the same in every language: a name, a command, what somebody wrote."""
    return Phrase("{verbatim}", verbatim=text)


def packed(text: str) -> object:
    """As JSON can keep it: a phrase with what it was made from, any other text as it is."""
    if not isinstance(text, Phrase):
        return str(text)
    holes = {name: (how, spec) for _, name, spec, how in Formatter().parse(text.template)} if text.fields else {}
    fields = {name: _packed_field(one, *holes.get(name, (None, ""))) for name, one in text.fields.items()}
    return {"phrase": text.template, "fields": fields}


def unpacked(kept: Any) -> str:
    """The other way round; what was kept is sound."""
    if not isinstance(kept, dict):
        return str(kept)
    return Phrase(kept["phrase"], **{name: _unpacked_field(one) for name, one in kept["fields"].items()})


class AsShown(str):
    """What stood in a hole as it was shown there: a day, an exact number, what an error said. Its sentence shows it as
    it did; sentences in it are recognised where it is said in another language."""

    __slots__ = ()

    def __format__(self, _spec: str, /) -> str:
        return str(self)

    def __repr__(self) -> str:
        return str(self)


def _said_by(error: Exception) -> str:
    """Its words without the error, which holds what it happened to."""
    told = error.args[0] if error.args else None
    return told if isinstance(told, Phrase) else AsShown(error)


def _packed_field(one: object, how: str | None, spec: str | None) -> object:
    if isinstance(one, InWords):
        return {"vi": one.vi, "en": one.en}
    if isinstance(one, str) and not isinstance(one, AsShown):
        return packed(one)
    if one is None or isinstance(one, (int, float)):
        return one
    return {"shown": format(repr(one) if how == "r" else one, spec or "")}


def _unpacked_field(kept: Any) -> object:
    if not isinstance(kept, dict):
        return kept
    if "phrase" in kept:
        return unpacked(kept)
    return AsShown(kept["shown"]) if "shown" in kept else InWords(kept["vi"], kept["en"])


def filled(template: str, fields: dict[str, Any]) -> str:
    return template.format(**fields) if fields else template
