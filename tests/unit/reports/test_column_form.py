"""The numbers of a column are in one form, whatever stands in its other rows."""

from __future__ import annotations

import pytest

from gateway.config import Language
from gateway.reports.document import Cell, DurationCell, ReportTable, TimeCell, ValueCell, heads
from gateway.reports.formats.cells import CellWords
from gateway.texts import Wording
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS


def column(language: Language, *cells: Cell) -> list[str]:
    table = ReportTable(heads("length"), tuple((cell,) for cell in cells))
    return [row[0] for row in CellWords(Wording.of(language), "Asia/Ho_Chi_Minh").rows(table)]


@pytest.mark.parametrize(
    ("lengths_ms", "told"),
    [
        ([14 * HOUR_MS, 13 * HOUR_MS + 297_000, 1_800_000], ["14 giờ 00 phút", "13 giờ 05 phút", "0 giờ 30 phút"]),
        ([14 * HOUR_MS, 2 * HOUR_MS], ["14 giờ", "2 giờ"]),
        ([27 * DAY_MS, 13 * HOUR_MS], ["648 giờ", "13 giờ"]),
        ([27 * DAY_MS, DAY_MS, 0], ["27 ngày", "1 ngày", "0 ngày"]),
        ([5000, 0, 59_000], ["5 giây", "0 giây", "59 giây"]),
        ([5000, 300_000], ["0 phút 05 giây", "5 phút 00 giây"]),
        ([300_000, 900_000], ["5 phút", "15 phút"]),
        ([45_000, 2 * HOUR_MS], ["0 giờ 00 phút 45 giây", "2 giờ 00 phút 00 giây"]),
        ([1500 * HOUR_MS, 60_000], ["1.500 giờ 00 phút", "0 giờ 01 phút"]),
    ],
)
def test_lengths_have_the_same_units_in_every_row(lengths_ms: list[int], told: list[str]) -> None:
    assert column(Language.VIETNAMESE, *map(DurationCell, lengths_ms)) == told


def test_the_time_of_a_mean_stays_in_hours_as_the_standards_have_it() -> None:
    assert column(Language.ENGLISH, DurationCell(DAY_MS, in_hours=True), DurationCell(HOUR_MS, in_hours=True)) == [
        "24 h",
        "1 h",
    ]


def test_times_have_seconds_in_every_row_or_in_none() -> None:
    assert column(Language.ENGLISH, TimeCell(MIDNIGHT_MS), TimeCell(MIDNIGHT_MS + 4000)) == [
        "2026-01-01 00:00:00",
        "2026-01-01 00:00:04",
    ]
    assert column(Language.ENGLISH, TimeCell(MIDNIGHT_MS), None) == ["2026-01-01 00:00", "–"]


def test_whole_parts_are_in_groups_in_every_row_or_in_none() -> None:
    assert column(Language.VIETNAMESE, ValueCell(9876.5, 1), ValueCell(12345.6, 1), ValueCell(7.21, 2)) == [
        "9.876,5",
        "12.345,6",
        "7,21",
    ]
    assert column(Language.VIETNAMESE, ValueCell(9876.5, 1), ValueCell(7.21, 2)) == ["9876,5", "7,21"]
