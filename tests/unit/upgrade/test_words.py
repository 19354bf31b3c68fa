"""What `gateway upgrade show` calls where an upgrade stands, and what came of it."""

from __future__ import annotations

import pytest

from gateway.cli.upgrade import IN_WORDS
from gateway.config import Language
from gateway.texts.phrases import said
from gateway.upgrade.state import Phase

RESULTS = ("upgraded", "returned", "stuck")


@pytest.mark.parametrize("word", [*Phase, *RESULTS])
def test_each_is_said_in_vietnamese(word: str) -> None:
    assert said(IN_WORDS[word], Language.ENGLISH) == word
    assert said(IN_WORDS[word], Language.VIETNAMESE) != word
