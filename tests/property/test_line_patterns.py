"""An expression means to RE2 what it means to Python's engine, group for group: over expressions of every part that a
line can be described with, and over every expression that the examples have."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gateway.config.file.form_error import FormError
from gateway.config.instruments.line_pattern import LinePattern
from tests.support.examples import examples
from tests.support.live.examples import EXAMPLES

ALPHABET = "ab1 ;\n\v\xb0\xff_-"
SETS = [
    "[ab]",
    "[^a]",
    r"[\d;]",
    r"[^\s]",
    r"[\S]",
    r"[\W_]",
    r"[\D1]",
    "[]a]",
    "[a-]",
    "[[:a]",
    r"[\]\b]",
    r"[\x30-\x39°]",
]
ATOMS = st.one_of(
    st.sampled_from(["a", "b", "1", " ", ";", "\n", "°", "ÿ", "_", "-", "{", "}", "{a}", "]", ".", "^", r"\."]),
    st.sampled_from(
        [r"\d", r"\D", r"\s", r"\S", r"\w", r"\W", r"\b", r"\A", r"\x61", r"\0", r"\061", r"\141", r"\u00b0"]
    ),
    st.sampled_from(SETS),
)
REPEATS = st.sampled_from(
    ["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}", "{1,}", "{,}", "{0,1}?"]
)


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    repeated = st.tuples(parts, REPEATS).map("".join)
    return st.lists(repeated, min_size=1, max_size=4).map("".join)


def _grouped(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    ways = st.lists(_joined(inside), min_size=1, max_size=3).map("|".join)
    begins = st.sampled_from(["(", "(?:", "(?s:", "(?i:", "(?m:", "(?#no)("])
    return st.tuples(begins, ways).map(lambda pair: f"{pair[0]}{pair[1]})")


PATTERNS = st.tuples(
    st.sampled_from(["", "", "(?s)", "(?i)", "(?m)", "(?a)"]),
    _joined(st.recursive(ATOMS, _grouped, max_leaves=8)),
    st.sampled_from(["", "", "$", r"\Z", "$|a"]),
).map("".join)


def spans(text: str, line: str) -> tuple[object, object]:
    """The groups' texts by both engines; `None` if the line does not fit."""
    named = re.sub(r"\((?!\?)", lambda found: f"(?P<g{found.start()}>", text)
    python = re.compile(named, re.ASCII).fullmatch(line)
    ours = LinePattern(named)
    found = ours.fullmatch(line.encode("latin-1"))
    return (
        None if python is None else python.groupdict(),
        None if found is None else {name: found[name] for name in ours.groups},
    )


@pytest.mark.filterwarnings("ignore::FutureWarning")
@settings(max_examples=examples(300), deadline=None)
@given(PATTERNS, st.lists(st.text(ALPHABET, max_size=6), min_size=1, max_size=6))
@example(r"a$|b", ["a\n", "a"])
@example(r"(\s)+", ["\v", "\x1c", "\x85"])
def test_both_engines_find_the_same_groups(pattern: str, lines: list[str]) -> None:
    try:
        re.compile(pattern, re.ASCII)
        LinePattern(pattern)
    except (re.error, FormError):
        assume(False)
    for line in lines:
        python, ours = spans(pattern, line)
        assert (python is None) == (ours is None), (pattern, line)
        if not re.search(r"\)[*+{]", pattern):  # which turn of an empty repetition is the last, each has its own mind
            assert python == ours, (pattern, line)


WRITTEN = sorted(
    {
        response
        for file in EXAMPLES.glob("*.yaml")
        for response in re.findall(r"response: '((?:[^'\n]|'')*)'", file.read_text("utf-8"))
    }
)


@pytest.mark.parametrize("response", WRITTEN)
def test_the_examples_read_their_lines_as_before(response: str) -> None:
    chance = random.Random(response)
    signs = [*dict.fromkeys(response), *"0123456789.,-+ ;=*\r\nA", "\x00", "\xff"]
    python, ours = re.compile(response, re.ASCII), LinePattern(response)
    line = re.sub(r"\(\?P<\w+>[^)]*\)", lambda _: str(chance.randrange(100)), response).replace("\\", "")
    for _ in range(2000):
        at = chance.randrange(len(line) + 1)
        mutant = line[:at] + chance.choice(signs) * chance.randrange(3) + line[at + chance.randrange(3) :]
        mutant = "".join(c for c in mutant if ord(c) < 256)
        one, other = python.fullmatch(mutant), ours.fullmatch(mutant.encode("latin-1"))
        assert (None if one is None else one.groupdict()) == (
            None if other is None else {name: other[name] for name in ours.groups}
        )


def test_there_are_examples() -> None:
    assert len(WRITTEN) >= 3
