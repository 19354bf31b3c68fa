"""The guide `docs/add-a-standard.md`, in both languages: its table, its keys and its list of what is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.config.section import Section
from gateway.config.standards.shelf import StandardShelf
from gateway.config.standards.table import CaseRow, CoefficientRow, LineRow, OxygenRow, SourceRow, StandardTable
from gateway.core.limits import Limit
from tests.unit.config.standards.own_table import STATION, loaded

DOCS = Path(__file__).parents[4] / "docs"
GUIDES = ("add-a-standard.md", "add-a-standard.vi.md")


def blocks(guide: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", (DOCS / guide).read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("guide", GUIDES)
def test_the_permit_of_the_guide_limits_as_it_says(tmp_path: Path, guide: str) -> None:
    table, limit = blocks(guide)
    (tmp_path / "standards").mkdir()
    (tmp_path / "standards/gpmt-123.yaml").write_text(table, encoding="utf-8")
    station = re.sub(r" *limit: \{standard: .* column.*\n", limit, STATION)
    (tmp_path / "gateway.yaml").write_text(station, encoding="utf-8")
    configuration = loaded(tmp_path / "gateway.yaml")
    assert [table.lines for table in configuration.standards] == [("pH", "COD")]
    ph, cod = (line.limits for line in configuration.sent)
    assert [one.limit for one in ph] == [Limit(6, 9)]
    assert [one.limit for one in cod] == [Limit(None, 81)]


def test_both_guides_show_the_same() -> None:
    assert blocks(GUIDES[0]) == blocks(GUIDES[1])


@pytest.mark.parametrize("guide", GUIDES)
def test_every_key_is_explained(guide: str) -> None:
    text = (DOCS / guide).read_text("utf-8")
    rows: tuple[type[Section], ...] = (StandardTable, LineRow, CaseRow, CoefficientRow, OxygenRow, SourceRow)
    keys = {field.alias or name for row in rows for name, field in row.model_fields.items()}
    assert {key for key in keys if f"**{key}**" not in text and f"`{key}`" not in text} <= {"vi", "en"}


@pytest.mark.parametrize("guide", GUIDES)
def test_what_is_missing_of_each_regulation_is_listed(guide: str) -> None:
    text = (DOCS / guide).read_text("utf-8")
    shelf = StandardShelf()
    for standard in map(shelf.standard, shelf.names()):
        if standard.incomplete is not None:
            said = standard.incomplete.vi if guide.endswith(".vi.md") else standard.incomplete.en
            assert f"| {standard.name} | {said} |" in text, standard.name
