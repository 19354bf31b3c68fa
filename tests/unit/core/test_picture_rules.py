"""What counts as a faulty picture, from its measures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.core.picture_rules import (
    USUAL_FROM,
    USUAL_OF,
    PictureLimits,
    PictureMeasures,
    Shift,
    Streak,
    follow,
    judge,
    reason,
    remember,
    shows_something,
    usual_sharpness,
)
from gateway.core.video import CameraEventKind as Kind

LIMITS = PictureLimits(black=0.9, overexposed=0.5, covered=0.8, blurred=5.0, moved=5.0, frozen=0.0)
WORST_GOOD = PictureMeasures(0.19, 0.0, 0.51, 9.2, 0.08, Shift(0.06, 0.0, 0.9))
USUALLY = 20.0


def faults(measures: PictureMeasures, usually: float | None = USUALLY) -> set[Kind]:
    return {kind for kind, is_seen in judge(measures, LIMITS, usually).items() if is_seen}


def test_the_worst_of_all_good_pictures_has_no_fault() -> None:
    assert judge(WORST_GOOD, LIMITS, USUALLY) == dict.fromkeys(
        (Kind.BLACK, Kind.OVEREXPOSED, Kind.COVERED, Kind.BLURRED, Kind.MOVED, Kind.FROZEN), False
    )


@pytest.mark.parametrize(
    ("measured", "kind"),
    [
        ({"dark_share": 1.0, "flat_share": 1.0, "sharpness": 0.0, "change": 0.0}, Kind.BLACK),
        ({"bright_share": 0.8, "flat_share": 0.9, "sharpness": 3.0}, Kind.OVEREXPOSED),
        ({"flat_share": 1.0, "sharpness": 1.0, "change": 0.0}, Kind.COVERED),
        ({"sharpness": 3.4}, Kind.BLURRED),
        ({"shift": Shift(-8.0, 5.0, 0.9)}, Kind.MOVED),
        ({"change": 0.0}, Kind.FROZEN),
    ],
)
def test_each_fault_is_found_and_has_one_name(measured: dict[str, object], kind: Kind) -> None:
    assert faults(replace(WORST_GOOD, **measured)) == {kind}  # type: ignore[arg-type]


def test_a_picture_in_which_nothing_is_seen_says_nothing_of_sharpness_place_and_change() -> None:
    hidden = replace(WORST_GOOD, flat_share=1.0, sharpness=0.0, change=0.0, shift=Shift(60.0, 0.0, 0.9))
    assert not {Kind.BLURRED, Kind.MOVED, Kind.FROZEN} & set(judge(hidden, LIMITS, USUALLY))
    assert not shows_something(judge(hidden, LIMITS, USUALLY))


def test_no_picture_is_blurred_before_it_is_known_how_sharp_the_camera_is() -> None:
    assert faults(replace(WORST_GOOD, sharpness=1.0), usually=None) == set()


def test_a_camera_that_looks_at_a_smooth_wall_is_not_blurred() -> None:
    smooth = replace(WORST_GOOD, sharpness=3.0)
    assert faults(smooth, usually=3.2) == set()
    assert faults(smooth, usually=8.0) == {Kind.BLURRED}


def test_a_picture_that_is_hardly_like_the_reference_does_not_say_how_far_it_is_from_it() -> None:
    unsure = replace(WORST_GOOD, shift=Shift(60.0, 0.0, 0.6))
    assert Kind.MOVED not in judge(unsure, LIMITS, USUALLY)


@pytest.mark.parametrize(
    ("before", "is_moved"),
    [
        (Shift(19.2, 0.4, 0.5), True),  # as far, in the same direction
        (Shift(-19.0, 0.0, 0.5), None),
        (Shift(19.0, 0.0, 0.1), None),
        (None, None),
    ],
)
def test_beside_moving_water_two_pictures_have_to_say_the_same(before: Shift | None, is_moved: bool | None) -> None:
    measures = replace(WORST_GOOD, shift=Shift(19.0, 0.0, 0.45), shift_before=before)
    assert judge(measures, LIMITS, USUALLY).get(Kind.MOVED) is is_moved


def test_three_in_a_row_begin_a_fault_at_the_first_of_them_and_three_end_it() -> None:
    streak, lasted = Streak(), []
    for at_ms, is_seen in enumerate((True, True, False, True, True, True, True, False, True, False, False, False)):
        streak = follow(streak, is_seen, at_ms, 3)
        lasted.append(streak.lasts)
        if at_ms == 5:
            assert streak == Streak(True, 0, 3)
    assert lasted == [False] * 5 + [True] * 6 + [False]
    assert streak.since_ms == 9


def test_one_check_is_enough_where_one_is_asked_for() -> None:
    assert follow(Streak(), True, 7, 1) == Streak(True, 0, 7)


def test_usual_sharpness_is_the_middle_of_a_day_and_does_not_grow() -> None:
    known: tuple[float, ...] = ()
    for number in range(USUAL_FROM - 1):
        known = remember(known, float(number % 3))
    assert usual_sharpness(known) is None
    for _ in range(2 * USUAL_OF):
        known = remember(known, 12.0)
    assert (usual_sharpness(known), len(known)) == (12.0, USUAL_OF)


@pytest.mark.parametrize("kind", [Kind.BLACK, Kind.OVEREXPOSED, Kind.COVERED, Kind.BLURRED, Kind.MOVED, Kind.FROZEN])
def test_a_reason_says_what_was_measured(kind: Kind) -> None:
    measures = PictureMeasures(0.93, 0.61, 0.87, 3.4, 0.0, Shift(9.6, 0.0, 0.9))
    words = reason(kind, measures, LIMITS, 20.0)
    number = {Kind.BLACK: "93%", Kind.OVEREXPOSED: "61%", Kind.COVERED: "87%", Kind.BLURRED: "3.4", Kind.MOVED: "2.0%"}
    assert number.get(kind, "same") in words


def test_a_camera_that_shows_something_else_is_told_what_to_do() -> None:
    measures = replace(WORST_GOOD, shift=Shift(60.0, 0.0, 0.1))
    assert "new reference" in reason(Kind.MOVED, measures, LIMITS, 20.0, is_elsewhere=True)
