"""The documentation: every link leads to a file and, with an anchor, to a heading."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import pages
from tests.support.pages import DOCS, PROJECT

PAGES = [*sorted(PROJECT.glob("*.md")), *sorted(DOCS.rglob("*.md")), PROJECT / "hardware-sim/README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert pages.broken(page) == []
