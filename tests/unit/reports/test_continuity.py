"""The report of the cameras' continuity: what the recorder's database says, in every format and both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.config import Configuration, Language, load
from gateway.core.errors import GatewayError
from gateway.core.instants import DAY_MS
from gateway.reports import period
from gateway.reports.document import Calendar, Report, ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.registry import build
from tests.support.journey import Journey
from tests.support.recorded import CUT_MS, NOW_MS, fill
from tests.support.three_days import YAML

DAYS = period.between("2026-01-03", "2026-01-05", "Asia/Ho_Chi_Minh")


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    file = tmp_path / "gateway.yaml"
    file.write_text(YAML.format(storage=tmp_path), "utf-8")
    return load(file, {"HOME": "secret"})


def made(configuration: Configuration, journey: Journey, now_ms: int = NOW_MS) -> Report:
    return build(ReportKind.CAMERAS, configuration, journey.database, DAYS, now_ms)


def told(report: Report) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(render(report, ReportFormat.JSON, Language.ENGLISH))
    return content


def test_shares_gaps_and_events_are_told(configuration: Configuration, journey: Journey) -> None:
    fill(journey.database.file.parent)
    content = told(made(configuration, journey))
    assert content["summary"]["cameras"] == 1
    assert content["summary"]["video_gaps"] == 2
    [camera] = content["cameras"]
    assert camera["video_share"] == pytest.approx(1 - 100 / (2 * 86_400 - 300), abs=1e-6)
    assert [(one["day"], one["gaps"]) for one in content["video_days"]] == [
        ("2026-01-03", 0),
        ("2026-01-04", 1),
        ("2026-01-05", 1),
    ]
    assert [one["cause"] for one in content["video_gaps"]] == ["lost-frames", "cut"]
    assert [one["noted"] for one in content["camera_events"]] == ["covered", "short-of-room"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("file_format", ReportFormat)
def test_it_is_to_be_had_in_every_format(
    file_format: ReportFormat, language: Language, configuration: Configuration, journey: Journey
) -> None:
    fill(journey.database.file.parent)
    assert render(made(configuration, journey), file_format, language)


def test_the_calendar_shows_each_five_minutes(configuration: Configuration, journey: Journey) -> None:
    fill(journey.database.file.parent)
    [calendar] = made(configuration, journey).sections[1].pictures
    assert isinstance(calendar, Calendar)
    (_, first), (_, second), (_, third) = calendar.rows
    assert (first[119], first[120], set(first[120:])) == (None, 1, {1})
    assert [number for number, field in enumerate(second) if field != 1] == [120]
    assert third[84] == 2  # 7:00
    assert third[119:121] == (None, None)  # younger than five minutes, and not yet


def test_what_lasts_now_has_its_cause_though_the_report_ends_before(
    configuration: Configuration, journey: Journey
) -> None:
    fill(journey.database.file.parent)
    content = told(made(configuration, journey, NOW_MS + 3_600_000))
    assert content["video_gaps"][-1]["cause"] == "not-running"


def test_a_station_that_never_recorded_has_none(configuration: Configuration, journey: Journey) -> None:
    content = told(made(configuration, journey))
    assert (content["summary"]["cameras"], content["cameras"], content["summary"]["longest_gap"]) == (0, [], None)


def test_a_database_that_cannot_be_read_is_said_to_be_so(configuration: Configuration, journey: Journey) -> None:
    (journey.database.file.parent / "cameras.db").write_bytes(b"no database" * 1000)
    with pytest.raises(GatewayError, match="cameras.db"):
        made(configuration, journey)


def test_a_month_before_the_first_picture_has_no_camera(configuration: Configuration, journey: Journey) -> None:
    fill(journey.database.file.parent)
    before = period.between("2025-11-01", "2025-11-30", "Asia/Ho_Chi_Minh")
    assert CUT_MS[0] - before.until_ms > 30 * DAY_MS
    report = build(ReportKind.CAMERAS, configuration, journey.database, before, NOW_MS)
    assert told(report)["cameras"] == []
