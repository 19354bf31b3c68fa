"""The documentation: every link leads to a file and, with an anchor, to a heading; both languages say the same; and
whatever command, option, configuration and file it names is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from gateway.cli.main import app
from gateway.config import Language
from gateway.core.box_rules import BoxKind
from gateway.core.clock_trust import TrustState
from gateway.core.ports import ViolationKind
from gateway.core.video import CameraEventKind
from gateway.reports.need import NeedKind
from gateway.texts import phrases
from gateway.texts.sentences import english_sentences
from tests.support import pages
from tests.support.guide_configuration import configurations
from tests.support.pages import DOCS, PROJECT

PAGES = [*sorted(PROJECT.glob("*.md")), *sorted(DOCS.rglob("*.md")), PROJECT / "hardware-sim/README.md"]
FOR_PEOPLE_AT_STATIONS = [page for page in PAGES if page.name != "CHANGELOG.md" and "decisions" not in page.parts]
PAIRS = [page.with_name(page.name.replace(".vi.md", ".md")) for page in PAGES if page.name.endswith(".vi.md")]
ROOT_COMMAND = typer.main.get_command(app)
GUIDES = [page for page in PAIRS if page.name != "add-a-standard.md"]
"""That one has tests of its own."""

_COMMENT = re.compile(r"(?:^|\s)#.*$", re.MULTILINE)
_KEY = re.compile(r"[A-Za-z_]\w*(?=:(?:\s|$))", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\b[A-Z][A-Z_]+\b")
_QUOTED = re.compile(r"\"[^\"]*\"")
_VIETNAMESE_FILE = re.compile(r"(?<=\w)\.vi(\.yaml)\b")
"""An example with Vietnamese comments is the English one in all that counts."""
_COMMAND = re.compile(
    r"(?:^|[;&|(]\s*|-- |\bdo |/bin/)gateway((?: +(?!\|)(?:\"[^\"]*\"|[^\s|;&)#\"]+))+)", re.MULTILINE
)


def name_of(page: Path) -> str:
    return str(page.relative_to(PROJECT))


def vietnamese(page: Path) -> Path:
    return page.with_name(f"{page.stem}.vi.md")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert pages.broken(page) == []


@pytest.mark.parametrize("page", PAIRS, ids=name_of)
def test_both_languages_have_the_same_headings(page: Path) -> None:
    levels = [[level for level, _ in pages.headings(pages.text_of(one))] for one in (page, vietnamese(page))]
    assert levels[0] == levels[1]


@pytest.mark.parametrize("page", PAIRS, ids=name_of)
def test_both_languages_show_the_same_code(page: Path) -> None:
    english, other = ([*map(shape, pages.blocks(pages.text_of(one)))] for one in (page, vietnamese(page)))
    assert [kind for kind, _ in english] == [kind for kind, _ in other]
    for (kind, lines), (_, other_lines) in zip(english, other, strict=True):
        if kind:
            assert lines == other_lines
        else:
            # Of a screen: what it says is each language's own; a line of names and numbers is the same.
            pairs = list(zip(lines, other_lines, strict=True))
            assert [one for one, its_other in pairs if its_other.isascii()] == [
                one for one in other_lines if one.isascii()
            ]


def shape(block: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    """Without what is translated: comments, words in quotes, and of YAML all but the keys."""
    language, content = block
    plain = _VIETNAMESE_FILE.sub(r"\1", _COMMENT.sub("", content))
    if language == "yaml":
        return language, tuple(_KEY.findall(plain))
    lines = (_QUOTED.sub('""', line).strip() for line in plain.splitlines())
    return language, tuple(_PLACEHOLDER.sub("X", line) for line in lines if line)


@pytest.mark.parametrize("page", GUIDES, ids=name_of)
def test_both_languages_name_the_same_keys_and_commands(page: Path) -> None:
    english, other = (code_in_words(pages.text_of(one)) for one in (page, vietnamese(page)))
    assert english - other == set(), "missing in Vietnamese"
    assert other - english == set(), "missing in English"


def code_in_words(text: str) -> set[str]:
    """What stands in backquotes in sentences and tables, but for what each language has its own of: placeholders, words
    in quotes, and what commands say."""
    found = (_VIETNAMESE_FILE.sub(r"\1", _QUOTED.sub('""', one)) for one in pages.inline_code(text))
    return {one for one in found if one.isascii() and not _PLACEHOLDER.search(one) and not is_said(one)}


def is_said(code: str) -> bool:
    """Whether it is a sentence of a command's, or a piece of one."""
    return " " in code and (phrases.said(code, Language.VIETNAMESE) != code or code in sentences())


@cache
def sentences() -> str:
    """All that commands can say, in English."""
    return "\n".join(english_sentences())


def commands_in(text: str) -> Iterator[str]:
    """The words behind each `gateway …`, in blocks and in sentences."""
    for language, content in pages.blocks(text):
        if language in ("", "sh", "bash"):
            yield from (found[1] for found in _COMMAND.finditer(_COMMENT.sub("", content.replace("\\\n", " "))))
    for code in pages.inline_code(text):
        if code.startswith("gateway "):
            yield from (found[1] for found in _COMMAND.finditer(code))


def fault_of(words: list[str]) -> str | None:
    """What of a command line does not exist. Words that are no command are arguments."""
    command: Any = ROOT_COMMAND
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    if hasattr(command, "commands") and command.name is None:
        return f"no command {words[0] if words else ''}"
    below = list(getattr(command, "commands", {}).values())  # `gateway deliveries NAME` is one of them, by default
    known = {option for one in (command, *below) for parameter in one.params for option in parameter.opts}
    known |= {option for one in (command, *below) for parameter in one.params for option in parameter.secondary_opts}
    options = [word.split("=")[0].rstrip(",.") for word in words if re.match(r"--?[a-z]", word)]
    unknown = [option for option in options if option not in known and option not in ("--help", "--version")]
    return f"no option {unknown}" if unknown else None


@pytest.mark.parametrize("page", FOR_PEOPLE_AT_STATIONS, ids=name_of)
def test_every_command_and_option_exists(page: Path) -> None:
    faults = [
        f"gateway{words}: {fault}"
        for words in commands_in(pages.text_of(page))
        if re.match(r" +(?:[a-z-]|--)", words) and (fault := fault_of(words.split())) is not None
    ]
    assert faults == []


@pytest.mark.parametrize("page", FOR_PEOPLE_AT_STATIONS, ids=name_of)
def test_every_file_of_the_project_that_is_named_is_there(page: Path) -> None:
    if page.name.startswith("add-a"):
        return  # they say what becomes of new files
    named = {one.split(":")[0] for one in pages.inline_code(pages.text_of(page))}
    paths = {one for one in named if re.fullmatch(r"(?:config|docs|systemd|gateway|tests|hardware-sim)/[\w./-]+", one)}
    assert sorted(one for one in paths - {"gateway/COMMIT"} if not (PROJECT / one).exists()) == []


@pytest.mark.parametrize("page", [*GUIDES, *map(vietnamese, GUIDES)], ids=name_of)
def test_every_piece_of_configuration_is_taken(page: Path, tmp_path: Path) -> None:
    for number, (language, content) in enumerate(pages.blocks(pages.text_of(page))):
        if language == "yaml" and "from_file:" not in content:  # answers to `gateway init`: it has tests of its own
            folder = tmp_path / str(number)
            folder.mkdir()
            assert configurations(content, folder) == [], content


@pytest.mark.parametrize("guide", ["troubleshooting.md", "troubleshooting.vi.md"])
def test_whatever_asks_for_a_person_says_what_to_do(guide: str) -> None:
    rows = [line.split("|")[1] for line in pages.text_of(DOCS / guide).splitlines() if line.startswith("| `")]
    assert [kind.value for kind in NeedKind if not any(f"`{kind}`" in row for row in rows)] == []


@pytest.mark.parametrize("language", [".md", ".vi.md"])
def test_every_code_that_people_meet_is_explained(language: str) -> None:
    text = "".join(pages.text_of(DOCS / f"{name}{language}") for name in ("operator", "troubleshooting"))
    codes = pages.inline_code(text)
    met = [*BoxKind, *TrustState, *ViolationKind, *CameraEventKind]
    assert [code.value for code in met if code.value not in codes] == []
