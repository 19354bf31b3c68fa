"""What is not seen is escaped, what is seen stays, and a program reads the same JSON."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.printable import printable, printable_json, printable_lines

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]8;;http://x\x07click", r"\x1b]8;;http://x\x07click"),
        ("one\ntwo\r\nthree", r"one\ntwo\r\nthree"),
        ("\x9b31m\x85\x7f\0", r"\x9b31m\x85\x7f\x00"),
        ("gpj\u202e.exe", r"gpj\u202e.exe"),
        ("pass\u200bword\ufeff\u2066", r"pass\u200bword\ufeff\u2066"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("caf\udce9 \ud800", r"caf\xe9 \ud800"),
        ("tag\U000e0041 \U000e0100 \u3164 \ufe0f", r"tag\U000e0041 \U000e0100 \u3164 \ufe0f"),
        ("[red]bold[/red]", "[red]bold[/red]"),
    ],
)
def test_what_is_not_seen_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "text",
    ["Trạm quan trắc nước thải tự động", "Đặng Thị Ngọc Hường", "µg/m³ – 25\u00a0°C “ổn”", "ỸỲỶỴ ữ ợ", "水质 ๓ 🙂"],
)
def test_ordinary_text_stays_as_it_is(text: str, form: str) -> None:
    written = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    assert printable(written) is written or printable(written) == written


@given(ANYTHING)
def test_it_is_one_line_that_every_encoding_can_take_and_stays_what_it_is(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    shown.encode("utf-8")
    assert all(c.isprintable() or c in "\u00a0\u202f" for c in shown)
    assert printable(shown) == shown


@given(st.lists(ANYTHING))
def test_lines_that_are_meant_stay_lines(lines: list[str]) -> None:
    assert printable_lines("\n".join(map(printable, lines))) == "\n".join(map(printable, lines))


@given(ANYTHING, st.booleans())
def test_a_program_reads_the_same_json(text: str, ascii_only: bool) -> None:
    content = {text: [text, 1.5, None, {"Trạm": text}]}
    written = printable_json(content, ascii_only=ascii_only)
    assert json.loads(written) == json.loads(json.dumps(content))
    assert all(c.isprintable() or c in "\n\u00a0\u202f" for c in written)
    written.encode("ascii" if ascii_only else "utf-8")
