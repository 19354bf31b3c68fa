"""What a station's camera sees, made by numpy and OpenCV: an outfall by day and night, in rain, fog and headlights, and
everything that can be wrong with the picture. Same seed, same picture.

A picture is grey, 0 to 255, 960 × 540: twice what is judged, so that scaling is part of what is tried. It is drawn
once, and never to be changed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_Values = NDArray[np.float32]

WIDTH, HEIGHT = 960, 540
NOISE_BY_DAY = 2.0
NOISE_BY_NIGHT = 7.0


@cache
def day(moment: int = 0, *, seed: int = 1, light: float = 1.0) -> Picture:
    """A bank, a wall with a pipe, grass, a fence, sky, and water that is elsewhere at each moment."""
    return _seen(_scene(seed, moment) * light, NOISE_BY_DAY, seed, moment)


@cache
def flood(moment: int = 0, *, seed: int = 1) -> Picture:
    """Half of the picture is water with waves nearly as rough as the wall."""
    scene = _scene(seed, moment).copy()
    top = int(HEIGHT * 0.5)
    scene[top:] = (_rough(np.random.default_rng((seed, moment, 6)), 0.7) * 24 + 100)[top:]
    return _seen(scene, NOISE_BY_DAY, seed, moment)


@cache
def night(moment: int = 0, *, seed: int = 1) -> Picture:
    """Infrared light: what is near and in the middle is grey, the rest is dark, all of it is grainy."""
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    lamp = np.exp(-(((xs - WIDTH / 2) / (0.42 * WIDTH)) ** 2) - ((ys - 0.62 * HEIGHT) / (0.46 * HEIGHT)) ** 2)
    lit = _scene(seed, moment) * (0.10 + 0.55 * lamp) + 14
    return _seen(cv2.GaussianBlur(lit, (0, 0), 0.8), NOISE_BY_NIGHT, seed, moment)


@cache
def rain(moment: int = 0, *, seed: int = 1) -> Picture:
    """Streaks, and less contrast."""
    chance = np.random.default_rng((seed, moment, 11))
    streaks = np.zeros((HEIGHT, WIDTH), np.float32)
    for x, y, length in zip(
        chance.integers(0, WIDTH, 900), chance.integers(0, HEIGHT, 900), chance.integers(12, 40, 900), strict=True
    ):
        cv2.line(streaks, (int(x), int(y)), (int(x - length // 6), int(y + length)), 30.0, 1)
    return _seen(_scene(seed, moment) * 0.6 + 50 + streaks, NOISE_BY_DAY, seed, moment)


@cache
def fog(moment: int = 0, *, seed: int = 1, thickness: float = 0.8) -> Picture:
    """The farther (the higher in the picture), the whiter; what is near stands out all the same."""
    distance = np.linspace(1.0, 0.0, HEIGHT, dtype=np.float32)[:, None]
    seen_share = 1 - thickness * (0.45 + 0.55 * distance)
    return _seen(_scene(seed, moment) * seen_share + 175 * (1 - seen_share), NOISE_BY_DAY, seed, moment)


@cache
def headlights(moment: int = 0, *, seed: int = 1) -> Picture:
    """A lorry at night: two glaring discs with their halo, elsewhere at each moment."""
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    dark = night(moment, seed=seed).astype(np.float32)
    middle = 200 + (moment * 60) % 500
    for x in (middle, middle + 110):
        far = np.hypot(xs - x, ys - 300)
        dark += 255 * np.exp(-((far / 38) ** 2)) + 130 * np.exp(-((far / 150) ** 2))
    return _as_picture(dark)


def dusk(moment: int = 0, *, seed: int = 1) -> Picture:
    """The light goes slowly: a tenth less at each moment, and never goes out."""
    return day(moment, seed=seed, light=max(0.35, 1 - 0.1 * moment))


GOOD: dict[str, Callable[[int], Picture]] = {
    "day": day,
    "another day": lambda moment: day(moment, seed=7),
    "noon": lambda moment: day(moment, light=1.2),
    "night": night,
    "rain": rain,
    "fog": fog,
    "headlights": headlights,
    "flood": flood,
    "dusk": dusk,
}
"""All of them are to be left alone, at any moment and in any order."""


def black(moment: int = 0) -> Picture:
    """The lens cap is on, or the sensor is dead; noise is left."""
    return _seen(np.full((HEIGHT, WIDTH), 6, np.float32), 2.0, 1, moment)


def overexposed(moment: int = 0) -> Picture:
    """The sun, or a diaphragm that hangs."""
    return _as_picture(day(moment).astype(np.float32) * 2.0 + 120)


@cache
def by_hand(moment: int = 0) -> Picture:
    """A hand on the lens: a warm, dim something without an edge."""
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return _seen(70 + 25 * np.sin(xs / 500) * np.cos(ys / 300 + moment / 9), 1.5, 1, moment)


@cache
def painted(moment: int = 0) -> Picture:
    """Paint all over the lens: grey, a little of the light comes through."""
    through = cv2.GaussianBlur(_scene(1, moment), (0, 0), 60)
    return _seen(120 + 0.15 * through, 1.5, 1, moment)


@cache
def webbed(moment: int = 0) -> Picture:
    """A spider has closed its web before the lens, and the camera's own infrared light glares in it."""
    glare = cv2.GaussianBlur(_scene(3, 0), (0, 0), 45)
    return _seen(150 + 0.3 * glare + 0.04 * _scene(1, moment), 1.2, 1, moment)


@cache
def defocused(moment: int = 0, *, seed: int = 1) -> Picture:
    """Somebody turned the lens, or there is dew on it."""
    return _seen(cv2.GaussianBlur(_scene(seed, moment), (0, 0), 7), NOISE_BY_DAY, seed, moment)


def moved(picture: Picture, share: float) -> Picture:
    """The camera was turned by that share of the picture's width."""
    pixels = share * WIDTH
    matrix = np.array([[1, 0, pixels], [0, 1, 0.4 * pixels]], np.float32)
    turned = cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
    return turned.astype(np.uint8)


def elsewhere(moment: int = 0, *, seed: int = 9) -> Picture:
    """Somebody turned the camera away altogether."""
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 37, 1.5)
    turned = cv2.warpAffine(day(moment, seed=seed), matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
    return turned.astype(np.uint8)


def _scene(seed: int, moment: int) -> _Values:
    ground = _ground(seed).copy()
    bed = int(HEIGHT * 0.72)
    ground[bed:] = (_rough(np.random.default_rng((seed, moment, 5)), 1.0) * 16 + 85)[bed:]
    return ground


@cache
def _ground(seed: int) -> _Values:
    """What does not move."""
    chance = np.random.default_rng(seed)
    ground = _rough(chance, 0.75) * 26 + 105
    horizon = int(HEIGHT * 0.22)
    ground[:horizon] = 185 + _rough(chance, 1.6)[:horizon] * 8
    for left, top, right, bottom, grey in ((90, 90, 300, 330, 140), (330, 150, 520, 330, 95), (640, 70, 860, 300, 160)):
        ground[top:bottom, left:right] = grey + _rough(chance, 0.7)[top:bottom, left:right] * 14
        cv2.rectangle(ground, (left, top), (right, bottom), 45.0, 2)
    for x in range(0, WIDTH, 36):
        cv2.line(ground, (x, 300), (x + 4, 372), 60.0, 2)
    cv2.line(ground, (0, 312), (WIDTH, 318), 60.0, 2)
    cv2.circle(ground, (430, 300), 34, 40.0, -1)
    cv2.circle(ground, (430, 300), 34, 200.0, 3)
    return ground


def _rough(chance: np.random.Generator, slope: float) -> _Values:
    """Texture as surfaces have it: the finer, the fainter."""
    spectrum = np.fft.rfft2(chance.standard_normal((HEIGHT, WIDTH)))
    across, down = np.meshgrid(np.fft.rfftfreq(WIDTH), np.fft.fftfreq(HEIGHT))
    frequency = np.hypot(across, down)
    frequency[0, 0] = 1.0
    texture = np.fft.irfft2(spectrum / frequency**slope, (HEIGHT, WIDTH))
    return ((texture - texture.mean()) / texture.std()).astype(np.float32)


def _seen(light: _Values, noise: float, seed: int, moment: int) -> Picture:
    chance = np.random.default_rng((seed, moment, 3))
    return _as_picture(light + chance.standard_normal((HEIGHT, WIDTH), dtype=np.float32) * noise)


def _as_picture(light: _Values) -> Picture:
    return np.clip(np.rint(light), 0, 255).astype(np.uint8)
