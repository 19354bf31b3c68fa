"""Which time somebody asks to see: what cannot be is told, and each address leads to what it says."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from gateway.config import Language
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.texts import texts_in
from gateway.web.charts.chart_range import LASTING, LONGEST_MS, SHORTEST_MS, ChartRange, chart_range
from gateway.web.room import BadRequest, NotThere
from tests.support.journey import COD, MIDNIGHT_MS, PH
from tests.support.three_days import configuration

NOW_MS = MIDNIGHT_MS + 40 * DAY_MS
TEXTS = texts_in(Language.ENGLISH)


def asked(folder: Path, **query: str) -> ChartRange:
    named = {name.replace("show_", "show-"): value for name, value in query.items()}
    return chart_range(configuration(folder), named, NOW_MS, TEXTS)


def again(folder: Path, found: ChartRange) -> ChartRange:
    return chart_range(configuration(folder), dict(parse_qsl(found.query())), NOW_MS, TEXTS)


def test_without_a_wish_it_is_the_last_day_of_the_first_parameter(tmp_path: Path) -> None:
    found = asked(tmp_path)
    assert found.parameters == (PH,)
    assert found.until_ms == NOW_MS
    assert found.length_ms == DAY_MS
    assert found.lasting == "24h"


def test_days_are_whole_and_stand_on_the_stations_calendar(tmp_path: Path) -> None:
    found = asked(tmp_path, **{"from": "2026-01-05", "to": "2026-01-06", "show_COD": "1"})
    assert (found.from_ms, found.until_ms) == (MIDNIGHT_MS + 4 * DAY_MS, MIDNIGHT_MS + 6 * DAY_MS)
    assert found.parameters == (COD,)


def test_addresses_of_other_times_lead_there(tmp_path: Path) -> None:
    found = asked(tmp_path, **{"from": "2026-01-05T06:00", "to": "2026-01-06T06:00", "show_COD": "1", "show_pH": "1"})
    assert again(tmp_path, found) == found
    assert again(tmp_path, found.scaled(0.5)).length_ms == DAY_MS / 2
    assert again(tmp_path, found.scaled(2)).length_ms == 2 * DAY_MS
    assert again(tmp_path, found.moved(-0.5)).from_ms == found.from_ms - DAY_MS / 2
    for key in LASTING:
        assert again(tmp_path, found.last(key)).length_ms == LASTING[key]


def test_nobody_is_led_beyond_now_nor_beyond_what_may_be_asked(tmp_path: Path) -> None:
    found = asked(tmp_path)
    assert found.moved(1).until_ms == found.until_ms
    assert found.scaled(1e9).length_ms <= LONGEST_MS
    assert found.scaled(1e-9).length_ms == SHORTEST_MS
    assert again(tmp_path, found.scaled(1e9)).until_ms <= found.until_ms
    future = asked(tmp_path, **{"from": "2026-02-01", "to": "2026-12-31"})
    assert future.until_ms == found.until_ms


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"last": "9y"}, "wrong_last"),
        ({"from": "yesterday"}, "wrong_time"),
        ({"to": "2026-01-01"}, "wrong_time"),
        ({"from": "2026-01-07", "to": "2026-01-05"}, "wrong_order"),
        ({"from": "2027-01-07"}, "wrong_order"),
        ({"from": "1999-01-07", "to": "1999-01-08"}, "wrong_order"),
        ({"from": "2020-01-02", "to": "2026-01-05"}, "wrong_long"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "wrong_time"),
    ],
)
def test_a_time_that_cannot_be_is_told(tmp_path: Path, query: dict[str, str], told: str) -> None:
    with pytest.raises(BadRequest) as failed:
        asked(tmp_path, **query)
    assert str(failed.value) == TEXTS(f"page.charts.{told}")


def test_a_parameter_that_the_station_does_not_send_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotThere, match="does not send XX"):
        asked(tmp_path, show_XX="1")


def test_years_of_many_parameters_are_too_much_for_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.web.charts.chart_range.MOST_THROUGH_YEARS", 1)
    both = {"show_COD": "1", "show_pH": "1"}
    assert len(asked(tmp_path, last="365d", **both).parameters) == 2
    with pytest.raises(BadRequest, match="Choose 1 parameters"):
        asked(tmp_path, last="1096d", **both)


def test_a_range_is_as_long_as_it_says(tmp_path: Path) -> None:
    assert asked(tmp_path, last="6h").length_ms == 6 * HOUR_MS
