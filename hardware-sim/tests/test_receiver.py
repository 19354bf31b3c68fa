"""The receiver reads as its published source does: what it cannot read is lost without a word."""

import pytest

from stationsim.authority.receiver import Received, read


@pytest.mark.parametrize(
    ("content", "received"),
    [
        (b"pH\t7.21\t-\t20260101000500\t00\r\n", Received("pH", 7.21, "-", "20260101000500", "00")),
        (b"\xef\xbb\xbfpH\t7.21\t-\t20260101000500\t00", Received("pH", 7.21, "-", "20260101000500", "00")),
        (b"pH\xff\t7.21\t-\t20260101000500\t00\n", Received("pH", 7.21, "-", "20260101000500", "00")),
        (b"  pH\t7.21\t-\t20260101000500\t00  ", Received("pH", 7.21, "-", "20260101000500", "00")),
        (b"pH\t7,21\t-\t20260101000500\t00", Received("pH", None, "-", "20260101000500", "00")),
        (b"pH\t\t-\t20260101000500\t00", Received("pH", None, "-", "20260101000500", "00")),
        (b"pH\tNULL\t-\t20260101000500\t02", Received("pH", None, "-", "20260101000500", "02")),
        (b"pH\t-\t-\t20260101000500\t02", Received("pH", None, "-", "20260101000500", "02")),
        (b"pH\t7.21\t-\t20260101000500", Received("pH", 7.21, "-", "20260101000500", None)),
        (b"pH\t7.21\t20260101000500", Received("pH", 7.21, None, "20260101000500", None)),
    ],
)
def test_a_line_as_understood(content: bytes, received: Received) -> None:
    assert read(content) == (received,)


def test_short_lines_are_ignored() -> None:
    assert read(b"pH\t7.21\r\n\r\nTSS 40 mg/L\r\n") == ()
