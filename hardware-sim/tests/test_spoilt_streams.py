"""Simulated cameras whose pictures, stamps or packets are not what they should be."""

from collections.abc import Callable
from itertools import pairwise

import av
import numpy as np
import pytest
from camera_client import FPS, decoded, take, truth, watched

from stationsim.cameras.camera import SimulatedCamera


@pytest.mark.parametrize(("kind", "least", "most"), [("black", 14, 22), ("white", 245, 255), ("covered", 85, 95)])
def test_a_spoilt_picture_is_one_grey(camera: Callable[..., SimulatedCamera], kind: str, least: int, most: int) -> None:
    one = camera()
    one.begin(kind)
    (grey,) = decoded(one, 1)
    assert least <= grey.min() <= grey.max() <= most


def test_a_frozen_camera_repeats_its_picture_and_a_sound_one_does_not(
    camera: Callable[..., SimulatedCamera],
) -> None:
    one = camera()
    first, second = decoded(one, 2)
    assert (first != second).any()
    one.begin("freeze")
    first, second = decoded(one, 2)
    assert (first == second).all()
    assert len({line["frame"] for line in truth(one)}) > FPS, "its numbers go on"


def test_a_moved_or_blurred_camera_shows_the_same_place_otherwise(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    (sound,) = decoded(one, 1)
    one.begin("moved")
    (moved,) = decoded(one, 1)
    one.end()
    one.begin("blurred")
    (blurred,) = decoded(one, 1)
    walls = slice(10, 100)  # nothing moves there
    shifted = np.roll(sound, (round(240 * 0.02), round(320 * 0.04)), (0, 1))[walls, 20:300]
    assert abs(moved[walls, 20:300].astype(int) - shifted).mean() < 8
    assert abs(moved[walls].astype(int) - sound[walls]).mean() > 10
    assert np.diff(blurred[walls].astype(int)).std() < np.diff(sound[walls].astype(int)).std() / 3


def test_another_resolution_comes_within_the_same_connection(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    with watched(one) as pictures:
        take(pictures, 5)
        one.begin("resolution", size="160x120")
        seen = take(pictures, 10)
    while not seen[0][0].is_keyframe:
        del seen[0]
    decoder = av.CodecContext.create("h264", "r")
    shown = [(frame.width, frame.height) for packet, _ in seen for frame in decoder.decode(packet)]
    assert shown[-1] == (160, 120)


def test_time_stamps_leap_back_and_return(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    with watched(one) as pictures:
        take(pictures, 18)
        one.begin("backward", by="800ms", for_s=0.5)
        stamps = [packet.pts * packet.time_base for packet, _ in take(pictures, 20)]
    leaps = [float(b - a) for a, b in pairwise(stamps)]
    assert min(leaps) == pytest.approx(1 / FPS - 0.8, abs=0.03)
    assert max(leaps) == pytest.approx(1 / FPS + 0.8, abs=0.03)


def test_a_clock_that_is_too_fast_shows_in_the_stamps(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera(drift=50_000)
    with watched(one) as pictures:
        seen = take(pictures, 20)
    stamps = [float(packet.pts * packet.time_base) for packet, _ in seen[1:]]
    assert stamps[-1] - stamps[0] == pytest.approx(18 / FPS * 1.05, abs=0.01)


def test_time_stamps_stand_still(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera()
    with watched(one) as pictures:
        take(pictures, 5)
        one.begin("same_stamps")
        stamps = [packet.pts for packet, _ in take(pictures, 15)]
    assert len(set(stamps[5:])) == 1


def test_lost_packets_are_told(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera(bit_rate=4_000_000)
    with watched(one) as pictures:
        take(pictures, 5)
        one.begin("loss", share=0.5)
        take(pictures, 5)
    lost = {line["lost"] for line in truth(one) if "lost" in line}
    assert lost
    assert lost <= {line["frame"] for line in truth(one) if "frame" in line}
