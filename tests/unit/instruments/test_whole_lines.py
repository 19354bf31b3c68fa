"""The complete lines, however the bytes are cut on their way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.instruments.lines.whole_lines import LONGEST_LINE, WholeLines

TERMINATORS = st.sampled_from([b"\r\n", b"\n", b"\r", b"\x03"])
TALK = st.lists(st.sampled_from([b"a", b"1", b"\r", b"\n", b"\r\n", b"\x03"]), max_size=60).map(b"".join)


@given(TERMINATORS, TALK, st.lists(st.integers(0, 60)))
def test_how_it_is_cut_makes_no_difference(terminator: bytes, talk: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(talk), *(cut for cut in cuts if cut < len(talk))})
    whole_lines = WholeLines(terminator)
    heard: list[bytes] = []
    for start, end in zip(places, places[1:], strict=False):
        heard += whole_lines.feed(talk[start:end])
    assert heard == talk.split(terminator)[1:-1]


def test_endless_talk_is_not_kept() -> None:
    whole_lines = WholeLines(b"\r\n")
    whole_lines.feed(b"\r\n")
    for _ in range(1000):
        assert whole_lines.feed(b"x" * 4096) == []
    assert whole_lines.feed(b"PM=1\r") == []
    assert not whole_lines.is_in_step
    assert len(whole_lines._begun) <= LONGEST_LINE
    assert whole_lines.feed(b"\nPM=2\r\n") == [b"PM=2"]
