"""What a camera sees: a fixed outfall with water that moves, and what becomes of it when something is wrong.

Pictures are grey levels; every one is a pure function of scene, size and number. numpy is loaded with this module only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCENES = ("moving", "frozen", "black", "white", "covered", "blurred", "moved")
_SHIFT = 0.04  # of the width, when somebody has pushed the camera


def picture(scene: str, width: int, height: int, number: int) -> NDArray[np.uint8]:
    """`height` × `width` grey levels."""
    if scene in ("black", "white", "covered"):
        level = {"black": 16, "white": 254, "covered": 90}[scene]
        return np.full((height, width), level, np.uint8)
    seen = _seen(width, height, 0 if scene == "frozen" else number)
    if scene == "blurred":
        seen = _smooth(seen, max(8, width // 40))
    if scene == "moved":
        seen = np.roll(seen, (round(height * _SHIFT / 2), round(width * _SHIFT)), (0, 1))
    return np.clip(seen, 20, 235).astype(np.uint8)


def _seen(width: int, height: int, number: int) -> NDArray[np.float64]:
    """Walls that stay, a band of water that flows, a float that drifts across it."""
    seen = _walls(width, height).copy()
    top, bottom = height // 2, height * 3 // 4
    ripples = _ripples(width, bottom - top)
    step = max(1, width // 160)
    seen[top:bottom] = np.roll(ripples, number * step, 1)
    size = max(4, height // 12)
    left = number * step * 3 % (width - size)
    seen[top + size : top + 2 * size, left : left + size] = 230
    return seen


@lru_cache(maxsize=4)
def _walls(width: int, height: int) -> NDArray[np.float64]:
    random = np.random.default_rng(12)
    coarse = _smooth(random.uniform(0, 255, (height, width)), max(2, width // 60))
    fine = _smooth(random.uniform(0, 255, (height, width)), max(1, width // 320))
    walls = 60 + 0.5 * _spread(coarse) + 0.3 * _spread(fine)
    bricks = max(6, height // 15)
    walls[::bricks] -= 40
    walls[:, :: 2 * bricks] -= 40
    return np.asarray(walls, np.float64)


@lru_cache(maxsize=4)
def _ripples(width: int, height: int) -> NDArray[np.float64]:
    random = np.random.default_rng(7)
    return 50 + 0.5 * _spread(_smooth(random.uniform(0, 255, (height, width)), max(1, width // 200)))


def _spread(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Over the whole scale from 0 to 255."""
    low, high = float(grey.min()), float(grey.max())
    return (grey - low) * (255 / max(high - low, 1e-9))


def _smooth(grey: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    """A running mean both ways, round the edges."""
    for axis in (0, 1):
        shifted = [np.roll(grey, shift, axis) for shift in range(-radius, radius + 1)]
        grey = np.asarray(np.mean(shifted, 0), np.float64)
    return grey
