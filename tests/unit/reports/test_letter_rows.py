"""A letter's template whose rows are never closed costs one look at each character, not one for each pair."""

from __future__ import annotations

import time

from gateway.reports.letter.html_letter import _parts


def test_rows_of_interruptions_and_closed_paragraphs_are_found() -> None:
    text = (
        "<table><TR class=a><td>{outage.number}</td></TR> x <tr><td><p>2</p> {date}</tr><track>{outage.end}</tr>"
        "<p>open<li>{cause_sentence}</LI><pre>p</p>"
    )
    assert [text[begin:end] for begin, end in _parts(text)] == [
        "<TR class=a><td>{outage.number}</td></TR>",
        "<p>2</p>",
        "<li>{cause_sentence}</LI>",
    ]


def test_a_megabyte_of_rows_that_never_end_takes_no_time() -> None:
    began_s = time.process_time()
    assert list(_parts("<tr>" * 250_000)) == []
    assert list(_parts("<tr" * 250_000)) == []
    assert len(list(_parts("<tr>{outage.end}</tr>" * 50_000))) == 50_000
    for tag in ("p", "li", "tr"):
        assert len(list(_parts(f"<{tag}>" * 250_000 + f"</{tag}>"))) <= 1
    assert time.process_time() - began_s < 5
