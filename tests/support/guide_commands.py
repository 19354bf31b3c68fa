"""The commands of a guide's page, as somebody types them who follows it."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^(?P<indent> *)```sh\n(?P<commands>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def blocks_below(page: str, heading: str) -> list[str]:
    """Those between this heading and the next one, each with the line break at its end."""
    text = (DOCS / page).read_text("utf-8")
    code = [range(*one.span()) for one in _BLOCK.finditer(text)]  # a comment of the shell is no heading
    headings = [one for one in _HEADING.finditer(text) if not any(one.start() in inside for inside in code)]
    (begin,) = (one.end() for one in headings if one[1] == heading)
    end = min((one.start() for one in headings if one.start() > begin), default=len(text))
    return [textwrap.dedent(one["commands"]) for one in _BLOCK.finditer(text[begin:end])]
