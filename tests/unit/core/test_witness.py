"""What several clocks say together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.interfaces import Instant
from gateway.core.time_server import Kiss, ServerAnswer, pause_after_rate_s, unfit
from gateway.core.witness import WitnessKind, WitnessWord, heard_between, select

TRUE_MS = 1_767_225_600_000.0


def said(name: str, off_ms: float, uncertain_ms: float = 20.0) -> WitnessWord:
    return WitnessWord(WitnessKind.SERVER, name, TRUE_MS + off_ms, uncertain_ms, 0.0)


def names(*testimonies: WitnessWord) -> set[str]:
    return {one.name for one in select(testimonies).agreeing}


def test_one_alone_is_believed_and_two_that_disagree_are_not() -> None:
    assert names() == set()
    assert names(said("a", 3600_000)) == {"a"}
    assert names(said("a", 0), said("b", 10)) == {"a", "b"}
    assert names(said("a", 0), said("b", 3600_000)) == set()


def test_one_that_is_wrong_is_outvoted() -> None:
    chosen = select([said("a", 0), said("b", 90_000), said("c", 5)])
    assert {one.name for one in chosen.agreeing} == {"a", "c"}
    assert [one.name for one in chosen.others] == ["b"]
    assert abs(chosen.zero_ms - TRUE_MS) < 20


def test_two_against_two_are_no_majority() -> None:
    assert names(said("a", 0), said("b", 1), said("c", 9000), said("d", 9001)) == set()


def test_one_that_agrees_with_both_sides_makes_no_majority_of_either() -> None:
    assert names(said("a", 0), said("b", 5_000), said("c", 2_500, 4_000)) == set()


def test_the_best_ones_word_counts_as_far_as_the_others_agree() -> None:
    chosen = select([said("near", 3, 1), said("far", 50, 100)])
    assert chosen.zero_ms == TRUE_MS + 3
    assert chosen.uncertain_ms >= 1


@given(
    st.lists(st.tuples(st.floats(-0.9, 0.9), st.floats(5, 500)), min_size=1, max_size=8),
    st.lists(st.tuples(st.floats(5_000, 1e12), st.booleans(), st.floats(5, 500)), max_size=7),
)
def test_a_majority_of_right_clocks_is_found_whatever_the_rest_says(
    right: list[tuple[float, float]], wrong: list[tuple[float, bool, float]]
) -> None:
    """Right is: its interval holds the true time."""
    true = [said(f"right{n}", part * radius, radius) for n, (part, radius) in enumerate(right)]
    false = [
        said(f"wrong{n}", off if ahead else -off, radius)
        for n, (off, ahead, radius) in enumerate(wrong[: len(right) - 1])
    ]
    chosen = select([*false, *true])
    assert {one.name for one in chosen.agreeing} == {one.name for one in true}
    assert abs(chosen.zero_ms - TRUE_MS) <= chosen.uncertain_ms + 1e-3


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e5)), max_size=9))
def test_whoever_is_believed_is_a_majority_that_agrees(intervals: list[tuple[float, float]]) -> None:
    testimonies = [said(str(n), off, radius) for n, (off, radius) in enumerate(intervals)]
    chosen = select(testimonies)
    assert len(chosen.agreeing) + len(chosen.others) == len(testimonies)
    if chosen.agreeing:
        assert len(chosen.agreeing) * 2 > len(testimonies)
        assert all(abs(one.zero_ms - chosen.zero_ms) <= one.uncertain_ms + 1e-3 for one in chosen.agreeing)


def test_a_clock_of_whole_seconds_is_known_to_its_second() -> None:
    asked, answered = Instant(10_000, 10.0), Instant(10_400, 10.4)
    heard = heard_between(WitnessKind.AUTHORITY, "so", 10_000, 1000, asked, answered)
    assert (heard.zero_ms, heard.uncertain_ms) == (300.0, 700.0)


def test_a_word_is_worth_less_as_it_grows_old() -> None:
    assert said("a", 0, 20).at(1000.0).uncertain_ms == pytest.approx(120.0)


def answer(**changes: object) -> ServerAnswer:
    usual = {
        "offset_ms": 3.0,
        "delay_ms": 20.0,
        "root_delay_ms": 4.0,
        "root_dispersion_ms": 6.0,
        "stratum": 2,
        "leap": 0,
        "code": "",
        "server_ms": TRUE_MS,
    }
    return ServerAnswer(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"leap": 3}, "not synchronised"),
        ({"stratum": 16}, "not synchronised"),
        ({"stratum": 0, "code": "INIT"}, "not synchronised (INIT)"),
        ({"stratum": 0, "code": "DENY"}, "answers DENY"),
        ({"root_dispersion_ms": 2000.0}, "may be wrong by 2.0 s"),
        ({"delay_ms": 4000.0}, "may be wrong by 2.0 s"),
        ({"server_ms": 0.0}, "a time that cannot be"),
        ({"server_ms": 4_294_967_296_000.0}, "a time that cannot be"),
    ],
)
def test_an_answer_that_is_worth_nothing_is_not_used(changes: dict[str, object], words: str) -> None:
    assert words in (unfit(answer(**changes)) or "")


def test_a_right_answer_may_be_wrong_by_its_root_distance() -> None:
    assert unfit(answer()) is None
    assert answer().distance_ms == 18.0
    assert answer(delay_ms=0.1, root_delay_ms=0.0, root_dispersion_ms=0.0).distance_ms == 5.0


def test_a_kiss_is_obeyed() -> None:
    assert answer(stratum=0, code="RSTR").kiss is Kiss.STAY_AWAY
    assert answer(stratum=0, code="RATE").kiss is Kiss.SLOW_DOWN
    assert answer(stratum=2, code="RATE").kiss is None
    assert pause_after_rate_s(0.0) == 64.0
    assert pause_after_rate_s(64.0) == 128.0
    assert pause_after_rate_s(1e9) == 36 * 3600.0
