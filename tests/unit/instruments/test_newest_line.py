"""The newest complete line, however the bytes are cut on their way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.instruments.lines.newest_line import LONGEST_LINE, NewestLine

TERMINATORS = st.sampled_from([b"\r\n", b"\n", b"\r", b"\x03"])
TALK = st.lists(st.sampled_from([b"a", b"1", b"\r", b"\n", b"\r\n", b"\x03"]), max_size=60).map(b"".join)


@given(TERMINATORS, TALK, st.lists(st.integers(0, 60)))
def test_how_it_is_cut_makes_no_difference(terminator: bytes, talk: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(talk), *(cut for cut in cuts if cut < len(talk))})
    newest_line = NewestLine(terminator)
    for start, end in zip(places, places[1:], strict=False):
        newest_line.feed(talk[start:end])
    heard_whole = talk.split(terminator)[1:-1]
    assert newest_line.take() == (heard_whole[-1] if heard_whole else None)
    assert newest_line.take() is None


def test_endless_talk_is_not_kept() -> None:
    newest_line = NewestLine(b"\r\n")
    newest_line.feed(b"\r\n")
    for _ in range(1000):
        newest_line.feed(b"x" * 4096)
    newest_line.feed(b"PM=1\r")
    assert not newest_line.is_in_step
    assert len(newest_line._begun) <= LONGEST_LINE
    newest_line.feed(b"\nPM=2\r\n")
    assert newest_line.take() == b"PM=2"
