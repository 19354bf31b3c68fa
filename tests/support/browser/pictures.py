"""The pictures of the documentation: the real page of a station with sixty days behind it, and of a coach station.

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
from tests.support.sixty_days.page import sixty_days_page

FOLDER = Path(__file__).resolve().parents[3] / "docs/pictures"
MOST_BYTES = 150_000
WASTEWATER, COACH, DAYS = "wastewater", "coach", 60
CHART = "/charts?show-COD=1&from=2026-06-08T00%3A00&to=2026-06-15T00%3A00"


@dataclass(frozen=True, slots=True)
class Picture:
    """One of them: `height` is cut where the page goes on."""

    name: str
    path: str
    look: Look
    height: int
    kind: str = WASTEWATER


PICTURES = (
    Picture("now-phone", "/now", Look("vi", 360), 1500),
    Picture("deliveries", "/deliveries?to=bo-tnmt", Look("en", 1100), 1300),
    Picture("charts", CHART, Look("en", 1100, "dark"), 760),
    Picture("deliveries-vi", "/deliveries?to=bo-tnmt", Look("vi", 900), 880),
    Picture("orders", "/orders", Look("vi", 900), 880, COACH),
)


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    sizes = {}
    for kind in (WASTEWATER, COACH):
        with (
            tempfile.TemporaryDirectory() as name,
            sixty_days_page(Path(name), kind, DAYS) as page,
            chromium() as browser,
        ):
            for one in PICTURES:
                if one.kind == kind:
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
