"""An example with Vietnamese comments, made of the English one and the catalogue `comments.yaml`.

The catalogue has each English comment once, and its Vietnamese. In both `{file}` is the example's own name, so that
what all of them say stands there once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML

from config.vietnamese.comments import comments_of, translated

FOLDER = Path(__file__).parents[1]
CATALOGUE = Path(__file__).with_name("comments.yaml")
_OWN_NAME = "{file}"


def english_examples() -> list[Path]:
    return sorted(file for file in FOLDER.glob("*.yaml") if not file.name.endswith(".vi.yaml"))


def vietnamese_of(example: Path) -> Path:
    """Where it stands with Vietnamese comments: `NAME.vi.yaml` beside `NAME.yaml`."""
    return example.with_name(f"{example.stem}.vi.yaml")


def catalogue() -> dict[str, str]:
    """Vietnamese by English.

    Raises:
        ValueError: an English comment stands there twice.
    """
    entries = YAML(typ="safe", pure=True).load(CATALOGUE.read_text("utf-8"))
    known = {entry["en"]: entry["vi"] for entry in entries}
    if len(known) < len(entries):
        raise ValueError(f"{CATALOGUE.name} has an English comment twice")
    return known


def said_in(example: Path) -> list[str]:
    """The example's comments, as the catalogue has them."""
    return [text.replace(example.name, _OWN_NAME) for text in comments_of(_lines(example))]


def in_vietnamese(example: Path, known: Mapping[str, str]) -> str:
    """The whole file.

    Raises:
        KeyError: a comment that is not in the catalogue.
    """
    name = vietnamese_of(example).name

    def say(text: str) -> str:
        return known[text.replace(example.name, _OWN_NAME)].replace(_OWN_NAME, name)

    return "".join(f"{line}\n" for line in translated(_lines(example), say))


def _lines(example: Path) -> list[str]:
    return example.read_text("utf-8").splitlines()
