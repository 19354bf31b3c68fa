"""What is said of a group holds of every text that it takes: nobody is told that a code cannot come which can."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.instruments.group_text import can_hold, characters, group_bodies

BODIES = [
    r"[-+0-9.]+",
    r"\d",
    r"-?\d+",
    r"[A-Z]{1,3}|\d\d",
    r"[^;]+",
    r"\s*[-+]?\d+(?:[.,]\d*)?(?:[eE][-+]\d\d)?",
    r"[])(]+",
    r"\x41\t?.",
    r"(?:OK|ERR)(?:[ ])?",
    r"\W\w\S",
    r"[\d,.]{2,5}?",
]


@pytest.mark.parametrize("body", BODIES)
@given(choice=st.data())
def test_all_that_a_group_takes_is_of_its_characters(body: str, choice: st.DataObject) -> None:
    text = choice.draw(st.from_regex(re.compile(body, re.ASCII), fullmatch=True))
    known = characters(body)
    assert known is not None
    if all(ord(sign) < 256 for sign in text):
        assert set(text) <= known
        assert can_hold(body, text)


@pytest.mark.parametrize("body", BODIES)
def test_a_group_is_found_in_the_whole_line(body: str) -> None:
    response = rf"\(PM=[()]?(?P<PM>{body})\);(?:a(?P<status>[A-Z])|b)*[^)]"
    assert group_bodies(response) == {"PM": body, "status": "[A-Z]"}


@pytest.mark.parametrize(
    ("body", "text"), [(r"\d", "10"), (r"\d", "A"), ("[A-Z]+", "a"), ("[0-9.]+", "Đ"), (r"OK|NG", "")]
)
def test_what_a_group_never_holds(body: str, text: str) -> None:
    assert not can_hold(body, text)


@pytest.mark.parametrize(("body", "text"), [(r"A\b", "A"), (r"^A", "B"), ("A$", "B")])
def test_where_the_place_counts_nothing_is_said(body: str, text: str) -> None:
    assert can_hold(body, text)


def test_flags_change_what_a_group_means() -> None:
    assert group_bodies("(?i)(?P<status>[a-z])") == group_bodies("(?i:(?P<status>[a-z]))") == {}
