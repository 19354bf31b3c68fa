"""The newest complete line, however the bytes are cut on their way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.instruments.lines.line_tail import LONGEST_LINE, LineTail

TERMINATORS = st.sampled_from([b"\r\n", b"\n", b"\r", b"\x03"])
TALK = st.lists(st.sampled_from([b"a", b"1", b"\r", b"\n", b"\r\n", b"\x03"]), max_size=60).map(b"".join)


@given(TERMINATORS, TALK, st.lists(st.integers(0, 60)))
def test_how_it_is_cut_makes_no_difference(terminator: bytes, talk: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(talk), *(cut for cut in cuts if cut < len(talk))})
    tail = LineTail(terminator)
    for start, end in zip(places, places[1:], strict=False):
        tail.feed(talk[start:end])
    heard_whole = talk.split(terminator)[1:-1]
    assert tail.take() == (heard_whole[-1] if heard_whole else None)
    assert tail.take() is None


def test_endless_talk_is_not_kept() -> None:
    tail = LineTail(b"\r\n")
    tail.feed(b"\r\n")
    for _ in range(1000):
        tail.feed(b"x" * 4096)
    tail.feed(b"PM=1\r")
    assert not tail.is_in_step
    assert len(tail._begun) <= LONGEST_LINE
    tail.feed(b"\nPM=2\r\n")
    assert tail.take() == b"PM=2"
