"""The page that says what stands in the journal knows every kind of entry, and every member that an act writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.core.journal_entry import EntryKind
from tests.support.journey import Journey
from tests.unit.audit.test_told_in_the_journal import ACTS, Act, entries

PAGE = (Path(__file__).parents[3] / "docs/journal-entries.md").read_text("utf-8")
CODE = re.compile(r"`([^`]+)`")
ENGLISH, VIETNAMESE = PAGE.split("\n## Tiếng Việt\n")


def rows_of(part: str) -> list[list[str]]:
    lines = [line for line in part.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


ROWS, VI_ROWS = rows_of(ENGLISH), rows_of(VIETNAMESE)


@pytest.mark.parametrize("rows", [ROWS, VI_ROWS], ids=["English", "Vietnamese"])
def test_every_kind_is_described_and_no_other(rows: list[list[str]]) -> None:
    assert {name for row in rows for name in CODE.findall(row[0])} == {kind.value for kind in EntryKind}


@pytest.mark.parametrize("act", list(ACTS.values()), ids=list(ACTS))
def test_every_member_of_what_is_named(journey: Journey, act: Act) -> None:
    act.before(journey)
    act.act(journey)
    kind, _, what = entries(journey.database)[-1]
    named = {name for row in ROWS if kind in CODE.findall(row[0]) for name in CODE.findall(row[2])}
    assert what.keys() - named == set()
