"""Series of pictures: good ones in all weathers are left alone, and each fault is found within the checks that it is
given. The pictures are drawn (tests.support.scenes), the measures and the rules are the recorder's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import cv2
import numpy as np
import pytest

from gateway.cameras.pictures.picture_check import UNKNOWN_FOR_S, FaultChange, PictureCheck
from gateway.cameras.pictures.picture_measures import measure
from gateway.cameras.pictures.usual_pictures import UsualPictureStore
from gateway.core.picture_rules import HEIGHT, LIKELY_RESPONSE, USUAL_FROM, WIDTH, PictureLimits
from gateway.core.video import CameraEventKind as Kind
from gateway.db import Database
from stationsim.cameras.scenes import picture as simulated_picture
from tests.support import scenes
from tests.support.clock import FakeClock

LIMITS = PictureLimits(black=0.9, overexposed=0.5, covered=0.8, blurred=5.0, moved=5.0, frozen=0.0)
EVERY_S = 10.0
CHECKS = 3


class Camera:
    """A camera whose pictures are looked at every ten seconds. The first `USUAL_FROM` are of a day."""

    def __init__(self, cameras: Database, *, learned: bool = True) -> None:
        self.clock = FakeClock()
        self.usual = UsualPictureStore(cameras)
        self.check = PictureCheck("outlet", LIMITS, CHECKS, self.usual)
        if learned:
            self.shows(scenes.day(moment % 3) for moment in range(USUAL_FROM))

    def shows(self, pictures: Iterable[scenes.Picture], settle: bool = True) -> list[FaultChange]:
        found = []
        for picture in pictures:
            now = self.clock.advance(EVERY_S)
            for change in self.check.look(seen(picture), now.wall_ms, now):
                found.append(change)
                if settle:
                    self.check.settle(change)
        return found

    def begins(self, pictures: Iterable[scenes.Picture]) -> set[Kind]:
        return {change.kind for change in self.shows(pictures) if change.begins}

    def restart(self) -> None:
        self.check = PictureCheck("outlet", LIMITS, CHECKS, self.usual, frozenset(self.check.lasting))


def seen(picture: scenes.Picture) -> scenes.Picture:
    return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8)


def moments(draw: Callable[[int], scenes.Picture], count: int = 5) -> list[scenes.Picture]:
    return [draw(moment) for moment in range(count)]


@pytest.fixture
def camera(cameras: Database) -> Camera:
    return Camera(cameras)


def test_good_pictures_of_all_weathers_are_left_alone_in_whatever_order_they_come(camera: Camera) -> None:
    drawn = {name: moments(draw) for name, draw in scenes.GOOD.items() if name != "another day"}
    for names in (list(drawn), list(reversed(drawn))):
        for name in names:
            assert (name, camera.begins(drawn[name])) == (name, set())


def test_a_night_is_left_alone_where_only_nights_are_known(cameras: Database) -> None:
    camera = Camera(cameras, learned=False)
    assert camera.begins(scenes.night(moment % 4) for moment in range(USUAL_FROM)) == set()
    assert camera.begins(moments(scenes.headlights)) == set()
    assert camera.begins(moments(scenes.day)) == set()


FAULTS: dict[str, tuple[Kind, Callable[[int], scenes.Picture]]] = {
    "black": (Kind.BLACK, scenes.black),
    "overexposed": (Kind.OVEREXPOSED, scenes.overexposed),
    "by hand": (Kind.COVERED, scenes.by_hand),
    "painted": (Kind.COVERED, scenes.painted),
    "webbed": (Kind.COVERED, scenes.webbed),
    "defocused": (Kind.BLURRED, scenes.defocused),
    "moved 2 %": (Kind.MOVED, lambda moment: scenes.moved(scenes.day(moment), 0.02)),
    "moved 5 %": (Kind.MOVED, lambda moment: scenes.moved(scenes.day(moment), 0.05)),
    "moved at night": (Kind.MOVED, lambda moment: scenes.moved(scenes.night(moment), 0.03)),
    "moved in fog": (Kind.MOVED, lambda moment: scenes.moved(scenes.fog(moment), 0.02)),
    "frozen": (Kind.FROZEN, lambda _moment: scenes.rain(4)),
}


@pytest.mark.parametrize("name", list(FAULTS))
def test_each_fault_is_found_within_its_checks_and_ends_with_as_many_good_pictures(name: str, camera: Camera) -> None:
    kind, draw = FAULTS[name]
    first = [draw(0)] if kind is Kind.FROZEN else []  # the second of two says that nothing moves
    assert camera.shows(first + moments(draw, CHECKS - 1)) == []
    began = camera.shows([draw(CHECKS - 1)])
    assert [(change.kind, change.begins) for change in began] == [(kind, True)]
    assert began[0].at_ms == camera.clock.wall_ms - round((CHECKS - 1) * EVERY_S * 1000)
    assert camera.check.lasting == [kind]
    assert camera.shows(moments(draw, 4)) == []
    ended = camera.shows(scenes.day(10 + moment) for moment in range(CHECKS))
    assert [(change.kind, change.begins) for change in ended] == [(kind, False)]


def test_a_camera_that_looks_at_rough_water_is_found_moved_one_picture_later(cameras: Database) -> None:
    camera = Camera(cameras, learned=False)
    assert camera.begins(scenes.flood(moment % 5) for moment in range(USUAL_FROM)) == set()
    pushed = [scenes.moved(scenes.flood(moment), 0.03) for moment in range(CHECKS + 1)]
    assert camera.begins(pushed) == {Kind.MOVED}
    assert camera.shows(moments(scenes.flood))[-1].begins is False


def test_one_faulty_picture_in_between_is_nobodys_news(camera: Camera) -> None:
    series = [scenes.day(0), scenes.black(), scenes.day(1), scenes.by_hand(), scenes.black(), scenes.day(2)]
    assert camera.shows(series) == []


def test_half_a_percent_beside_the_reference_is_wind_not_a_hand(camera: Camera) -> None:
    assert camera.begins(scenes.moved(scenes.day(moment), 0.005) for moment in range(6)) == set()


def test_a_lens_that_gets_out_of_focus_is_found_after_a_restart_too(camera: Camera) -> None:
    camera.restart()
    assert camera.begins(moments(scenes.defocused, CHECKS)) == {Kind.BLURRED}


def test_a_camera_that_was_moved_while_the_recorder_stood_is_found(camera: Camera) -> None:
    camera.restart()
    assert camera.begins(scenes.moved(scenes.day(moment), 0.04) for moment in range(CHECKS)) == {Kind.MOVED}


def test_blurred_pictures_do_not_teach_what_is_usual(camera: Camera) -> None:
    pictures = moments(scenes.defocused, 4)
    camera.shows(pictures[moment % 4] for moment in range(3 * USUAL_FROM))
    assert camera.check.lasting == [Kind.BLURRED]


def test_a_fault_that_lasted_at_the_end_of_a_run_ends_in_the_next(camera: Camera) -> None:
    camera.shows(moments(scenes.by_hand))
    camera.restart()
    ended = camera.shows(moments(scenes.day))
    assert [(change.kind, change.begins) for change in ended] == [(Kind.COVERED, False)]


def test_a_fault_that_could_not_be_written_down_is_found_again(camera: Camera) -> None:
    found = camera.shows(moments(scenes.black), settle=False)
    assert len(found) == 3
    assert len({change.at_ms for change in found}) == 1
    assert camera.check.lasting == []


def test_nothing_is_judged_of_a_camera_that_was_never_seen_but_what_needs_no_knowledge(cameras: Database) -> None:
    camera = Camera(cameras, learned=False)
    assert camera.begins(moments(scenes.defocused)) == set()
    assert camera.begins(moments(scenes.painted)) == {Kind.COVERED}


def test_a_reference_is_taken_of_the_first_unfaulty_pictures_and_kept(cameras: Database) -> None:
    camera = Camera(cameras, learned=False)
    camera.shows(moments(scenes.black, 4))
    assert camera.usual.of("outlet").reference is None
    camera.shows(moments(scenes.day, CHECKS))
    taken = camera.usual.of("outlet").reference_ms
    assert taken == camera.clock.wall_ms
    camera.shows(scenes.moved(scenes.day(moment), 0.03) for moment in range(40))
    assert camera.usual.of("outlet").reference_ms == taken
    assert camera.check.lasting == [Kind.MOVED]


def test_a_person_takes_a_new_reference_and_the_camera_counts_as_moved_no_longer(camera: Camera) -> None:
    turned = [scenes.moved(scenes.day(moment), 0.05) for moment in range(6)]
    camera.shows(turned)
    camera.usual.want("outlet", camera.clock.wall_ms)
    camera.shows([scenes.black()])
    assert camera.usual.wanted_ms("outlet") is not None  # a black picture is no reference
    ended = camera.shows(turned)
    assert [(change.kind, change.begins) for change in ended] == [(Kind.MOVED, False)]
    assert camera.usual.wanted_ms("outlet") is None
    camera.restart()
    assert camera.shows(turned) == []


def test_a_camera_that_was_turned_away_is_told_after_a_day(camera: Camera) -> None:
    elsewhere = moments(scenes.elsewhere, 4)
    reference = seen(scenes.day(0))
    shift = measure(seen(elsewhere[0]), None, reference).shift
    assert shift is not None
    assert shift.response < LIKELY_RESPONSE
    assert camera.begins(elsewhere) == set()
    camera.clock.advance(UNKNOWN_FOR_S)
    assert camera.begins(elsewhere) == {Kind.MOVED}


def test_a_damaged_row_is_learned_anew(camera: Camera, cameras: Database) -> None:
    with cameras.write() as connection:
        connection.execute("UPDATE usual_picture SET checksum = 1")
    assert camera.usual.of("outlet").reference is None
    camera.restart()
    camera.shows(moments(scenes.day, CHECKS))
    assert camera.usual.of("outlet").reference is not None


WORST = pytest.mark.parametrize("name", list(scenes.GOOD))


@WORST
def test_good_pictures_keep_a_distance_from_every_threshold(name: str) -> None:
    """The table of the rules, measured: half of a threshold is left for what was not drawn."""
    draw = scenes.GOOD[name]
    reference = seen(draw(0))
    for moment in (1, 3):
        measures = measure(seen(draw(moment)), seen(draw(moment - 1)), reference)
        assert measures.dark_share < 0.2
        assert measures.bright_share < 0.1
        assert measures.flat_share < 0.52
        assert measures.sharpness > 9.0
        assert measures.shift is not None
        assert measures.shift.pixels < 0.2
        assert measures.change is not None
        assert measures.change > 0.08


@pytest.mark.parametrize(("share", "pixels"), [(0.01, 5.2), (0.02, 10.3), (0.05, 25.9)])
@pytest.mark.parametrize("draw", [scenes.day, scenes.night, partial(scenes.fog, seed=1)])
def test_a_shift_is_measured_to_a_tenth_of_a_pixel(
    share: float, pixels: float, draw: Callable[[int], scenes.Picture]
) -> None:
    shift = measure(seen(scenes.moved(draw(1), share)), None, seen(draw(0))).shift
    assert shift is not None
    assert shift.pixels == pytest.approx(pixels, abs=0.2)
    assert shift.response > 0.7


@pytest.mark.parametrize(
    ("scene", "kind"),
    [
        ("frozen", Kind.FROZEN),
        ("black", Kind.BLACK),
        ("white", Kind.OVEREXPOSED),
        ("covered", Kind.COVERED),
        ("blurred", Kind.BLURRED),
        ("moved", Kind.MOVED),
    ],
)
def test_what_the_simulator_shows_is_found_as_what_it_calls_it(scene: str, kind: Kind, cameras: Database) -> None:
    """Scenes that somebody else drew."""
    camera = Camera(cameras, learned=False)
    assert camera.begins(simulated("moving", number) for number in range(USUAL_FROM)) == set()
    assert camera.begins(simulated(scene, number) for number in range(CHECKS + 1)) == {kind}
    camera.shows(simulated("moving", number) for number in range(CHECKS + 1))
    assert camera.check.lasting == []


def simulated(scene: str, number: int) -> scenes.Picture:
    return simulated_picture(scene, WIDTH, HEIGHT, 7 * number)
