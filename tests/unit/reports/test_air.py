"""The air quality index of a station, from its records: figures reckoned by hand from decision 1459/QĐ-TCMT's table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.config import Configuration, Language, load
from gateway.core.averaging import Average
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.reports import period
from gateway.reports.air import air_indices, to_json
from gateway.reports.document import Calendar, ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.registry import build
from gateway.reports.status import collect
from gateway.reports.status_json import to_json as status_to_json
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey, at

YAML = """
station: {{name: Trạm, province: HN, facility: ABCD, code: KHI001, kind: {kind}}}
storage: {{path: {storage}}}
links: {{plc: {{type: modbus-tcp, host: 127.0.0.1}}}}
instruments:
  - name: rack
    link: plc
    poll: 5s
    parameters:
      - {{symbol: PM2.5, unit: ug/Nm3, register: "holding:0", type: float32}}
      - {{symbol: SO2, unit: ug/Nm3, register: "holding:2", type: float32}}
      - {{symbol: O3, unit: ug/Nm3, register: "holding:4", type: float32}}
"""
DUST, SO2, O3 = (Parameter(symbol, "ug/Nm3") for symbol in ("PM2,5", "SO2", "O3"))
NOW_MS = MIDNIGHT_MS + DAY_MS + HOUR_MS + 60_000
"""A minute past one in the night of 2 January."""


@pytest.fixture
def air(tmp_path: Path) -> tuple[Configuration, Journey]:
    """A day of 35 µg/m3 dust and 20 of SO2, then an hour with 250 of SO2, of which three slots were in fault."""
    file = tmp_path / "gateway.yaml"
    file.write_text(YAML.format(kind="ambient_air", storage=tmp_path), encoding="utf-8")
    journey = Journey(tmp_path)
    for n in range(1, 25 * 12 + 1):
        is_newest, is_faulty = n > 24 * 12, 24 * 12 < n <= 24 * 12 + 3
        so2 = Average(250.0 if is_newest else 20.0, Status.FAULT if is_faulty else Status.MEASURING, 60, 60)
        lines = (Line(DUST, Average(35.0, Status.MEASURING, 60, 60)), Line(SO2, so2))
        journey.records.add(Record(Slot(MIDNIGHT_MS + n * SLOT_MS, SLOT_MS), lines), 0)
    return load(file, {}), journey


def test_a_report_tells_the_index_of_each_day_that_has_passed_and_of_each_hour(
    air: tuple[Configuration, Journey],
) -> None:
    configuration, journey = air
    asked = period.between("2026-01-01", "2026-01-02", "Asia/Ho_Chi_Minh")
    made = build(ReportKind.DAILY, configuration, journey.database, asked, NOW_MS + 300_000)
    first, second = json.loads(render(made, ReportFormat.JSON, Language.VIETNAMESE))["air_quality"]
    assert (first["day"], first["air_index"], first["air_class"], first["air_symbol"]) == (
        "2026-01-01", 70, "moderate", "PM2,5",
    )  # fmt: skip
    assert (first["air_SO2"], first["air_PM2,5"]) == (8, 70)
    assert (second["air_index"], second["air_class"]) == (None, None)
    page = render(made, ReportFormat.HTML, Language.VIETNAMESE).decode("utf-8")
    assert 'style="background:#ffff00"' in page
    (section,) = (one for one in made.sections if one.key == "air_quality")
    (calendar,) = section.pictures
    assert isinstance(calendar, Calendar)
    (_, hours), (_, next_hours) = calendar.rows
    assert calendar.kinds[hours[0] or 0] == "air_none", "NowCast wants two of the newest three hours"
    assert {calendar.kinds[field or 0] for field in hours[1:]} == {"air_moderate"}
    assert calendar.kinds[next_hours[0] or 0] == "air_moderate"
    assert next_hours[1:] == (None,) * 23


def test_the_hour_and_the_day(air: tuple[Configuration, Journey]) -> None:
    """PM2,5 35: 50 + 50/25 × 10 = 70. SO2 250: 50 + 50/225 × 125 = 77.8 → 78; 20: 50/125 × 20 = 8."""
    configuration, journey = air
    indices = air_indices(configuration, journey.database, NOW_MS)
    assert indices is not None
    assert (indices.hour.end_ms, indices.day.end_ms) == (NOW_MS - 60_000, MIDNIGHT_MS + DAY_MS)
    assert dict(indices.hour.quality.by_symbol) == {"O3": None, "SO2": 78, "PM2,5": 70}
    assert (indices.hour.quality.index, indices.hour.quality.symbol) == (78, "SO2")
    assert dict(indices.day.quality.by_symbol) == {"O3": None, "SO2": 8, "PM2,5": 70}
    shown = to_json(indices, "Asia/Ho_Chi_Minh")
    assert shown is not None
    assert shown["hour"]["end"] == "2026-01-02T01:00:00+07:00"
    assert shown["hour"]["class"]["colour"] == "#ffff00"
    assert shown["hour"]["decision"] == shown["day"]["decision"] == "1459/QĐ-TCMT"
    assert shown["day"]["hours"] == {"O3": 0, "SO2": 24, "PM2,5": 24}
    assert shown["hour"]["hours"] == {"O3": 0, "SO2": 1, "PM2,5": 12}


def test_it_is_in_the_status_and_a_river_has_none(air: tuple[Configuration, Journey]) -> None:
    configuration, journey = air
    assert status_to_json(collect(configuration, journey.database, at(NOW_MS)))["air_quality"]["day"]["index"] == 70
    river = configuration.model_copy(
        update={"station": configuration.station.model_copy(update={"kind": "wastewater"})}
    )
    assert air_indices(river, journey.database, NOW_MS) is None


def test_an_hour_with_too_few_slots_has_no_index(air: tuple[Configuration, Journey]) -> None:
    """Eight slots were measured: the hour had nine, just enough, and its last one is lost. Fault is no measurement."""
    configuration, journey = air
    with journey.database.write() as connection:
        connection.execute("DELETE FROM record WHERE end_ms > ?", (MIDNIGHT_MS + DAY_MS + 11 * SLOT_MS,))
    indices = air_indices(configuration, journey.database, NOW_MS)
    assert indices is not None
    assert dict(indices.hour.quality.by_symbol)["SO2"] is None


def test_the_ozone_of_an_evening_is_in_the_next_days_index(tmp_path: Path) -> None:
    """150 from 17:00 until 1:00, then 20. Until 1:00: 100 + 50/50 × 30 = 130; the day's own greatest hour gives 47."""
    file = tmp_path / "gateway.yaml"
    file.write_text(YAML.format(kind="ambient_air", storage=tmp_path), encoding="utf-8")
    journey = Journey(tmp_path)
    for n in range(-7 * 12 + 1, 24 * 12 + 1):
        ozone = 150.0 if n <= 12 else 20.0
        lines = (
            Line(DUST, Average(10.0, Status.MEASURING, 60, 60)),
            Line(O3, Average(ozone, Status.MEASURING, 60, 60)),
        )
        journey.records.add(Record(Slot(MIDNIGHT_MS + n * SLOT_MS, SLOT_MS), lines), 0)
    indices = air_indices(load(file, {}), journey.database, NOW_MS)
    assert indices is not None
    assert (indices.day.quality.index, indices.day.quality.symbol) == (130, "O3")
    asked = period.between("2026-01-01", "2026-01-01", "Asia/Ho_Chi_Minh")
    made = build(ReportKind.DAILY, load(file, {}), journey.database, asked, NOW_MS)
    (row,) = json.loads(render(made, ReportFormat.JSON, Language.VIETNAMESE))["air_quality"]
    assert (row["air_index"], row["air_O3"], row["air_known_hours"]) == (130, 130, 0), "SO2 was never measured"
    assert row["air_decision"] == "1459/QĐ-TCMT"


def test_before_the_decision_there_is_no_index(air: tuple[Configuration, Journey]) -> None:
    configuration, journey = air
    indices = air_indices(configuration, journey.database, 1_573_484_400_000)  # 2019-11-11 22:00 in Vietnam
    assert indices is not None
    shown = to_json(indices, "Asia/Ho_Chi_Minh")
    assert shown is not None
    assert (shown["hour"]["index"], shown["hour"]["decision"], shown["day"]["decision"]) == (None, None, None)
