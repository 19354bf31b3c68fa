"""The pages of documentation, read as people follow them: headings with their anchors, links, blocks of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"

_FENCE = re.compile(r"^( *)```(?P<language>\w*)\n(?P<content>.*?)^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Without blocks and without pieces of code: a bracket in an expression is no link."""
    return re.sub(r"`[^`\n]*`", "``", _FENCE.sub("", text))


def blocks(text: str) -> list[tuple[str, str]]:
    """(language, content) of each block, in order."""
    return [(one["language"], one["content"]) for one in _FENCE.finditer(text)]


def inline_code(text: str) -> set[str]:
    """What stands in backquotes in sentences and tables, also where it goes on in the next line."""
    lines = re.sub(r"\s*\n\s*", " ", _FENCE.sub("", text))
    return set(re.findall(r"`([^`]+)`", lines))


def headings(text: str) -> list[tuple[int, str]]:
    """(level, words) of each, in order."""
    return [(len(marks), words) for marks, words in _HEADING.findall(_FENCE.sub("", text))]


def anchors(page: Path) -> set[str]:
    """As the usual places that show Markdown make them of headings: https://github.com/gjtorikian/html-pipeline."""
    return {re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for _, words in headings(text_of(page))}


def links(page: Path) -> Iterator[str]:
    for found in _LINK.finditer(prose(text_of(page))):
        yield found[1] or found[2]


def broken(page: Path) -> list[str]:
    """Its links within the project that lead to no file, or to no heading of it."""
    faults = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            faults.append(link)
    return faults


def guide(index: str) -> list[Path]:
    """The pages of a guide: its index, and what that leads to in the same folder and language."""
    first = DOCS / index
    vietnamese = index.endswith(".vi.md")
    linked = dict.fromkeys(link.partition("#")[0] for link in links(first))
    pages = [first.with_name(name) for name in linked if re.fullmatch(r"[\w.-]+\.md", name)]
    return [first, *(page for page in pages if page.name.endswith(".vi.md") == vietnamese)]
