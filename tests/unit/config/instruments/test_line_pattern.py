"""Expressions for lines: what is refused and where, and that no line makes one run for long."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from gateway.config.file.form_error import FormError
from gateway.config.instruments.ascii import AsciiProtocol
from gateway.config.instruments.line_pattern import LONGEST_LINE, LinePattern
from gateway.instruments.ascii.hostile_lines import hostile_lines
from tests.unit.config.wording import STATION, load_text

RUNAWAYS = [
    r"(\s*[0-9.]+\s*)+;",
    r"(a+)+;",
    r"(a|a)*;",
    r"(a|aa)+;",
    r"(.*)(.*)(.*)(.*)(.*);",
    r"(\d+)*\.(\d+)*;",
    r"(?i:(1?){300}1{300});",
    r"((((1*)*)*)*)*;",
]


@pytest.mark.parametrize("text", RUNAWAYS)
@pytest.mark.timeout(20)
def test_what_makes_other_engines_run_for_ever_ends_at_once(text: str) -> None:
    pattern = LinePattern(text)
    for line in hostile_lines(text):
        assert pattern.fullmatch(line) is None or line.endswith(b";")


@pytest.mark.parametrize(
    ("text", "character", "words"),
    [
        (r"PM=(?=\d)", 4, "looks ahead"),
        (r"PM=(?!\d)x", 4, "looks ahead"),
        (r"(?<=a)b", 1, "looks back"),
        (r"x(?<!a)b", 2, "looks back"),
        (r"(\d);\1", 6, "refers to another group"),
        (r"(?P<a>\d);(?P=a)", 11, "refers to another group"),
        (r"\d++", 3, "possessive"),
        (r"\d*+", 3, "possessive"),
        (r"\d{1,3}+", 3, "possessive"),
        (r"\d?+;", 3, "possessive"),
        (r"a(?>b|c)", 2, "atomic"),
        (r"(a)?(?(1)b|c)", 5, "condition"),
        (r"a{1001}", 2, "more than 1000 times"),
        (r"a{2,4000000000}", 2, "more than 1000 times"),
        (r"(?x) a b", 1, "flag 'x'"),
        (r"a$b", 2, "'$' stands before the end"),
        (r"(a$|b)c", 3, "'$' stands before the end"),
        (r"\u2013", 1, "no byte"),
        ("PM–", 3, "no byte"),
        ("[a–z]", 3, "no byte"),
        (r"\N{DEGREE SIGN}", 1, "names a character"),
        ("(?i)é", 1, "flag 'i'"),
    ],
)
def test_what_the_engine_cannot_do_is_refused_with_its_place(text: str, character: int, words: str) -> None:
    with pytest.raises(FormError) as fault:
        LinePattern(text)
    assert words in fault.value.wrong
    assert f"(character {character})" in fault.value.wrong
    assert fault.value.right


@pytest.mark.parametrize(
    "text",
    [
        "((",
        "a{99999999999999999999}",
        "(" * 5000 + ")" * 5000,
        "(" * 900 + "a" + ")" * 900,
        r"(a{500}){500}",
        r"(([a-z0-9;]{30}){30}x){30}",
        "[z-a]",
        "(?P<a>x)(?P<a>y)",
        "(?u)a",
        "(?L)a",
        "a**",
        r"\z",
        "*",
        r"\x1",
    ],
)
def test_what_is_no_expression_or_too_large_is_a_fault_and_no_traceback(text: str) -> None:
    may_be_taken = text in (r"\z", "(" * 900 + "a" + ")" * 900)  # by a newer Python, or with a larger stack
    with nullcontext() if may_be_taken else pytest.raises(FormError), suppress(FormError if may_be_taken else ()):
        LinePattern(text)


def test_a_line_is_bytes_and_groups_are_found_where_they_stand() -> None:
    match = LinePattern(r"(?P<unit>µg|°C)?=(?P<value>\S+)(?P<rest>\x00)?").fullmatch(b"\xb5g=1\xff.5")
    assert match is not None
    assert (match["unit"], match["value"], match["rest"]) == ("µg", "1ÿ.5", None)
    assert match.start("value") == 3


def test_a_name_of_a_group_may_have_vietnamese_letters() -> None:
    match = LinePattern(r"(?P<Nhiệt>\d+)").fullmatch(b"12")
    assert match is not None
    assert match["Nhiệt"] == "12"


def test_a_line_longer_than_any_is_not_looked_at() -> None:
    assert LinePattern("a*").fullmatch(b"a" * LONGEST_LINE) is not None
    assert LinePattern("a*").fullmatch(b"a" * (LONGEST_LINE + 1)) is None


def test_without_the_engine_the_configuration_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(ValueError, match="needs google-re2, which cannot be loaded here"):
        AsciiProtocol.model_validate({"request": "R", "response": "(?P<PM>[0-9]+)no other test has this"})


def test_a_station_without_text_instruments_does_not_load_the_engine(tmp_path: Path) -> None:
    load_text(STATION, tmp_path)
    script = (
        "import sys; from pathlib import Path; from gateway.config import load; import gateway.app.daemon;"
        f" import gateway.instruments.registry; load(Path({str(tmp_path / 'gateway.yaml')!r}), environ={{}},"
        " check_secrets=False); print('re2' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False", said.stderr


def test_a_set_in_a_set_is_read_without_a_word_on_the_terminal(recwarn: pytest.WarningsRecorder) -> None:
    assert LinePattern("[[a]").fullmatch(b"[") is not None
    assert not recwarn.list


@pytest.mark.parametrize("written", ["(?P<PM>[^;]+);.*", "(?:.*;)?PM=(?P<PM>[0-9.]+).*", "['\"](?P<PM>[0-9.]+)['\"]"])
def test_what_the_guides_write_in_the_place_of_looking_around_finds_the_value(written: str) -> None:
    found = [LinePattern(written).fullmatch(line) for line in (b"1.5;x", b"a;PM=1.5;b", b"'1.5'")]
    assert "1.5" in [one["PM"] for one in found if one is not None]
