"""Listings as FTP servers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.uplinks.ftp.listed import Listed, by_columns, by_facts, columns, last_part, names_in


@pytest.mark.parametrize(
    ("line", "listed"),
    [
        ("-rw-r--r--    1 1000     1000          325 Jan 01 00:05 a.txt", Listed("a.txt", True, 325)),
        ("-rw-r--r--   1 ftp      ftp           325 Jan  1  2026 a b.txt", Listed("a b.txt", True, 325)),
        ("-rw-r--r--+  1 ftp 325 2026-01-01 00:05 a.txt", Listed("a.txt", True, 325)),
        ("-rw-r--r-- 1 ftp ftp Jan 01 00:05 a.txt", Listed("a.txt", True, None)),
        ("-rw-r--r-- 1 ftp ftp 0 1 thg1 00:05 a.txt", Listed("a.txt", True, 0)),
        ("drwxr-xr-x    2 0        0            4096 Jan 01 00:05 day", Listed("day", False, None)),
        ("lrwxrwxrwx 1 0 0 5 Jan 01 00:05 link -> a.txt", Listed("link", False, None)),
        ("01-01-26  12:05AM                  325 a.txt", Listed("a.txt", True, 325)),
        ("2026-01-01  00:05                  325 a.txt", Listed("a.txt", True, 325)),
        ("01-01-26  12:05AM       <DIR>          day", Listed("day", False, None)),
        ("a.txt", None),
        ("", None),
    ],
)
def test_a_line_of_a_list(line: str, listed: Listed | None) -> None:
    assert by_columns(line) == listed


@pytest.mark.parametrize(
    ("line", "listed"),
    [
        ("type=file;size=325;modify=20260101000500; a.txt", Listed("a.txt", True, 325)),
        (" Type=File;Size=325; /day/a.txt", Listed("a.txt", True, 325)),
        ("type=file; a.txt", Listed("a.txt", True, None)),
        ("type=cdir; .", Listed(".", False, None)),
        ("type=file;size=-1; a.txt", Listed("a.txt", True, None)),
        ("250 End", None),
        ("", None),
    ],
)
def test_a_line_of_facts(line: str, listed: Listed | None) -> None:
    assert by_facts(line) == listed


def test_what_cannot_be_read_is_no_whole_listing() -> None:
    good = "-rw-r--r-- 1 ftp ftp 325 Jan 01 00:05 a.txt"
    assert columns(["total 4", good, ""]) == [Listed("a.txt", True, 325)]
    assert columns([good, "?????????? ? ? ? ? b.txt"]) is None
    assert columns([]) == []


@given(st.integers(0, 10**12), st.sampled_from(["a.txt", "NUO001_20260101000500.txt", "tên tệp.txt", "7 8.txt"]))
def test_sizes_and_names_are_told_from_what_stands_beside_them(size: int, name: str) -> None:
    assert by_columns(f"-rw-r--r-- 1 1000 2000 {size} Jan 01 00:05 {name}") == Listed(name, True, size)
    assert by_columns(f"01-01-26  12:05AM {size:>20} {name}") == Listed(name, True, size)


@given(st.text(max_size=80))
def test_any_line_is_read_or_left(line: str) -> None:
    for read in (by_columns, by_facts):
        seen = read(line)
        assert seen is None or seen.size is None or seen.size >= 0


def test_names_are_cut_at_either_slash() -> None:
    assert [last_part(path) for path in ("/a/b.txt", "a\\b.txt", "b.txt", "/a/b/")] == ["b.txt"] * 3 + ["b"]


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["day/a.txt", "b c.txt", ""], ["a.txt", "b c.txt"]),
        (["total 2", "-rw-r--r-- 1 0 0 5 Jan 01 00:05 a.txt", "drwxr-xr-x 2 0 0 5 Jan 01 00:05 day"], ["a.txt", "day"]),
        (["total 0"], []),
        ([], []),
    ],
)
def test_names_are_names_also_where_a_server_lists_more(lines: list[str], names: list[str]) -> None:
    assert names_in(lines) == names
