"""The score counts what is there, what should be there, and what was not as it should be."""

from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from stationsim.authority.rules import Expectation
from stationsim.authority.tally import Tally

EXPECTATION = Expectation("HN", "ABCD", "NUO001", ZoneInfo("Asia/Ho_Chi_Minh"), "%Y/%m/%d", 10_000, 1, {"pH": "-"})
START_MS = 1_767_200_400_000
ALLOWANCE_MS = 10_000


def slot(n: int) -> tuple[PurePosixPath, bytes]:
    end_ms = START_MS + n * 10_000
    return EXPECTATION.path(end_ms), f"pH\t7.{n}\t-\t{EXPECTATION.label(end_ms)}\t00\r\n".encode()


def tally_with(*arrivals: tuple[int, float]) -> Tally:
    """Slots by number, each with the seconds after its end at which it was seen."""
    tally = Tally(EXPECTATION, ALLOWANCE_MS)
    for n, after_s in arrivals:
        tally.arrived(*slot(n), START_MS + n * 10_000 + round(after_s * 1000))
    return tally


def test_nothing_is_expected_before_the_first_file() -> None:
    score = Tally(EXPECTATION, ALLOWANCE_MS).score(START_MS)
    assert (score.received, score.expected, score.missing, score.newest) == (0, 0, 0, None)


def test_all_slots_there_in_time() -> None:
    score = tally_with((1, 2), (2, 2), (3, 9.9)).score(START_MS + 45_000)
    assert (score.received, score.expected, score.missing, score.late, score.malformed) == (3, 3, 0, 0, 0)
    assert score.newest == "HN_ABCD_NUO001_20260101000030.txt"


def test_a_slot_is_expected_once_its_allowance_has_passed() -> None:
    tally = tally_with((1, 2))
    assert tally.score(START_MS + 19_999).expected == 0
    assert tally.score(START_MS + 20_000).expected == 1
    assert tally.score(START_MS + 29_999).missing == 0
    assert tally.score(START_MS + 30_000).missing == 1


def test_a_hole_is_missing_until_it_is_filled_late() -> None:
    tally = tally_with((1, 2), (3, 2))
    assert tally.score(START_MS + 45_000).missing == 1
    tally.arrived(*slot(2), START_MS + 45_000)
    score = tally.score(START_MS + 45_000)
    assert (score.missing, score.late) == (0, 1)
    assert score.problems == ("HN_ABCD_NUO001_20260101000020.txt: late by 15.0 s",)


def test_a_backlog_before_the_first_received_moves_the_beginning() -> None:
    score = tally_with((5, 2), (1, 60)).score(START_MS + 65_000)
    assert (score.expected, score.missing) == (5, 3)


def test_a_malformed_file_counts_once_and_stays_counted() -> None:
    tally = tally_with()
    path, content = slot(1)
    tally.arrived(path, content[:10], START_MS + 11_000)
    tally.changed(path, 10, content)
    score = tally.score(START_MS + 12_000)
    assert (score.received, score.malformed, score.duplicates_altered) == (1, 1, 1)
    assert score.problems[-1] == f"{path.name}: changed after it was seen, 10 to {len(content)} bytes"


def test_a_file_from_the_future_is_malformed_and_no_slot() -> None:
    score = tally_with((5, -2)).score(START_MS)
    assert (score.received, score.malformed) == (0, 1)
    assert score.problems == ("HN_ABCD_NUO001_20260101000050.txt: is from the future",)


def test_a_stranger_is_malformed_and_no_slot() -> None:
    tally = tally_with((1, 1))
    tally.arrived(PurePosixPath("probe.txt"), b"x", START_MS)
    score = tally.score(START_MS + 20_000)
    assert (score.received, score.malformed) == (1, 1)
