"""Lists that give words or bits a meaning, where one word can have only one.

A list that stands in the file wins over the other lists' defaults: what is named there is taken out of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ValidationInfo

from gateway.config.file.form_error import FormError
from gateway.config.section import Section
from gateway.core.phrase import Phrase

Code = TypeVar("Code", int, str)


def refuse_calibrating_fault(fault: tuple[Code, ...], siblings: ValidationInfo[Any]) -> tuple[Code, ...]:
    """For a section whose two lists are `calibrating` and, after it, `fault`.

    Raises:
        FormError: a code stands in both.
    """
    both = sorted(set(fault) & set(siblings.data.get("calibrating", ())))
    if both:
        raise FormError(
            Phrase("code {both!r} is in calibrating too", both=both[0]), Phrase("leave it in one of the two lists")
        )
    return fault


def refuse_two_meanings(section: Section, lists: Sequence[str]) -> None:
    """For a section's own check.

    Raises:
        FormError: a word stands in two of the lists that were written.
    """
    seen: dict[object, str] = {}
    for name in lists:
        for word in set(getattr(section, name)) if name in section.model_fields_set else ():
            if word in seen:
                raise FormError(
                    Phrase("{word} is in {seen} and in {name}", word=word, seen=seen[word], name=name),
                    Phrase("leave it in one of the lists"),
                )
            seen[word] = name


def meant(section: Section, name: str, lists: Sequence[str]) -> frozenset[object]:
    """The words that have the meaning of this list."""
    words = frozenset(getattr(section, name))
    if name in section.model_fields_set:
        return words
    written = (getattr(section, other) for other in lists if other in section.model_fields_set)
    return words.difference(*written)
