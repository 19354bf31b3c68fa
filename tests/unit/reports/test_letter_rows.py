"""A letter's template whose rows are never closed costs one look at each character, not one for each pair."""

from __future__ import annotations

import time

from gateway.reports.letter.html_letter import _rows


def test_rows_are_found() -> None:
    text = "<table><TR class=a><td>1</td></TR> x <tr>2</tr><track>3</tr>"
    assert [text[begin:end] for begin, end in _rows(text)] == ["<TR class=a><td>1</td></TR>", "<tr>2</tr>"]


def test_a_megabyte_of_rows_that_never_end_takes_no_time() -> None:
    began_s = time.process_time()
    assert list(_rows("<tr>" * 250_000)) == []
    assert list(_rows("<tr" * 250_000)) == []
    assert len(list(_rows("<tr></tr>" * 100_000))) == 100_000
    assert time.process_time() - began_s < 5
