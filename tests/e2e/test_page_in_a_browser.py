"""What somebody sees who opens the page: a look in passing at every run, the whole walk in the long campaign."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser.chromium import chromium
from tests.support.browser.eyes import Look, eyes, log_in
from tests.support.browser.walk import Walk
from tests.support.sixty_days.made import KINDS
from tests.support.sixty_days.page import OPERATOR, PASSWORD, sixty_days_page

DAYS = int(os.environ.get("GATEWAY_WALK_DAYS", "0"))
PICTURES = os.environ.get("GATEWAY_WALK_PICTURES")
"""A folder in which the pictures of the walk are kept, to be looked at."""
PASSING = 2

ILL = """<!doctype html><html lang="vi"><title>x</title><main>
<p style="width:2000px">wide</p>
<p style="overflow:hidden;width:60px;white-space:nowrap">cut somewhere in the middle</p>
<p style="margin-bottom:-2.3em">underneath it all</p><p>above everything</p>
<a href="/a" style="display:inline-block;width:9px;height:9px"></a>
<a href="/b" style="display:inline-block;width:9px">b</a>
<p>page.now.title</p><p style="color:#aaa;background:#fff">pale</p><img src="https://elsewhere.example/x.png">
</main>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def test_what_is_wrong_with_a_page_is_seen(browser: Browser) -> None:
    with eyes(browser, "http://127.0.0.1:9", Look()) as there:
        there.page.set_content(ILL)
        found = "\n".join([*there.faults(), *there.axe()])
    for words in (
        "px too wide", "is cut", "lies on", "too near to", "it says page.now.title", "axe color-contrast",
        "axe image-alt", "it asks https://elsewhere.example/x.png",
    ):  # fmt: skip
        assert words in found


def test_a_phone_shows_the_first_pages_whole(browser: Browser, tmp_path: Path) -> None:
    with sixty_days_page(tmp_path, "wastewater", 1) as page:
        walk = Walk(browser, page.url, tmp_path / "pictures")
        wanted = list(islice(walk.paths(), PASSING))
        assert len(wanted) == PASSING
        assert list(walk.look_at(wanted, Look())) == []


@pytest.mark.skipif(not DAYS, reason="takes many minutes: the long campaign walks")
@pytest.mark.parametrize("kind", KINDS)
def test_every_page_is_whole_however_it_is_looked_at(browser: Browser, tmp_path: Path, kind: str) -> None:
    with sixty_days_page(tmp_path, kind, DAYS) as page:
        cookies = log_in(browser, page.url, OPERATOR, PASSWORD)
        walk = Walk(browser, page.url, Path(PICTURES or tmp_path) / kind, cookies)
        assert list(walk.everything(list(walk.paths()))) == []
