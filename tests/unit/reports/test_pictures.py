"""Pictures: nothing is drawn that was not measured, and nothing measured falls outside."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from gateway.config import Language
from gateway.reports.document import Calendar, Chart
from gateway.reports.forms.cells import CellWords
from gateway.reports.pictures import days as days_module
from gateway.reports.pictures import series as series_module
from gateway.reports.pictures.axis import axis
from gateway.reports.pictures.days import days
from gateway.reports.pictures.series import series
from gateway.texts import Wording
from tests.support.journey import HOUR_MS, MIDNIGHT_MS

WORDS = CellWords(Wording.of(Language.VIETNAMESE), "Asia/Ho_Chi_Minh")
VALUES = st.floats(-1e12, 1e12, allow_nan=False)


@given(VALUES, VALUES)
def test_an_axis_holds_its_values_between_a_few_round_ticks(one: float, other: float) -> None:
    least, greatest = sorted((one, other))
    scale = axis(least, greatest)
    slack = 1e-6 * (scale.high - scale.low)
    assert scale.low - slack <= least <= greatest <= scale.high + slack
    assert 2 <= len(scale.ticks) <= 7
    assert list(scale.ticks) == sorted(set(scale.ticks))
    assert scale.decimals >= 0


def chart(*steps: tuple[float, float, float] | None, bounds: tuple[float, ...] = ()) -> Chart:
    return Chart("COD", "mg/L", MIDNIGHT_MS, HOUR_MS, steps, bounds)


def of_class(picture: str, name: str) -> list[str]:
    root = ElementTree.fromstring(picture)  # noqa: S314  # our own
    return [shape.get("d", "") for shape in root.iter() if shape.get("class") == name]


def test_a_hole_is_not_joined_over() -> None:
    step = (1.0, 2.0, 3.0)
    picture = series(chart(step, step, None, step, step), WORDS)
    assert len(of_class(picture, "mean")) == len(of_class(picture, "band")) == 2
    ends = [re.findall(r"[\d.]+ [\d.]+", path) for path in of_class(picture, "mean")]
    assert [len(points) for points in ends] == [2, 2]


def test_a_lone_value_is_seen() -> None:
    (path,) = of_class(series(chart(None, (5.0, 5.0, 5.0), None), WORDS), "mean")
    (first, last) = (float(x) for x in re.findall(r"([\d.]+) [\d.]+", path))
    assert last > first


def test_limits_are_drawn_within_the_picture_although_no_value_comes_near() -> None:
    (path,) = of_class(series(chart((1.0, 1.0, 1.0), bounds=(150.0,)), WORDS), "limit")
    height = float(path.split(" ")[1].split("h")[0])
    assert 0 <= height < series_module.HEIGHT / 4


def test_where_nothing_was_measured_there_is_no_picture() -> None:
    assert series(chart(None, None), WORDS) == ""


def test_a_calendar_paints_each_field_in_its_place() -> None:
    rows = ((date(2026, 1, 1), (1, 1, 0, None)), (date(2026, 1, 2), (0, 0, 0, 0)))
    picture = days(Calendar("so-tnmt", ("missing", "measuring"), rows), WORDS)
    root = ElementTree.fromstring(picture)  # noqa: S314  # our own
    shapes = {shape.get("class"): shape.get("d", "") for shape in reversed(list(root))}
    spans = {
        kind: [(float(left), float(right)) for left, right in re.findall(r"M([\d.]+) [\d.]+H([\d.]+)", shapes[kind])]
        for kind in ("kind0", "kind1")
    }
    left, right = 68.0, days_module.WIDTH - 8.0
    quarter = (right - left) / 4
    assert spans["kind1"] == [(left, left + 2 * quarter)]
    assert spans["kind0"] == [(left + 2 * quarter, left + 3 * quarter), (left, right)]
    assert "01/01/2026" in picture
    assert "đang đo (00)" in picture
