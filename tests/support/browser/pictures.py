"""The pictures of the documentation: the real page of a station with sixty days behind it.

python -m tests.support.browser.pictures     makes all of them anew, in docs/pictures
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.support.browser.chromium import chromium
from tests.support.browser.eyes import Look, eyes
from tests.support.browser.palette import write_small_png
from tests.support.sixty_days.made import KINDS
from tests.support.sixty_days.page import sixty_days_page

FOLDER = Path(__file__).resolve().parents[3] / "docs/pictures"
MOST_BYTES = 150_000
DAYS = 60


@dataclass(frozen=True, slots=True)
class Picture:
    """One of them: `height` is cut where the page goes on."""

    name: str
    kind: str
    path: str
    look: Look
    height: int


PICTURES = (
    Picture("now-phone", "wastewater", "/now", Look("vi", 360), 1100),
    Picture("now", "ambient", "/now", Look("en", 1200), 900),
    Picture("deliveries", "wastewater", "/deliveries", Look("en", 1200), 900),
    Picture("charts", "wastewater", "/charts", Look("en", 1200, "dark"), 800),
    Picture("cameras", "wastewater", "/cameras", Look("vi", 1200), 800),
    Picture("wall", "ambient", "/wall", Look("vi", 1440, "dark"), 810),
)


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    sizes = {}
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        for kind in KINDS:
            with sixty_days_page(Path(name), kind, DAYS) as page:
                for one in (one for one in PICTURES if one.kind == kind):
                    sizes[one.name] = _take(browser, page.url, one)
    for picture, size in sizes.items():
        print(f"{picture}: {size / 1000:.0f} kB{'' if size <= MOST_BYTES else ', too large'}")
    return 0 if max(sizes.values()) <= MOST_BYTES else 1


def _take(browser: Browser, site: str, one: Picture) -> int:
    with eyes(browser, site, one.look) as there:
        if there.open(one.path) != 200:
            raise RuntimeError(f"{one.path} is not there")
        whole = there.page.evaluate("() => document.documentElement.scrollHeight")
        there.page.set_viewport_size({"width": one.look.width, "height": min(one.height, whole)})
        return write_small_png(there.page.screenshot(), FOLDER / f"{one.name}.png")


if __name__ == "__main__":
    sys.exit(main())
