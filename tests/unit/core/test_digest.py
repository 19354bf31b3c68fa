"""Which digest is due, what is signed, and what it is called."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest

from gateway.core.digest import (
    MOST_FILES,
    MOST_MISSED_DAYS,
    DayPart,
    DigestedFiles,
    digest_name,
    file_leaf,
    next_digest,
    signed_text,
)

MONDAY = date(2026, 1, 5)


def newest(day: date, files: int = 288, part: int = 1) -> DigestedFiles:
    return DigestedFiles(DayPart(day, part), 1000, files)


@pytest.mark.parametrize(
    ("made", "whole_day", "due"),
    [
        (newest(MONDAY), MONDAY + timedelta(days=1), DayPart(MONDAY + timedelta(days=1))),
        (newest(MONDAY), MONDAY, None),
        (newest(MONDAY), MONDAY + timedelta(days=4), DayPart(MONDAY + timedelta(days=1))),
        (newest(MONDAY, files=0), MONDAY + timedelta(days=1), DayPart(MONDAY + timedelta(days=1))),
        (newest(MONDAY, MOST_FILES), MONDAY, DayPart(MONDAY, 2)),
        (newest(MONDAY, MOST_FILES, 2), MONDAY + timedelta(days=9), DayPart(MONDAY, 3)),
    ],
)
def test_days_follow_one_another(made: DigestedFiles, whole_day: date, due: DayPart | None) -> None:
    assert next_digest(made, whole_day, {made.of.day}) == due


def test_a_gap_of_years_is_made_up_for_from_its_last_year_on() -> None:
    due = next_digest(newest(date(2006, 1, 1)), MONDAY, ())
    assert due == DayPart(MONDAY - timedelta(days=MOST_MISSED_DAYS - 1))


def test_a_day_that_has_not_come_holds_up_no_other() -> None:
    """A clock was years ahead, made a digest, and was put right."""
    assert next_digest(newest(date(2038, 1, 19)), MONDAY, ()) == DayPart(MONDAY)


def test_a_clock_that_went_back_makes_no_day_twice() -> None:
    assert next_digest(newest(MONDAY + timedelta(days=2)), MONDAY, {MONDAY}) is None


def test_days_that_a_clock_which_was_ahead_made_already_are_passed_over() -> None:
    ahead = {MONDAY + timedelta(days=n) for n in (1, 2, 4)}
    assert next_digest(newest(MONDAY), MONDAY + timedelta(days=5), ahead) == DayPart(MONDAY + timedelta(days=3))
    assert next_digest(newest(MONDAY), MONDAY + timedelta(days=2), ahead) is None


def test_what_is_signed_is_everything_but_the_signature() -> None:
    what = {"root": "ab", "day": "2026-01-05", "signature": "00"}
    assert signed_text(what) == b'{"day":"2026-01-05","root":"ab"}'
    assert signed_text({**what, "signature": "11"}) == signed_text(what)


def test_a_file_s_leaf_can_be_made_by_hand() -> None:
    sha256 = hashlib.sha256(b"content").digest()
    assert file_leaf("a.txt", sha256) == hashlib.sha256(b"\x00a.txt\n" + sha256.hex().encode()).digest()


def test_names_end_as_no_data_file_does() -> None:
    assert digest_name("HN", "CS", "NUO001", DayPart(MONDAY)) == "HN_CS_NUO001_20260105.digest.json"
    assert digest_name("HN", "CS", "NUO001", DayPart(MONDAY, 2)) == "HN_CS_NUO001_20260105_2.digest.json"
