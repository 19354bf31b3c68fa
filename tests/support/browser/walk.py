"""A walk through all that a page has: every address that it leads to, as somebody sees it on a phone, a tablet and a
screen, by day and at night, in both languages; by keyboard alone, without scripts, on paper.

python -m tests.support.browser.walk wastewater 60 FOLDER [PATH …]     walks, keeps the pictures there, tells faults
    --ways vi-360-light,keyboard,no-script,paper     these alone
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.support.browser.chromium import chromium
from tests.support.browser.eyes import Look, eyes, log_in
from tests.support.browser.keyboard import faults_by_keyboard
from tests.support.browser.paths import BEGIN, Found, different
from tests.support.sixty_days.made import KINDS
from tests.support.sixty_days.page import OPERATOR, PASSWORD, sixty_days_page

Way = Callable[[Sequence[str]], Iterator[str]]
LOOKS = tuple(Look(*one) for one in product(("vi", "en"), (360, 768, 1440), ("light", "dark")))
_MARGINS: Any = dict.fromkeys(("top", "bottom", "left", "right"), "15mm")
_A4_WIDTH = 680
"""Of a sheet without its margins, in the pixels of CSS."""


class Walk:
    """Whoever bears these cookies goes through the page. Each way tells what is wrong, as it is found; pictures are
    kept in the folder."""

    def __init__(self, browser: Browser, site: str, pictures: Path, cookies: Sequence[Any] = ()) -> None:
        self._browser, self._site, self._pictures, self._cookies = browser, site, pictures, cookies
        pictures.mkdir(parents=True, exist_ok=True)

    def paths(self, begin: Iterable[str] = BEGIN) -> Iterator[str]:
        """Every address that the page leads to, from these on: of those that are alike, the first two."""
        waiting, worth = list(begin), Found()
        with eyes(self._browser, self._site, Look("en", 1440), self._cookies) as there:
            while waiting:
                path = waiting.pop(0)
                if worth.is_worth(path) and (there.open(path) == 200 or path not in begin):
                    waiting += different(there.links())
                    yield path

    def ways(self) -> Mapping[str, Way]:
        """All of them by their names. Each takes addresses and tells faults."""
        looks: dict[str, Way] = {str(look): partial(self.look_at, look=look) for look in LOOKS}
        return {**looks, "keyboard": self.by_keyboard, "no-script": self.without_scripts, "paper": self.on_paper}

    def everything(self, wanted: Sequence[str]) -> Iterator[str]:
        for way in self.ways().values():
            yield from way(wanted)

    def look_at(self, wanted: Iterable[str], look: Look) -> Iterator[str]:
        """With axe-core by day on a phone, and at night on anything else."""
        with eyes(self._browser, self._site, look, self._cookies) as there:
            for path in wanted:
                status = there.open(path)
                faults = there.faults() if status == 200 else [f"the answer is {status}"]
                if (look.width == 360) == (look.scheme == "light"):
                    faults += there.axe()
                there.page.screenshot(path=self._picture(path, look), full_page=True)
                yield from (f"{path} {look}: {fault}" for fault in faults)

    def by_keyboard(self, wanted: Iterable[str]) -> Iterator[str]:
        with eyes(self._browser, self._site, Look("vi", 1440), self._cookies) as there:
            for path in wanted:
                there.open(path)
                yield from (f"{path} by keyboard: {fault}" for fault in faults_by_keyboard(there))

    def without_scripts(self, wanted: Iterable[str]) -> Iterator[str]:
        """Every word is there without scripts, too."""
        look, plain = Look("vi", 1440), Look("vi", 1440, scripts=False)
        with (
            eyes(self._browser, self._site, look, self._cookies) as there,
            eyes(self._browser, self._site, plain, self._cookies) as bare,
        ):
            for path in wanted:
                there.open(path)
                bare.open(path)
                bare.page.screenshot(path=self._picture(path, plain), full_page=True)
                lacking = {*there.words().split()} - {*bare.words().split()}
                words = sorted(one for one in lacking if one.isalpha())  # a clock goes on meanwhile
                if words:
                    yield f"{path} without scripts lacks: {' '.join(words[:20])}"
                yield from (f"{path} without scripts: {said}" for said in bare.said)

    def on_paper(self, wanted: Iterable[str]) -> Iterator[str]:
        """On a sheet of A4 nothing is wider or cut. Kept as PDF."""
        with eyes(self._browser, self._site, Look("vi", _A4_WIDTH), self._cookies) as there:
            there.page.emulate_media(media="print")
            for path in wanted:
                there.open(path)
                yield from (f"{path} on paper: {fault}" for fault in there.faults())
                there.page.pdf(path=self._pictures / f"{_name(path)}.pdf", format="A4", margin=_MARGINS)

    def _picture(self, path: str, look: Look) -> Path:
        return self._pictures / f"{_name(path)}-{look}.png"


def _name(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", path).strip("_")[:60] or "first"


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    faults = 0
    with (
        tempfile.TemporaryDirectory() as name,
        sixty_days_page(Path(name), asked.kind, asked.days) as page,
        chromium() as browser,
    ):
        walk = Walk(browser, page.url, asked.pictures, log_in(browser, page.url, OPERATOR, PASSWORD))
        wanted = asked.path or list(walk.paths())
        print(f"{len(wanted)} addresses: {' '.join(wanted)}", flush=True)
        ways = walk.ways()
        for one in asked.ways or ways:
            began_s, found = time.monotonic(), 0
            for fault in ways[one](wanted):
                found += 1
                print(fault, flush=True)
            print(f"{one}: {found} faults, {time.monotonic() - began_s:.0f} s", flush=True)
            faults += found
    return 1 if faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.support.browser.walk")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("days", type=int)
    parser.add_argument("pictures", type=Path, metavar="FOLDER")
    parser.add_argument("path", nargs="*", help="addresses to be looked at; else all that the page leads to")
    parser.add_argument("--ways", type=lambda text: text.split(","), help="as vi-360-light,keyboard; else all of them")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
