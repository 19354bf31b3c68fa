"""The examples with Vietnamese comments: what the catalogue makes of the English ones, and the same stations."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from config.vietnamese.comments import WIDTH, comments_of, translated
from config.vietnamese.examples import catalogue, in_vietnamese, said_in, vietnamese_of
from gateway.config.file.document import parse_document
from tests.support.shipped import ALL_EXAMPLES, EXAMPLES

ANEW = "python -m config.vietnamese"
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)


def code_of(line: str) -> str:
    """What stands before the words."""
    return re.split(r"(?<=\S) +# ", line)[0]


@each_example
def test_every_comment_has_its_vietnamese(example: Path) -> None:
    known = catalogue()
    assert [text for text in said_in(example) if text not in known] == []


def test_every_entry_is_said_somewhere() -> None:
    said = {text for example in EXAMPLES for text in said_in(example)}
    assert [text for text in catalogue() if text not in said] == []


@each_example
def test_the_file_is_what_the_catalogue_makes_of_the_english_one(example: Path) -> None:
    written = vietnamese_of(example).read_bytes()
    assert written == in_vietnamese(example, catalogue()).encode("utf-8"), ANEW


def test_there_is_no_other() -> None:
    assert set(ALL_EXAMPLES) - set(EXAMPLES) == {vietnamese_of(example) for example in EXAMPLES}


@each_example
def test_both_are_the_same_station(example: Path) -> None:
    other = vietnamese_of(example)
    one, same = (parse_document(file.name, file.read_text("utf-8")).content for file in (example, other))
    assert same == one


@each_example
def test_no_line_is_too_long(example: Path) -> None:
    """But for those that are too long in English already, for what stands behind a key that is commented out is not
    wrapped: they may be a word longer."""
    widths = {code_of(line): len(line) + 10 for line in example.read_text("utf-8").splitlines()}
    lines = in_vietnamese(example, catalogue()).splitlines()
    assert [line for line in lines if len(line) > max(WIDTH, widths.get(code_of(line), 0))] == []


@each_example
def test_it_leads_to_vietnamese_examples_and_guides(example: Path) -> None:
    text = in_vietnamese(example, catalogue())
    named = {one.name for one in EXAMPLES}
    assert [name for name in re.findall(r"[\w-]+\.yaml", text) if name in named] == []
    assert re.findall(r"docs/[\w-]+\.md", text) == []


def test_letters_are_composed() -> None:
    texts = catalogue().values()
    assert [text for text in texts if unicodedata.normalize("NFC", text) != text] == []


FILE = """\
# A station, and
# what it is.
#
# Check it with:  gateway check -c x.yaml
# Try it with:    gateway read

slot: 5min        # how long
                  # one is
# storage: {path: /x}   # where
# list:
#   - name: one
#   # or the other
none: "a#b"
"""


def test_what_is_a_comment() -> None:
    assert comments_of(FILE.splitlines()) == [
        "A station, and what it is.",
        "Check it with:  gateway check -c x.yaml",
        "Try it with:    gateway read",
        "how long one is",
        "where",
        "or the other",
    ]


def test_long_ones_are_wrapped_in_their_column_and_all_else_stays() -> None:
    lines = ["slot: 5min        # short", "# key: 1   # short", "# prose", "", "end: 1"]
    said = " ".join(["word"] * 30)
    assert list(translated(lines, lambda _: said)) == [
        "slot: 5min        # " + " ".join(["word"] * 20),
        "                  # " + " ".join(["word"] * 10),
        "# key: 1   # " + said,
        "# " + " ".join(["word"] * 23),
        "# " + " ".join(["word"] * 7),
        "",
        "end: 1",
    ]


@pytest.mark.parametrize(
    "line",
    ["as: the form that limits count", "invalid: the numbers", "max and over: 1h", "A key: value", "-9999 is none"],
)
def test_prose_is_not_taken_for_a_key_that_is_commented_out(line: str) -> None:
    assert comments_of([f"# {line}"]) == [line]
