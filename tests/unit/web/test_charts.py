"""Charts as they are drawn: nothing that was not measured, nothing outside of the picture, readable without colours,
and within what the page's security policy allows."""

from __future__ import annotations

import json
import re
from array import array
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import Language
from gateway.core.averaging import Averaging
from gateway.core.dated_limit import LimitSpan
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS
from gateway.core.limits import Limit
from gateway.core.reading import Parameter, Status
from gateway.records.columns import NOT_RECORDED, STATE_OF, Column
from gateway.reports.series import Series, SeriesSteps
from gateway.reports.thinning import thinned
from gateway.web.charts.numbers import series_to_csv, series_to_json
from gateway.web.charts.picture import draw_picture
from gateway.web.charts.sparkline import draw_sparkline
from gateway.web.charts.ticks import MOST_TICKS, time_ticks
from gateway.web.page_words import PageWords
from tests.support.journey import MIDNIGHT_MS, SLOT_MS

ZONE = "Asia/Ho_Chi_Minh"
GOLDEN = Path(__file__).parent / "golden/chart.svg"
NAN = float("nan")
MEASURING, CALIBRATING, FAULT = (STATE_OF[one] for one in (Status.MEASURING, Status.CALIBRATING, Status.FAULT))


def words(language: Language = Language.VIETNAMESE) -> PageWords:
    return PageWords.of(language, ZONE)


def series(slots: list[tuple[int, float]], width: int = 3, limits: tuple[LimitSpan, ...] = ()) -> Series:
    column = Column(
        Parameter("COD", "mg/L"), array("d", [value for _, value in slots]), bytearray(state for state, _ in slots)
    )
    until_ms = MIDNIGHT_MS + len(slots) * SLOT_MS

    def steps(wide: int) -> SeriesSteps:
        return SeriesSteps(MIDNIGHT_MS, until_ms, wide * SLOT_MS, tuple(thinned(column, Averaging.MEAN, wide)))

    return Series(column.parameter, "COD", 1, Averaging.MEAN, SLOT_MS, steps(width), steps(12), limits)


def a_day() -> Series:
    """Six hours of it: a rise over the limit, calibration, a fault, a hole, and a limit that changes at four."""
    slots = [(MEASURING, 60.0 + number) for number in range(72)]
    slots[9:12] = [(CALIBRATING, 20.0)] * 3
    slots[20:30] = [(FAULT, NAN)] * 10
    slots[40:47] = [(NOT_RECORDED, NAN)] * 7
    slots[48:51] = [(NOT_RECORDED, NAN)] * 3
    changes_ms = MIDNIGHT_MS + 4 * HOUR_MS
    limits = (
        LimitSpan(Limit(None, 150.0), until_ms=changes_ms),
        LimitSpan(Limit(None, 100.0), from_ms=changes_ms),
        LimitSpan(Limit(None, 110.0, DAY_MS)),
    )
    return series(slots, limits=limits)


def test_the_chart_is_the_one_that_a_person_looked_at() -> None:
    """`python -m tests.unit.web.test_charts` writes it anew."""
    assert str(draw_picture(a_day(), words(), "chart0")) == GOLDEN.read_text("utf-8").rstrip("\n")


@pytest.mark.parametrize(
    "draw", [lambda one: draw_picture(one, words(), "c"), lambda one: draw_sparkline(one, words())]
)
def test_it_carries_no_style_and_no_script_of_its_own(draw: object) -> None:
    assert callable(draw)
    picture = str(draw(a_day()))
    assert "style" not in picture
    assert not re.search(r"\son\w+=|<script|javascript:", picture)


def test_who_does_not_see_it_is_told_what_it_shows() -> None:
    root = ElementTree.fromstring(str(draw_picture(a_day(), words(Language.ENGLISH), "c")))  # noqa: S314  # our own
    told = {one.get("id"): one.text or "" for one in root if one.tag in ("title", "desc")}
    named = (root.get("aria-labelledby") or "").split()
    assert set(named) == set(told)
    assert told["c-t"] == "COD mg/L"
    assert "greatest 131.0 mg/L" in told["c-d"]
    assert "calibrating (01) for 15 min" in told["c-d"]
    assert "fault (02) for 50 min" in told["c-d"]


def test_each_kind_of_absence_has_a_pattern_and_a_row_of_its_own() -> None:
    root = ElementTree.fromstring(str(draw_picture(a_day(), words(), "c")))  # noqa: S314  # our own
    patterns = {one.get("id") for one in root.iter("pattern")}
    used = {(one.get("fill") or "")[5:-1] for one in root.iter("rect") if one.get("class") == "absent"}
    assert used == {"c-calibrating", "c-fault", "c-missing"}
    assert used <= patterns
    rows = [one for one in root.iter("g") if (one.get("class") or "").startswith("row")]
    assert [row.findtext("text") for row in rows] == ["01", "02", "–"]
    assert len({row.find("text").get("y") for row in rows}) == 3  # type: ignore[union-attr]


def test_a_limit_steps_where_another_comes_into_force() -> None:
    root = ElementTree.fromstring(str(draw_picture(a_day(), words(), "c")))  # noqa: S314  # our own
    lines = [one for one in root.iter("line") if one.get("class") == "limit"]
    places = sorted((one.get("x1"), one.get("x2")) for one in lines)
    assert places == [("0%", "100%"), ("0%", "66.667%"), ("66.667%", "100%")]
    labels = [one.text for one in root.iter("text") if "bound" in (one.get("class") or "")]
    assert sorted(label or "" for label in labels) == ["100", "110 (24 giờ)", "150"]


def test_a_hole_is_not_joined_over_and_a_lone_value_is_a_dot() -> None:
    slots = [(MEASURING, 5.0), (FAULT, NAN), (MEASURING, 6.0), (MEASURING, 7.0)]
    paths = re.findall(r'class="mean" d="([^"]+)"', str(draw_picture(series(slots, 1), words(), "c")))
    assert [path.count("L") for path in paths] == [0, 1]
    assert paths[0].endswith("h0")


SLOTS = st.lists(
    st.tuples(st.sampled_from([NOT_RECORDED, MEASURING, CALIBRATING, FAULT]), st.floats(-1e9, 1e9) | st.just(NAN)),
    min_size=1,
    max_size=80,
)


@given(SLOTS, st.integers(1, 20))
def test_whatever_was_measured_all_of_it_lies_within_the_picture(slots: list[tuple[int, float]], width: int) -> None:
    drawn = series([(state, NAN if state == NOT_RECORDED else value) for state, value in slots], width)
    for picture in (draw_picture(drawn, words(), "c"), draw_sparkline(drawn, words())):
        assert "nan" not in str(picture)
        root = ElementTree.fromstring(str(picture))  # noqa: S314  # our own
        for rect in root.iter("rect"):
            x, wide = (float((rect.get(name) or "").rstrip("%")) for name in ("x", "width"))
            assert x >= 0
            assert x + wide <= 100.001
        for path in root.iter("path"):
            if path.get("class") in ("mean", "band"):
                points = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d") or "")
                assert all(0 <= float(x) <= 2000 and 0 <= float(y) <= 1000 for x, y in points)


@given(st.integers(MIDNIGHT_MS, MIDNIGHT_MS + 900 * DAY_MS), st.integers(30, 1100 * 1440))
def test_a_time_axis_has_a_few_ticks_in_their_order(from_ms: int, minutes: int) -> None:
    ticks = time_ticks(from_ms, from_ms + minutes * MINUTE_MS, ZONE, words().wording)
    times = [one.at_ms for one in ticks]
    assert times == sorted(set(times))
    assert 1 <= len(times) <= MOST_TICKS + 1
    assert all(from_ms <= at_ms < from_ms + minutes * MINUTE_MS for at_ms in times)


def test_numbers_say_the_same_as_the_picture() -> None:
    shown = a_day()
    told = json.loads(series_to_json(shown, words()))
    assert told["greatest"] == [step.greatest for step in shown.drawn.steps]
    assert len({len(told[name]) for name in ("times", "least", "mean", "greatest", "fault", "missing", "slots")}) == 1
    assert [one["kind"] for one in told["absent"]] == ["calibrating", "fault", "missing", "missing"]
    assert [one["value"] for one in told["limits"]] == [100.0, 110.0, 150.0]
    assert told["from"] * 1000 == MIDNIGHT_MS


def test_a_table_of_what_is_shown_has_a_row_for_each_step() -> None:
    lines = series_to_csv([a_day()], ZONE).decode().split("\r\n")
    assert lines[0] == "begin,end,parameter,unit,least,mean,greatest,slots,00,01,02,missing"
    assert lines[1] == "2026-01-01T00:00:00+07:00,2026-01-01T00:15:00+07:00,COD,mg/L,60.0,61.0,62.0,3,3,0,0,0"
    assert len(lines) == 1 + 24 + 1


if __name__ == "__main__":
    GOLDEN.write_text(f"{draw_picture(a_day(), words(), 'chart0')}\n", "utf-8")
