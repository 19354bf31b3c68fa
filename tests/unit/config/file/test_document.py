"""Files that are not YAML, or not YAML as the gateway wants it: one problem, with its line, never a traceback."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gateway.config import load
from gateway.config.file.document import parse_document
from gateway.config.file.nodes import LARGEST
from gateway.core.errors import ConfigError
from tests.support.unprivileged import as_nobody
from tests.unit.config.wording import STATION, edited, faults, load_text

FALSE_BLANK = (
    "has a blank that is no space, as web pages and word processors write it; type the blanks of this line anew"
)
ODD_QUOTE = (
    "has text after a quote that is closed, or a quote that is not closed, here or just above; open and close each "
    "quote in its own line"
)
BROKEN = {
    "empty": ("", "gateway.yaml: is empty; begin with the section station:"),
    "only_comments": ("# later\n", "gateway.yaml: is empty; begin with the section station:"),
    "a_list_at_the_top": ("- station\n", "gateway.yaml:1: has no keys at its top; begin with the section station:"),
    "a_word_at_the_top": ("\nstation\n", "gateway.yaml:2: has no keys at its top; begin with the section station:"),
    "tab": ("station:\n\tname: x\n", "gateway.yaml:2: has a TAB character; indent with spaces"),
    "no_space_after_the_colon": (
        "station:\n  name:x\n  code: y\n",
        "gateway.yaml:3: has a colon where none can stand; put texts with a colon in quotes, and a space after the "
        "colon in the line above",
    ),
    "no_colon": (
        "station:\n  name x\n  code: y\n",
        "gateway.yaml:3: has a colon where none can stand; put texts with a colon in quotes, and a space after the "
        "colon in the line above",
    ),
    "no_colon_after_a_value": (
        "station:\n  name: x\n  code\n",
        "gateway.yaml:3: is not `key: value`; put a colon and a space after the key",
    ),
    "quote_not_closed": ("station:\n  name: 'x\n", "gateway.yaml:2: has a quote that is never closed; close it"),
    "brace_not_closed": (
        "a: 1\nlinks: {plc: {type: modbus-tcp}\nb: 2\n",
        "gateway.yaml:2: has a [ or { that is never closed, or lacks a comma; close it on the line where it begins",
    ),
    "two_colons": (
        "a: b: c\n",
        "gateway.yaml:1: has a colon where none can stand; put texts with a colon in quotes, and a space after the "
        "colon in the line above",
    ),
    "dash_as_value": (
        "unit: -\n",
        'gateway.yaml:1: has a - where a value should stand; write "-" in quotes, or begin the list on a line of its '
        "own",
    ),
    "indentation": (
        "a:\n    b: 1\n  c: 2\n",
        "gateway.yaml:3: does not line up with the lines above; begin all keys of a section in the same column",
    ),
    "reserved_character": (
        "a: @b\n",
        "gateway.yaml:1: has a value that begins with a character which YAML keeps for itself; put the value in quotes",
    ),
    "asterisk": ("a: *b\n", "gateway.yaml:1: has a value that begins with *; put the value in quotes"),
    "escape": (
        'a: "C:\\q"\n',
        "gateway.yaml:1: has a backslash that means nothing in double quotes; use single quotes",
    ),
    "escape_beyond_unicode": (
        'b: 1\na: "\\UFFFFFFFF"\n',
        "gateway.yaml:2: is not readable as YAML; compare it with the examples",
    ),
    "second_document": ("a: 1\n---\nb: 2\n", "gateway.yaml:2: begins a second document; remove the line ---"),
    "control_character": ("a: 1\nb: \a\n", "gateway.yaml:2: has a control character; save the file as plain text"),
    "false_blank_in_the_indentation": ("a:\n\u00a0 b: 1\n  c: 2\n", f"gateway.yaml:2: {FALSE_BLANK}"),
    "false_blank_after_the_colon": ("a:\n  b: 1\n  c:\u00a02\n  d: 3\n", f"gateway.yaml:3: {FALSE_BLANK}"),
    "false_blank_after_a_dash": ("a:\n  -\u3000b: 1\n    c: 2\n", f"gateway.yaml:2: {FALSE_BLANK}"),
    "false_blank_on_a_line_of_its_own": ("a:\n  b: 1\n\u00a0\n  c: 2\n", f"gateway.yaml:3: {FALSE_BLANK}"),
    "false_blank_in_a_text_is_not_at_fault": (
        "a:\n  name: Trạm\u00a01\n  c\n",
        "gateway.yaml:3: is not `key: value`; put a colon and a space after the key",
    ),
    "wide_colon": (
        "a:\n  b： 1\n  c: 2\n",  # noqa: RUF001
        "gateway.yaml:2: has a wide colon; type it anew, with a space after it",
    ),
    "quote_closed_by_the_next": ('a:\n  b: "NULL\n  c: "-"\n  d: 1\n', f"gateway.yaml:3: {ODD_QUOTE}"),
    "text_after_a_quote": ('a: "x" y\nb: 1\n', f"gateway.yaml:1: {ODD_QUOTE}"),
    "brace_too_many": ("a: {b: 1}}\n", "gateway.yaml:1: has a } too many; remove it"),
    "bracket_too_many": ("a: [1, 2]]\n", "gateway.yaml:1: has a ] too many; remove it"),
    "ampersand": ("a: & b\n", "gateway.yaml:1: has a value that begins with & or *; put the value in quotes"),
    "greater": ("a: >x\n", "gateway.yaml:1: has a value that begins with > or |; put the value in quotes"),
    "unknown_directive": (
        "%YAML 9.0\n---\na: 1\n",
        "gateway.yaml:1: is not YAML; check quotes, colons and indentation here",
    ),
    "ten_thousand_brackets": (
        "a: 1\nb: " + "[" * 10_000,
        "gateway.yaml:2: is nested too deeply; close what begins with [ or {",
    ),
    "version_of_thousands_of_digits": (
        f"%YAML {'9' * 5000}.1\n---\na: 1\n",
        "gateway.yaml:1: is not readable as YAML; compare it with the examples",
    ),
    "a_billion_laughs": (
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)),
        "gateway.yaml:6: stands for more than 262144 characters with every alias (*) written out; write fewer aliases",
    ),
    "a_long_text_ten_thousand_times": (
        f"a: &a {'x' * 10_000}\nb: [{', '.join(['*a'] * 10_000)}]\n",
        "gateway.yaml:2: stands for more than 262144 characters with every alias (*) written out; write fewer aliases",
    ),
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_text(text: str, expected: str, tmp_path: Path) -> None:
    assert faults(text, tmp_path) == [expected]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            ("name: Trạm thử", "name: !name x"),
            "gateway.yaml:2: station.name: has a YAML tag (!…); remove it, or put the value in quotes",
        ),
        (
            ("reporting: {slot: 5min}", "reporting: &r {slot: *r}"),
            "gateway.yaml:7: reporting.slot: contains itself; write the values out instead of the alias",
        ),
        (
            ("reporting: {slot: 5min}", "reporting: {[slot]: 5min}"),
            "gateway.yaml:7: reporting: has a key that is a list or a section; write the key as one word",
        ),
        (
            ("reporting: {slot: 5min}", "reporting: {<<: {slot: 5min}}"),
            "gateway.yaml:7: reporting.<<: merges keys from elsewhere, which YAML 1.2 no longer has; write the keys "
            "out",
        ),
        (
            ("type: uint16, scale: 0.1", "type:uint16, scale: 0.1"),
            "gateway.yaml:17: instruments.probe.parameters.COD.type:uint16: has no space after its colon; write type: "
            "and a space before the value",
        ),
        (
            ("type: uint16, scale: 0.1", "type:\u00a0uint16, scale: 0.1"),
            "gateway.yaml:17: instruments.probe.parameters.COD.type:\\xa0uint16: has no space after its colon; write "
            "type: and a space before the value",
        ),
        (
            ("link: bus\n", "link: “bus”\n"),
            "gateway.yaml:19: instruments.flowmeter.link: there is no link '“bus”'; did you mean bus?; straight quotes "
            '("…") enclose a text, others are a part of it',
        ),
        (
            ("province: HN", 'province: "\\e[31m"'),
            "gateway.yaml:3: station.province: '\\x1b[31m' cannot stand in a file's name; use 1 to 32 letters A-Z a-z, "
            "digits or '-': the receiver splits the name at '_', and a space, a slash or an accent does not survive "
            "every server",
        ),
    ],
    ids=[
        "tag",
        "recursion",
        "list_as_key",
        "merge",
        "glued_key",
        "glued_by_a_false_blank",
        "false_quotes",
        "escape_sequence",
    ],
)
def test_odd_yaml(edit: tuple[str, str], expected: str, tmp_path: Path) -> None:
    assert expected in faults(edited(edit), tmp_path)


def test_alias_stands_for_its_value(tmp_path: Path) -> None:
    text = edited(("poll: 5s", "poll: &period 5s"), ("poll: 10s", "poll: *period"))
    assert len({instrument.poll for instrument in load_text(text, tmp_path).instruments}) == 1


def test_no_is_nitrogen_monoxide_even_where_the_file_says_yaml_1_1() -> None:
    assert parse_document("x", "a: NO\nb: yes\n").content == {"a": "NO", "b": "yes"}
    assert parse_document("x", "%YAML 1.1\n---\na: NO\nb: yes\n").content == {"a": "NO", "b": "yes"}


def test_scalars() -> None:
    text = "i: -7\nh: 0x1F\no: 0o17\nz: 010\nf: 1e3\nn: ~\nt: true\nd: 2026-01-01\ns: '5'\nbig: " + "9" * 100
    assert parse_document("x", text).content == {
        **{"i": -7, "h": 31, "o": 15, "z": 10, "f": 1000.0, "n": None, "t": True, "d": "2026-01-01", "s": "5"},
        "big": "9" * 100,
    }


def test_numbers_that_only_look_like_numbers_stay_text() -> None:
    text = "a: 1_000\nb: 1_0.5\nc: 1:30\nd: 1e-999\ne: ٣\nf: ３.5\ng: 0.0e5\nh: -0\ni: 0e-999"  # noqa: RUF001
    assert parse_document("x", text).content == {
        **{"a": "1_000", "b": "1_0.5", "c": "1:30", "d": "1e-999", "e": "٣", "f": "３.5"},  # noqa: RUF001
        **{"g": 0.0, "h": 0, "i": 0.0},
    }


@pytest.mark.parametrize(
    "scale",
    [
        "1e999",
        ".nan",
        "-.inf",
        "9" * 10_000,
        "0." + "9" * 10_000,
        "1_0",
        "1:30",
        "!!int x",
        "!!python/name:os.system x",
    ],
)
def test_a_scale_that_is_no_number_is_refused_in_its_line(scale: str, tmp_path: Path) -> None:
    found = faults(edited(("scale: 0.1", f"scale: {scale}")), tmp_path)
    assert found
    assert all(fault.startswith("gateway.yaml:17: instruments.probe.parameters.COD.scale: ") for fault in found)


def test_what_is_nested_deeper_than_the_gateway_understands_is_refused_in_its_line(tmp_path: Path) -> None:
    [unknown, nested] = faults(STATION + "x: " + "[" * 100 + "]" * 100 + "\n", tmp_path)
    assert "is an unknown key" in unknown
    assert nested.startswith("gateway.yaml:29: x[0]")
    assert "is nested too deeply; at most 40 levels are understood" in nested


@pytest.mark.parametrize(
    "text",
    ["a: 1\n" * 40_000, "".join(f"k{i}: 1\n" for i in range(20_000)), "station: {name: 1}\n" + "- 1\n" * 1000],
    ids=["one_key_many_times", "many_keys", "list"],
)
def test_tens_of_thousands_of_faults_take_seconds_and_the_first_hundred_are_told(text: str, tmp_path: Path) -> None:
    began_s = time.process_time()
    found = faults(text, tmp_path)
    assert 0 < len(found) <= 100
    assert time.process_time() - began_s < 30


def test_a_name_of_a_hundred_thousand_characters_is_refused(tmp_path: Path) -> None:
    assert faults(edited(("Trạm thử", "x" * 100_000)), tmp_path) == [
        "gateway.yaml:2: station.name: has 100000 characters; write at most 500"
    ]


def test_bom_is_skipped(tmp_path: Path) -> None:
    assert load_text("\ufeff" + STATION, tmp_path).station.code == "NUO001"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"station:\n  name: \xff\xfe\n", ":2: is not UTF-8 text; save the file as UTF-8"),
        (STATION.encode("utf-16"), ":1: is not UTF-8 text; save the file as UTF-8"),
        (b"\x7fELF\x02\x01\x01" + bytes(100), ":1: has a control character; save the file as plain text"),
        (b"#" * (LARGEST + 1), f": is larger than {LARGEST} bytes; name a configuration file"),
    ],
    ids=["latin", "utf_16", "program", "huge"],
)
def test_bytes_that_are_no_text(content: bytes, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_bytes(content)
    assert _only_problem(file) == f"{file}{expected}"


def test_missing_file(tmp_path: Path) -> None:
    file = tmp_path / "nowhere.yaml"
    assert _only_problem(file) == f"{file}: does not exist; name the file with --config"


def test_folder(tmp_path: Path) -> None:
    assert _only_problem(tmp_path) == f"{tmp_path}: is a folder; name the configuration file in it"


def test_name_too_long_for_the_file_system(tmp_path: Path) -> None:
    file = tmp_path / ("x" * 300)
    assert _only_problem(file) == f"{file}: cannot be read (File name too long); name another file with --config"


def test_unreadable_file(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(STATION)
    file.chmod(0)
    with as_nobody():
        problem = _only_problem(file)
    assert problem == (
        f"{file}: cannot be read (Permission denied); run this as root or as the gateway's user; if it is that one,"
        f" chgrp gateway {file} && chmod 640 {file}"
    )


def _only_problem(file: Path) -> str:
    with pytest.raises(ConfigError) as refused:
        load(file, {})
    [problem] = refused.value.problems
    return str(problem)
