"""Whether an expression takes only whole answers, where nothing but silence ends them."""

from __future__ import annotations

import itertools
import re
import time

import pytest

from gateway.config.instruments.whole_answers import is_whole_only

WHOLE_ONLY = [
    r"(?P<PM>[0-9]+\.[0-9])",
    r"PM=(?P<PM>[0-9.]+);",
    r"[-+][0-9]{5}\.[0-9]",
    r"ab|ac",
    r"(?i)[0-9.]+ MG",
    r"\x02[^\x03]*\x03..",
    r"[0-9.]+( mg| ug)",
    r"(a+)+;",
]
ALSO_CUT = [r"[0-9.]+", r"PM=(.+);", r"a|ab", r"[0-9.]+(mg)?", r".{1,100}", r"[0-9]+\.[0-9]*", r"(?s:.*);", r"a{2,3}"]


@pytest.mark.parametrize("response", WHOLE_ONLY)
def test_a_whole_answer_only(response: str) -> None:
    assert is_whole_only(response)


@pytest.mark.parametrize("response", ALSO_CUT)
def test_half_an_answer_too(response: str) -> None:
    assert not is_whole_only(response)


PARTS = ["a", "b", "a*", "a?", "[ab]", "(?:ab|a)", "b+", "a{1,2}", "[^b]"]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_as_every_text_of_two_letters_shows(length: int) -> None:
    """Against trying out all short texts. (Longer ones may still show that a refusal was right.)"""
    texts = ["".join(text) for size in range(1, 8) for text in itertools.product("ab", repeat=size)]
    for parts in itertools.product(PARTS, repeat=length):
        expression = re.compile("".join(parts), re.ASCII)
        matches = {text for text in texts if expression.fullmatch(text)}
        begins = any(text[:cut] in matches for text in matches for cut in range(1, len(text)))
        assert is_whole_only(expression.pattern) is not begins, expression.pattern


def test_an_expression_that_is_too_much_is_not_believed() -> None:
    began_s = time.process_time()
    for response in (r"((a{1,10}){1,10}b?){1,3};", r"(?:[a-z]?){290}x;", r"([ab]*){1,20}c", r"a{1000};"):
        is_whole_only(response)
    assert time.process_time() - began_s < 5
    assert not is_whole_only("a{1000};")
