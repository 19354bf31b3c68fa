"""One page as somebody sees it: opened in a browser of one's own, and everything that is wrong with it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.support.registries import node_packages

HEIGHTS = {360: 780, 768: 1024, 1440: 900}
"""Of a phone, a tablet, a screen, by their widths."""
BUSY, PATIENCE = 503, 4
SERIOUS = ("serious", "critical")
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_RUN_AXE = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"
_LOAD_PICTURES = """() => Promise.race([
    new Promise((done) => setTimeout(done, 20000)),
    Promise.all([...document.images].map((one) => { one.loading = "eager"; return one.decode().catch(() => null); })),
])"""
"""Also those that wait until somebody comes near them."""
_HAS_ITS_PICTURES = "() => [...document.images].every((one) => one.naturalWidth > 0 || !one.checkVisibility())"
_FAULTS = Path(__file__).with_name("faults.js")


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks."""

    language: str = "vi"
    width: int = 360
    scheme: Literal["light", "dark"] = "light"
    scripts: bool = True

    def __str__(self) -> str:
        return f"{self.language}-{self.width}-{self.scheme}{'' if self.scripts else '-no-script'}"


@dataclass(slots=True)
class Eyes:
    """A page, and what it said that is not to be seen: the console, and requests that leave the site."""

    page: Page
    site: str
    said: list[str] = field(default_factory=list)

    def open(self, path: str) -> int:
        """Go there, and wait until nothing is loaded any more. Returns the answer's status. A page that takes too long
        says so, and a camera's picture is not there then; both are asked for again: the machine may be busy with other
        tests."""
        for _ in range(PATIENCE):
            self.said.clear()
            answer = self.page.goto(f"{self.site}{path}", wait_until="load")
            self.page.evaluate(_LOAD_PICTURES)
            if (answer is None or answer.status != BUSY) and self.page.evaluate(_HAS_ITS_PICTURES):
                break
        self.page.wait_for_timeout(50)  # a chart is drawn when the page has been
        return 0 if answer is None else answer.status

    def faults(self) -> list[str]:
        """What is wrong with what is seen and was said; empty: nothing."""
        seen: list[str] = self.page.evaluate(_FAULTS.read_text("utf-8"))
        return [*seen, *self.said]

    def axe(self) -> list[str]:
        """What axe-core finds that is serious: rule, where, and what it says."""
        self.page.evaluate(axe_source())
        found: Mapping[str, Any] = self.page.evaluate(_RUN_AXE, list(_TAGS))
        return [
            f"axe {one['id']}: {node['target'][0]}: {_short(node)}"
            for one in found["violations"]
            if one["impact"] in SERIOUS
            for node in one["nodes"][:5]
        ]

    def words(self) -> str:
        """What a reader finds there."""
        return " ".join(self.page.locator("main").inner_text().split())

    def links(self) -> list[str]:
        """Addresses of this site that the page leads to, without what stands behind `#`."""
        found: Sequence[str] = self.page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        local = (urlsplit(one) for one in found if one.startswith(self.site))
        return list(dict.fromkeys(f"{one.path}?{one.query}" if one.query else one.path for one in local))


@contextmanager
def eyes(browser: Browser, site: str, look: Look, cookies: Sequence[Any] = ()) -> Iterator[Eyes]:
    """Somebody with a browser of his own."""
    context = browser.new_context(
        viewport={"width": look.width, "height": HEIGHTS.get(look.width, 900)},
        color_scheme=look.scheme,
        java_script_enabled=look.scripts,
        locale="vi-VN" if look.language == "vi" else "en-GB",
        timezone_id="Asia/Ho_Chi_Minh",
        reduced_motion="reduce",
        ignore_https_errors=True,
    )
    context.add_cookies([{"name": "language", "value": look.language, "url": site}, *cookies])
    page = context.new_page()
    found = Eyes(page, site)

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            found.said.append(f"the console says: {message.text}")

    def requested(request: Request) -> None:
        if not request.url.startswith((site, "data:", "blob:")):
            found.said.append(f"it asks {request.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: found.said.append(f"a script failed: {error}"))
    page.on("request", requested)
    try:
        yield found
    finally:
        context.close()


def log_in(browser: Browser, site: str, name: str, password: str) -> Sequence[Any]:
    """As a person does it. The cookies by which the page knows him from now on.

    Raises:
        RuntimeError: he was not let in.
    """
    with eyes(browser, site, Look("en", 1440)) as there:
        there.open("/login")
        there.page.fill("#name", name)
        there.page.fill("#password", password)
        there.page.click("main button[type=submit]")
        there.page.wait_for_load_state()
        cookies = there.page.context.cookies(site)
        if "/login" in there.page.url:
            raise RuntimeError(f"{name} was not let in: {there.words()}")
    return [one for one in cookies if one.get("name") != "language"]


@cache
def axe_source() -> str:
    return (node_packages() / "axe-core/axe.min.js").read_text("utf-8")


def _short(node: Mapping[str, Any]) -> str:
    return " ".join(str(node.get("failureSummary", "")).split())[:200]
