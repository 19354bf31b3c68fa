"""A guide of docs/ that says what to write into which files, read so that a test can do it.

Its table names the files, each first in its row. In its text a path in backquotes, alone on its line and with a colon,
stands right before what becomes of that file: the whole of a new one, or `diff` blocks with enough around them to be
found. Blocks after other text belong to no file of the project: they are for trying it out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
_COPIED = ("gateway", "hardware-sim", "tests", "docs", "pyproject.toml")

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


@dataclass(frozen=True, slots=True)
class Followed:
    """A copy of the project in which somebody has done what the guide says."""

    folder: Path
    guide: Guide
    changed: set[str]

    def succeed(self, module: str, *arguments: str) -> str:
        """Run a module in the copy; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def followed_in_a_copy(guide: Guide, folder: Path) -> Iterator[Followed]:
    """While it is in use, commands run the copy."""
    for name in _COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    before = _contents(folder)
    guide.follow(folder)
    after = _contents(folder)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join((str(folder), str(folder / "hardware-sim"))))
        patch.setenv("PYTHONSAFEPATH", "1")
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        yield Followed(folder, guide, changed)


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
