"""Whatever a test of this folder makes a configuration be told is said in Vietnamese, too: no English is left in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from gateway.config.file.document import YamlDocument
from gateway.config.file.location import Location
from gateway.core.errors import Problem
from gateway.core.phrase import Phrase

_ENGLISH = re.compile(r"\b(?:is|are|the|of|and|or|not|has|have|with|to|a|an|it|by|that|on|in)\b (?:[a-z]+)\b")
"""Two English words one after the other: what stands in a configuration is names, numbers and keys."""


def _english_in(phrase: Phrase) -> Iterator[str]:
    for name, one in phrase.fields.items():
        if isinstance(one, Phrase):
            yield from _english_in(one)
        elif isinstance(one, str) and _ENGLISH.search(one) and not _is_quoted(phrase.template, name):
            yield f"{one!r} in {phrase.template!r}"


def _is_quoted(template: str, name: str) -> bool:
    """What somebody wrote, shown as such; what a library says, which has one language."""
    return template == "{text}" or f"{{{name}!r}}" in template or name in ("error", "reason", "strerror")


@pytest.fixture(autouse=True)
def _no_english_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    made = YamlDocument.problem

    def problem(self: YamlDocument, location: Location, wrong: Phrase, right: Phrase) -> Problem:
        left = [*_english_in(wrong), *_english_in(right)]
        assert left == [], f"make it a Phrase: {left}"
        return made(self, location, wrong, right)

    monkeypatch.setattr(YamlDocument, "problem", problem)
