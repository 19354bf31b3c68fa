"""Debian's Chromium without a screen, driven by playwright, with the fonts of the tests alone: a line breaks at the
same word on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.support.debian import library_path, unpacked

PACKAGES = ("chromium-common", "chromium-headless-shell", "fonts-dejavu-core")
"""`chromium-common` by its name: it is needed beside the program, also where the machine has one elsewhere. DejaVu's
letters are the widest in use: what fits with them fits."""
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; each context of it is somebody with a browser of his own. It ends with the block."""
    root = unpacked(*PACKAGES)
    program = root / "usr/lib/chromium/chromium-headless-shell"
    environment = {name: value for name, value in library_path(root).items() if name != "LD_PRELOAD"}
    environment["FONTCONFIG_FILE"] = str(_fonts_of(root))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            env=dict(environment),
            args=["--disable-gpu", "--font-render-hinting=none", "--force-color-profile=srgb", "--disable-lcd-text"],
        )
        try:
            yield browser
        finally:
            browser.close()


def _fonts_of(root: Path) -> Path:
    """A configuration that knows the fonts of that root alone."""
    file, cache = root.with_name(f"{root.name}-fonts.conf"), root.with_name(f"{root.name}-fonts")
    content = _FONTS.format(fonts=root / "usr/share/fonts", cache=cache)
    if not file.exists() or file.read_text("utf-8") != content:
        file.write_text(content, "utf-8")
    return file
