"""A guide of docs/ that says what to write into which files, read so that a test can do it.

Its table names the files, each first in its row. In its text a path in backquotes, alone on its line and with a colon,
stands right before what becomes of that file: the whole of a new one, or `diff` blocks with enough around them to be
found. Blocks after other text belong to no file of the project: they are for trying it out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
_PIECE = re.compile(r"^`(?P<path>[^`\n]+)`:$|^```(?P<language>\w+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    path: str | None
    language: str
    content: str


@dataclass(frozen=True, slots=True)
class Guide:
    """`listed`: the files that its table names."""

    listed: tuple[str, ...]
    blocks: tuple[Block, ...]

    @classmethod
    def read(cls, file: Path) -> Guide:
        text = file.read_text(encoding="utf-8")
        blocks = []
        path, end = None, 0
        for piece in _PIECE.finditer(text):
            if piece["path"] is not None:
                path = piece["path"]
            else:
                path = None if text[end : piece.start()].strip() else path
                blocks.append(Block(path, piece["language"], piece["content"]))
            end = piece.end()
        return cls(tuple(_ROW.findall(text)), tuple(blocks))

    @property
    def shown(self) -> tuple[str, ...]:
        """The files of which it says what becomes of them."""
        return tuple(dict.fromkeys(block.path for block in self.blocks if block.path is not None))

    def block(self, language: str, holding: str) -> str:
        """The one that is for trying it out and holds this text."""
        (found,) = (
            one for one in self.blocks if one.path is None and one.language == language and holding in one.content
        )
        return found.content

    def follow(self, project: Path) -> None:
        """Do in that folder all that it says."""
        for block in self.blocks:
            if block.path is None:
                continue
            file = project / block.path
            if block.language == "diff":
                file.write_text(_changed(file.read_text(encoding="utf-8"), block.content), encoding="utf-8")
                continue
            assert not file.exists(), f"{block.path} is there already"
            file.parent.mkdir(exist_ok=True)
            file.write_text(block.content, encoding="utf-8")


def _changed(text: str, diff: str) -> str:
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(before) == 1, f"stands {text.count(before)} times in the file:\n{before}"
    return text.replace(before, after)
