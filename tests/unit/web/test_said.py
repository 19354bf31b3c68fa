"""What was written down in English as it was noticed is shown in the page's language, in every room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gateway.web

TEMPLATES = sorted((Path(gateway.web.__file__).parent / "templates").glob("*.html"))
BARE = re.compile(r"\{\{ [a-z_.]+\.(detail|fault|why_not|damage) \}\}")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_no_template_shows_what_was_noted_as_it_was_written_down(template: Path) -> None:
    assert BARE.findall(template.read_text("utf-8")) == []
