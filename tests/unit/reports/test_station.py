"""The station's sheet of every example: whole, in every form, and without a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.config import Language, load
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.registry import build, usual_period
from tests.support.journey import MIDNIGHT_MS, Journey
from tests.support.shipped import EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_has_a_sheet(example: Path, tmp_path: Path) -> None:
    configuration = load(example, check_secrets=False)
    database = Journey(tmp_path).database
    period = usual_period(ReportKind.STATION, configuration, database, MIDNIGHT_MS)
    assert period is not None
    made = build(ReportKind.STATION, configuration, database, period, MIDNIGHT_MS)
    told = json.loads(render(made, ReportFormat.JSON, Language.VIETNAMESE))
    assert [one["instrument"] for one in told["instruments"]] == [one.name for one in configuration.instruments]
    assert {one["parameter"] for one in told["sent_parameters"]} - {None} == {one.line for one in configuration.sent}
    for file_format in (ReportFormat.HTML, ReportFormat.DOCX, ReportFormat.TEXT):
        assert render(made, file_format, Language.VIETNAMESE)
    page = render(made, ReportFormat.HTML, Language.VIETNAMESE).decode("utf-8")
    assert "Lý lịch trạm quan trắc" in page
    assert "/secrets/" not in page
