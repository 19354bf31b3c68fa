"""An expression for a line that was heard."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.config.instruments.line_pattern import LinePattern
from gateway.config.interview.text_lines import groups_in, pattern_of, renamed, unescaped, without_group


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ("$0060.5,0031.5,0*34", {"v1": "0060.5", "v2": "0031.5", "v3": "0", "checksum": "34"}),
        ("WS 3.98 WD 344 ST 0*FEE4", {"v1": "3.98", "v2": "344", "v3": "0", "checksum": "FEE4"}),
        ("T-12.5C ID05 [7]", {"v1": "-12.5", "v2": "7"}),
        ("2026-01-31 12:30;4.5", {"v1": "2026", "v2": "01", "v3": "31", "v4": "12", "v5": "30", "v6": "4.5"}),
    ],
)
def test_each_number_has_a_group(line: str, held: dict[str, str]) -> None:
    pattern = pattern_of(line)
    assert pattern is not None
    assert groups_in(pattern) == tuple(held)
    match = LinePattern(pattern).fullmatch(line.encode("latin-1"))
    assert match is not None
    assert {name: match[name] for name in held} == held


@pytest.mark.parametrize("line", ["", "OK", "READY*", "a\x001"])
def test_what_has_no_number_has_none(line: str) -> None:
    assert pattern_of(line) is None


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
@example("1.2.3 (4)*00")
@example("-+1|2\\3")
def test_it_is_sound_and_the_line_itself_fits(line: str) -> None:
    pattern = pattern_of(line)
    if pattern is not None:
        assert LinePattern(pattern).fullmatch(line.encode("latin-1")) is not None


def test_a_column_that_is_filled_up_may_be_full() -> None:
    pattern = pattern_of("PM=   58.1")
    assert pattern is not None
    assert LinePattern(pattern).fullmatch(b"PM=10058.1") is not None


def test_groups_get_the_symbols_names_as_far_as_they_can() -> None:
    pattern = "(?P<v1>.),(?P<v2>.),(?P<v3>.)"
    pattern, name = renamed(pattern, "v1", "PM2,5")
    assert (pattern, name) == ("(?P<PM25>.),(?P<v2>.),(?P<v3>.)", "PM25")
    assert renamed(pattern, "v2", "PM25") == (pattern, "v2")
    assert renamed(pattern, "v2", "1,3-Butadien")[1] == "v2"
    assert without_group(pattern, "v3") == "(?P<PM25>.),(?P<v2>.),(?:.)"


def test_control_characters_are_typed_as_they_are_written() -> None:
    assert unescaped(r"\x02DA\r\n\\r") == "\x02DA\r\n\\r"
