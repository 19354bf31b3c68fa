"""Sections of hours and days: what is counted at the edges of a report's time, and how it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.config import Configuration, Language, load
from gateway.core.averaging import Average
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.db import Database, open_database
from gateway.records.packing import pack
from gateway.records.store import RecordStore
from gateway.reports import period
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.registry import build
from tests.support.journey import COD, DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS

GOLDEN = Path(__file__).parent / "golden"
ZONE = "Asia/Ho_Chi_Minh"
PM25 = Parameter("PM2,5", "ug/Nm3")
DAYS = 120
"""From 2026-01-01 on."""
APRIL, MAY = 90, 120
"""The first days of these months, counted from 2026-01-01 as 0."""

YAML = """
station: {{name: Trạm A, province: HN, facility: ABCD, code: NUO001, kind: {kind}, language: vi}}
storage: {{path: {folder}}}
clock: {{trust: assume}}
reporting: {{counting: {counting}}}
links: {{plc: {{type: modbus-tcp, host: 127.0.0.1}}}}
instruments:
  - name: probe
    link: plc
    poll: 5s
    parameters:
      - {{symbol: "{symbol}", unit: {unit}, register: "holding:2", type: float32, decimals: 1, limit: {limit}}}
"""

CodAt = Callable[[int, int], float | None]
"""The value of the day counted from 0, and of its hour 0 to 23; `None`: there is no record."""


class Station:
    def __init__(self, folder: Path, parameter: Parameter = COD, kind: str = "wastewater") -> None:
        self.folder = folder
        self.parameter, self.kind = parameter, kind
        self.database: Database = open_database(folder / "gateway.db")

    def live(self, first: int, behind: int, cod: CodAt, status: Status = Status.MEASURING) -> None:
        """The days `[first, behind)`, each hour steady; a slot lies in the hour in which it begins."""
        slots = range(MIDNIGHT_MS + first * DAY_MS, MIDNIGHT_MS + behind * DAY_MS, SLOT_MS)
        rows = []
        for begins_ms in slots:
            day, within_ms = divmod(begins_ms - MIDNIGHT_MS, DAY_MS)
            if (value := cod(day, within_ms // HOUR_MS)) is not None:
                rows.append((begins_ms + SLOT_MS, (Line(self.parameter, Average(value, status, 60, 60)),)))
        store = RecordStore(self.database)
        store.add(Record(Slot(rows[0][0], SLOT_MS), rows[0][1]), rows[0][0])
        with self.database.write() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO record (length_ms, end_ms, layout_id, closed_ms, packed)"
                " SELECT length_ms, ?, layout_id, closed_ms, ? FROM record WHERE id = 1",
                [(end_ms, pack(lines)) for end_ms, lines in rows],
            )

    def configuration(self, limit: str, counting: str = "{}") -> Configuration:
        file = self.folder / "gateway.yaml"
        words = {
            "symbol": self.parameter.symbol,
            "unit": self.parameter.unit,
            "kind": self.kind,
            "limit": limit,
            "counting": counting,
        }
        file.write_text(YAML.format(folder=self.folder, **words), "utf-8")
        return load(file, {})

    def told(self, limit: str, asked: period.ReportPeriod, now_ms: int = 0, counting: str = "{}") -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.rendered(limit, asked, now_ms, counting, ReportFormat.JSON, "en"))
        return content

    def rendered(  # one report, in every form
        self, limit: str, asked: period.ReportPeriod, now_ms: int, counting: str, form: ReportFormat, language: str
    ) -> bytes:
        now_ms = now_ms or MIDNIGHT_MS + 200 * DAY_MS
        made = build(ReportKind.EXCEEDANCES, self.configuration(limit, counting), self.database, asked, now_ms)
        return render(made, form, Language(language))


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


def month(text: str) -> period.ReportPeriod:
    return period.month(text, ZONE)


def test_a_days_last_slot_is_the_one_that_bears_the_next_days_date(station: Station) -> None:
    """The slot of 24:00 is in the next month by the house's days, and in this one's last day by an officer's."""
    station.live(APRIL - 1, MAY + 1, lambda day, _: 200.0 if day == MAY - 1 else 10.0)
    (april,) = station.told("{max: 100, over: 24h}", month("2026-04"))["limit_days"]
    (may,) = station.told("{max: 100, over: 24h}", month("2026-05"))["limit_days"]
    assert (april["days_counted"], april["not_enough"], april["days_over"]) == (30, 0, 1)
    assert (may["days_over"], may["not_enough"]) == (0, 30), "of May there is one day"
    (hours,) = station.told("{max: 100, over: 1h}", month("2026-04"))["clock_hours"]
    assert (hours["hours"], hours["not_enough"], hours["hours_over"]) == (720, 0, 24)
    assert (hours["worst_day"], hours["worst_hour"], hours["worst_mean"]) == ("2026-04-30", "1:00", 200.0)


def test_a_run_that_began_in_april_is_whole_in_mays_report_and_in_aprils(station: Station) -> None:
    station.live(APRIL, MAY + 20, lambda day, _: 200.0 if MAY - 3 <= day < MAY + 2 else 10.0)
    whole = ("2026-04-28", "2026-05-02", 5, "within")
    for asked in ("2026-04", "2026-05"):
        content = station.told("{max: 100}", month(asked))
        assert [
            (row["first_day"], row["last_day"], row["run_days"], row["followed_by"]) for row in content["runs"]
        ] == [whole]
        assert content["limit_days"][0]["longest_run"] == content["summary"]["longest_run"] == 5


def test_a_run_of_months_is_followed_back_to_where_it_began(station: Station) -> None:
    station.live(0, DAYS + 10, lambda day, _: 200.0 if day >= 2 else 10.0)
    (run,) = station.told("{max: 100}", month("2026-05"))["runs"]
    assert (run["first_day"], run["last_day"], run["run_days"]) == ("2026-01-03", "2026-05-10", DAYS + 8)
    assert run["followed_by"] == "not_enough", "there are no records of the day after"


def test_a_run_that_goes_on_today_is_not_over_yet(station: Station) -> None:
    station.live(MAY, MAY + 5, lambda *_: 200.0)
    (run,) = station.told("{max: 100}", month("2026-05"), MIDNIGHT_MS + (MAY + 5) * DAY_MS + HOUR_MS)["runs"]
    assert (run["last_day"], run["followed_by"]) == ("2026-05-05", "not_over_yet")


def test_the_day_and_the_hour_that_are_under_way_are_not_counted(station: Station) -> None:
    station.live(MAY, MAY + 2, lambda *_: 200.0)
    under_way_ms = MIDNIGHT_MS + (MAY + 1) * DAY_MS + 13 * HOUR_MS + HOUR_MS // 2
    content = station.told("{max: 100, over: 1h}", month("2026-05"), under_way_ms)
    assert (content["limit_days"][0]["days_counted"], content["clock_hours"][0]["hours"]) == (1, 24 + 13)


def test_the_last_day_is_counted_once_its_last_slot_is_due(station: Station) -> None:
    station.live(MAY - 1, MAY, lambda *_: 200.0)
    asked, midnight_ms = month("2026-04"), MIDNIGHT_MS + MAY * DAY_MS
    days = [
        station.told("{max: 100}", asked, midnight_ms + late_ms)["limit_days"][0]["days_counted"]
        for late_ms in (0, 299_000, 300_000)
    ]
    assert days == [29, 29, 30]


def test_calibration_and_fault_are_no_data(station: Station) -> None:
    station.live(MAY, MAY + 1, lambda _, hour: 200.0 if hour < 17 else None)
    station.live(MAY, MAY + 1, lambda _, hour: 900.0 if hour >= 17 else None, Status.CALIBRATING)
    station.live(MAY + 1, MAY + 2, lambda *_: 900.0, Status.FAULT)
    content = station.told("{max: 100}", period.between("2026-05-01", "2026-05-02", ZONE))
    (hours,), (days,) = content["clock_hours"], content["limit_days"]
    assert (hours["hours"], hours["not_enough"], hours["hours_over"]) == (48, 31, 17)
    assert (days["days_counted"], days["not_enough"], days["days_over"], days["over_share"]) == (2, 2, 0, None)
    assert hours["worst_mean"] == 200.0


def test_only_whole_hours_and_days_of_what_is_asked_count(station: Station) -> None:
    station.live(MAY, MAY + 2, lambda *_: 200.0)
    asked = period.between("2026-05-01T10:30", "2026-05-02T12:00", ZONE)
    content = station.told("{max: 100, over: 1h}", asked)
    assert (content["clock_hours"][0]["hours"], content["limit_days"][0]["days_counted"]) == (25, 0)
    assert content["runs"] == []


def test_a_change_of_law_has_a_row_for_each_limit(station: Station) -> None:
    station.live(MAY, MAY + 31, lambda *_: 80.0)
    limit = "[{max: 100, over: 24h, until: 2026-05-15}, {max: 70, over: 24h, from: 2026-05-16}]"
    content = station.told(limit, month("2026-05"))
    assert [(row["limit_most"], row["days_counted"], row["days_over"]) for row in content["limit_days"]] == [
        (100.0, 15, 0),
        (70.0, 16, 16),
    ]
    assert [(row["first_day"], row["run_days"]) for row in content["runs"]] == [("2026-05-16", 16)]
    assert len(content["days_over"]) == 16


def test_a_limit_that_ended_as_the_month_began_has_no_row_among_its_days(station: Station) -> None:
    station.live(MAY - 1, MAY + 31, lambda *_: 80.0)
    content = station.told("[{max: 100, until: 2026-04-30}, {max: 70, from: 2026-05-01}]", month("2026-05"))
    assert [row["limit_most"] for row in content["limit_days"]] == [70.0]
    assert [row["limit_most"] for row in content["clock_hours"]] == [70.0]


def test_quality_tells_of_values_over_for_days_though_nobody_watched(station: Station) -> None:
    station.live(MAY - 5, MAY + 20, lambda day, _: 200.0 if MAY - 3 <= day < MAY + 2 else 10.0)
    made = build(
        ReportKind.QUALITY, station.configuration("{max: 100}"), station.database, month("2026-05"),
        MIDNIGHT_MS + 200 * DAY_MS,
    )  # fmt: skip
    content = json.loads(render(made, ReportFormat.JSON, Language.ENGLISH))
    (finding,) = content["findings"]
    assert (finding["noted"], finding["subject"], finding["count"]) == ("over_limit_for_days", "COD", 5 * 288)
    assert (finding["begin"], finding["end"]) == ("2026-04-28T00:05:00+07:00", "2026-05-03T00:05:00+07:00")
    assert content["summary"]["noted_findings"] == 1


def test_a_limit_for_every_value_may_be_counted_by_hours(station: Station) -> None:
    station.live(MAY, MAY + 31, lambda _, hour: 200.0 if hour == 5 else 10.0)
    by_mean, by_hour = (
        station.told("{max: 100}", month("2026-05"), counting=counting)["limit_days"][0]
        for counting in ("{}", "{every_value: hour_mean}")
    )
    assert (by_mean["judged_by"], by_mean["days_over"]) == ("day_mean", 0)
    assert (by_hour["judged_by"], by_hour["days_over"]) == ("hours", 31)


def test_only_runs_of_so_many_days_are_listed(station: Station) -> None:
    station.live(MAY, MAY + 31, lambda day, _: 200.0 if day - MAY in (3, 7, 8, 20, 21, 22) else 10.0)
    for least, lengths in ((1, [1, 2, 3]), (2, [2, 3]), (3, [3]), (4, [])):
        content = station.told("{max: 100}", month("2026-05"), counting=f"{{days_in_a_row: {least}}}")
        assert [row["run_days"] for row in content["runs"]] == lengths
        assert content["summary"]["longest_run"] == 3


def test_an_eight_hour_mean_of_the_evening_counts_on_the_next_day(station: Station) -> None:
    station.live(MAY - 1, MAY + 1, lambda day, hour: 240.0 if (day, hour) == (MAY - 1, 23) else 90.0)
    first_of_may = period.between("2026-05-01", "2026-05-01", ZONE)
    for counting, over, windows in (("{}", 7, 24), ("{windows: side_by_side}", 0, 3)):
        content = station.told("{max: 100, over: 8h}", first_of_may, counting=counting)
        (row,), (day,) = content["clock_windows"], content["limit_days"]
        assert (row["windows"], row["windows_over"], day["days_over"]) == (windows, over, int(over > 0))


def test_the_report_as_people_read_it(station: Station) -> None:
    station.live(APRIL + 20, MAY + 28, _may)
    limit = "[{max: 100}, {max: 90, over: 1h}, {max: 80, over: 8h}, {max: 75, over: 24h}]"
    for language in ("vi", "en"):
        text = station.rendered(limit, month("2026-05"), 0, "{}", ReportFormat.TEXT, language).decode("utf-8")
        file = GOLDEN / f"exceedances.{language}.txt"
        assert text == file.read_text("utf-8")


def _may(day: int, hour: int) -> float | None:
    if day - MAY in (12, 13) and hour < 10:
        return None
    if MAY - 2 <= day < MAY + 3:
        return 110.0
    return 95.0 if hour in (8, 9) else 60.0


def test_a_year_so_far_is_judged_by_the_days_that_have_passed(tmp_path: Path) -> None:
    ambient = Station(tmp_path, PM25, "ambient_air")
    ambient.live(0, MAY + 31, lambda day, _: 60.0 if day < MAY else 10.0)
    year = {row["limit_most"]: row for row in ambient.told('{standard: "QCVN 05:2023"}', month("2026-05"))["years"]}[
        25.0
    ]
    passed = 151  # 31 + 28 + 31 + 30 + 31
    assert (year["year"], year["days_counted"], year["not_enough"], year["year_until"]) == (
        "2026", passed, 0, "2026-05-31",
    )  # fmt: skip
    assert year["year_mean"] == pytest.approx((120 * 60 + 31 * 10) / passed)
    assert year["outcome"] == "over"


def test_a_year_of_which_too_little_was_measured_is_not_judged(tmp_path: Path) -> None:
    ambient = Station(tmp_path, PM25, "ambient_air")
    ambient.live(MAY, MAY + 31, lambda *_: 60.0)
    year = {row["limit_most"]: row for row in ambient.told('{standard: "QCVN 05:2023"}', month("2026-05"))["years"]}[
        25.0
    ]
    assert (year["year_mean"], year["not_enough"], year["outcome"]) == (None, 120, "not_enough")
