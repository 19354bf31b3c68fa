"""Pictures: nothing is drawn that was not measured, and nothing measured falls outside."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from gateway.config import Language
from gateway.core.dated_limit import LimitSpan
from gateway.core.limits import Limit
from gateway.reports.document import Calendar, Chart
from gateway.reports.formats.cells import CellWords
from gateway.reports.pictures.axis import axis
from gateway.reports.pictures.calendar import WIDTH, draw_calendar
from gateway.reports.pictures.chart import HEIGHT, draw_chart
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


def chart(*steps: tuple[float, float, float] | None, limits: tuple[Limit, ...] = ()) -> Chart:
    return Chart("COD", "mg/L", MIDNIGHT_MS, HOUR_MS, steps, tuple(map(LimitSpan, limits)))


def of_class(picture: str, name: str) -> list[str]:
    root = ElementTree.fromstring(picture)  # noqa: S314  # our own
    return [shape.get("d", "") for shape in root.iter() if shape.get("class") == name]


def test_a_hole_is_not_joined_over() -> None:
    step = (1.0, 2.0, 3.0)
    picture = draw_chart(chart(step, step, None, step, step), WORDS)
    assert len(of_class(picture, "mean")) == len(of_class(picture, "band")) == 2
    ends = [re.findall(r"[\d.]+ [\d.]+", path) for path in of_class(picture, "mean")]
    assert [len(points) for points in ends] == [2, 2]


def test_a_lone_value_is_seen() -> None:
    (path,) = of_class(draw_chart(chart(None, (5.0, 5.0, 5.0), None), WORDS), "mean")
    (first, last) = (float(x) for x in re.findall(r"([\d.]+) [\d.]+", path))
    assert last > first


def test_limits_are_drawn_within_the_picture_although_no_value_comes_near() -> None:
    (path,) = of_class(draw_chart(chart((1.0, 1.0, 1.0), limits=(Limit(None, 150.0),)), WORDS), "limit")
    height = float(path.split(" ")[1].split("h")[0])
    assert 0 <= height < HEIGHT / 4


def labels(picture: str) -> list[tuple[str, float]]:
    root = ElementTree.fromstring(picture)  # noqa: S314  # our own
    found = [text for text in root.iter() if text.get("class") == "end bound"]
    return [(text.text or "", float(text.get("y", ""))) for text in found]


def test_each_limit_that_is_drawn_is_labelled_and_no_label_covers_another() -> None:
    step = (1.0, 2.0, 9.0)
    told = labels(draw_chart(chart(step, step, limits=(Limit(5.5, 9.0),)), WORDS))
    assert [name for name, _ in told] == ["5,5", "9"]
    close = labels(draw_chart(chart(step, step, limits=(Limit(None, 9.0), Limit(8.9), Limit(8.8))), WORDS))
    heights = sorted(y for _, y in close)
    assert all(0 < y < HEIGHT for y in heights)
    assert all(below - above >= 8 for above, below in pairwise(heights))


def test_a_limit_of_means_is_drawn_where_values_come_near_it() -> None:
    day = Limit(None, 125.0, 24 * HOUR_MS)
    assert labels(draw_chart(chart((10.0, 100.0, 120.0), limits=(day,)), WORDS))[0][0] == "125 (24 giờ)"
    assert of_class(draw_chart(chart((1.0, 2.0, 3.0), limits=(day,)), WORDS), "limit") == []


def luminance(colour: str) -> float:
    """Relative, 0 to 1 (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_kinds_of_fields_are_told_apart_without_colours() -> None:
    """By lightness alone: what every colour-blind eye and every grey print keeps."""
    style = files("gateway.reports.formats").joinpath("page.css").read_text("utf-8")
    colours = dict(re.findall(r"svg \.(kind\d) \{ fill: (#[0-9a-f]+)", style))
    light = [luminance(colour.replace("#fff", "#ffffff")) for _, colour in sorted(colours.items())]
    assert len(light) == 4
    assert all((lighter + 0.05) / (darker + 0.05) > 1.3 for lighter, darker in pairwise(light))


def test_the_colours_of_the_air_are_those_of_the_decision() -> None:
    rows = ((date(2026, 1, 1), (0, 1, 1, None)),)
    picture = draw_calendar(Calendar("picture.air_hours", ("air_none", "air_good"), rows, ("", "#00e400")), WORDS)
    assert picture.count('fill="#00e400"') == 2, "the field and its legend"
    assert "Tốt (0–50)" in picture
    assert 'aria-label="VN_AQI giờ"' in picture


def test_where_nothing_was_measured_there_is_no_picture() -> None:
    assert draw_chart(chart(None, None), WORDS) == ""


def test_a_calendar_paints_each_field_in_its_place() -> None:
    rows = ((date(2026, 1, 1), (1, 1, 0, None)), (date(2026, 1, 2), (0, 0, 0, 0)))
    picture = draw_calendar(Calendar("so-tnmt", ("missing", "measuring"), rows), WORDS)
    root = ElementTree.fromstring(picture)  # noqa: S314  # our own
    shapes = {shape.get("class"): shape.get("d", "") for shape in reversed(list(root))}
    spans = {
        kind: [(float(left), float(right)) for left, right in re.findall(r"M([\d.]+) [\d.]+H([\d.]+)", shapes[kind])]
        for kind in ("kind0", "kind1")
    }
    left, right = 44.0, WIDTH - 8.0
    quarter = (right - left) / 4
    assert spans["kind1"] == [(left, left + 2 * quarter)]
    assert spans["kind0"] == [(left + 2 * quarter, left + 3 * quarter), (left, right)]
    assert "01/01" in picture
    assert "đang đo (00)" in picture


def test_a_limit_is_drawn_over_the_time_in_which_it_was_in_force_alone() -> None:
    """A change of law at noon: a step in the line, and each number at its own end of it."""
    noon_ms, step = MIDNIGHT_MS + 12 * HOUR_MS, (1.0, 2.0, 40.0)
    limits = (LimitSpan(Limit(None, 50.0), until_ms=noon_ms), LimitSpan(Limit(None, 45.0), from_ms=noon_ms))
    picture = draw_chart(Chart("PM2,5", "ug/Nm3", MIDNIGHT_MS, HOUR_MS, (step,) * 24, limits), WORDS)
    lines = [re.fullmatch(r"M([\d.]+) ([\d.]+)h([\d.]+)", path) for path in of_class(picture, "limit")]
    (second, first) = sorted((tuple(map(float, one.groups())) for one in lines if one), reverse=True)
    assert first[0] + first[2] == second[0], "where one ends the other begins"
    assert first[2] == second[2]
    assert first[1] < second[1], "50 stands above 45"
    assert [name for name, _ in labels(picture)] == ["45", "50"]
    ends = [float(x) for x in re.findall(r'<text class="end bound" x="([\d.]+)"', picture)]
    assert ends[1] == second[0] - 3, "50 is labelled where its line ends"
