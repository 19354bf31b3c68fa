"""What is said to people, so that it can be said in their language: an English sentence with named holes, and what
stands in them.

A `Phrase` is its English text, and is used as one: shown, compared, sorted, written to a log. It remembers what it was
made from, and `gateway.texts.phrases` says the same in another language, where somebody reads it. The sentence itself
is the key of the other language's catalogue, so that who reads the code reads what it says; a test holds that every
sentence of a `Phrase` has its translation with the same holes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


class Phrase(str):
    """`template`: in English, with holes as `str.format` has them, `{count:,}`; without fields it has none, and braces
    are braces. `fields`: what stands in them; a phrase among them is said in the reader's language, too."""

    __slots__ = ("fields", "template")
    template: str
    fields: dict[str, Any]

    def __new__(cls, template: str, /, **fields: Any) -> Phrase:
        return cls._made(template, fields, filled(template, fields))

    @classmethod
    def _made(cls, template: str, fields: dict[str, Any], text: str) -> Phrase:
        made = str.__new__(cls, text)
        made.template, made.fields = template, fields
        return made

    def __reduce_ex__(self, protocol: Any, /) -> Any:
        return Phrase._made, (self.template, self.fields, str(self))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, made_for: Callable[[Any], Any]) -> Any:
        """A text, where a configuration is written out with its warnings."""
        return made_for(str)

    def __add__(self, other: str, /) -> Phrase:
        """One after the other, each in the reader's language."""
        return Phrase("{first}{second}", first=self, second=other)

    def through(self, shown: Callable[[str], str]) -> Phrase:
        """The same with its English text as `shown` has it: without what a terminal would act upon."""
        return Phrase._made(self.template, self.fields, shown(str(self)))


def in_a_row(parts: Sequence[Phrase], between: str) -> Phrase:
    """One after the other, each in the reader's language."""
    names = [f"part{number}" for number in range(len(parts))]
    return Phrase(between.join(f"{{{name}}}" for name in names), **dict(zip(names, parts, strict=True)))


def verbatim(text: object) -> Phrase:
    """What is said the same in every language: a name, what a library or a device says."""
    return Phrase("{text}", text=text)


def packed(text: str) -> object:
    """As JSON can keep it: a phrase with what it was made from, any other text as it is."""
    if not isinstance(text, Phrase):
        return text
    fields = {name: packed(one) if isinstance(one, str) else _plain(one) for name, one in text.fields.items()}
    return {"phrase": text.template, "fields": fields}


def unpacked(kept: Any) -> str:
    """The other way round; what was kept is sound."""
    if not isinstance(kept, dict):
        return str(kept)
    fields = {name: unpacked(one) if isinstance(one, (str, dict)) else one for name, one in kept["fields"].items()}
    return Phrase(kept["phrase"], **fields)


def _plain(one: object) -> object:
    return one if isinstance(one, (int, float)) else str(one)


def filled(template: str, fields: dict[str, Any]) -> str:
    return template.format(**fields) if fields else template
