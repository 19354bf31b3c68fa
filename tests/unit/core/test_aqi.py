"""VN_AQI: worked examples by hand, the whole table, and when there is no index."""

from __future__ import annotations

import pytest

from gateway.config.builtin_tables.regulations import air_scale
from gateway.core.aqi import AirQuality, daily, hourly, index_of, nowcast
from gateway.core.instants import HOUR_MS

SCALE = air_scale()
INDEX = [0, 50, 100, 150, 200, 300, 400, 500]
TABLE = {
    ("O3", 1): [0, 160, 200, 300, 400, 800, 1000, 1200],
    ("O3", 8): [0, 100, 120, 170, 210, 400],
    ("CO", 1): [0, 10000, 30000, 45000, 60000, 90000, 120000, 150000],
    ("SO2", 1): [0, 125, 350, 550, 800, 1600, 2100, 2630],
    ("NO2", 1): [0, 100, 200, 700, 1200, 2350, 3100, 3850],
    ("PM10", 24): [0, 50, 150, 250, 350, 420, 500, 600],
    ("PM2,5", 24): [0, 25, 50, 80, 150, 250, 350, 500],
}


def index(symbol: str, hours: int, concentration: float | None) -> int | None:
    points = SCALE.points_of(symbol, hours * HOUR_MS)
    assert points is not None
    return index_of(concentration, SCALE, points)


class TestIndex:
    @pytest.mark.parametrize(("symbol", "hours"), TABLE)
    def test_every_breakpoint_has_its_index(self, symbol: str, hours: int) -> None:
        row = TABLE[symbol, hours]
        assert [index(symbol, hours, point) for point in row] == INDEX[: len(row)]

    @pytest.mark.parametrize(
        ("symbol", "hours", "concentration", "expected"),
        [
            ("PM2,5", 24, 35.0, 70),  # 50 + 50/25 × 10
            ("PM2,5", 24, 12.25, 25),  # 24.5: half up, not to the even 24
            ("PM10", 24, 200.0, 125),  # 100 + 50/100 × 50
            ("SO2", 1, 62.5, 25),
            ("CO", 1, 12_345.0, 56),  # 50 + 50/20000 × 2345 = 55.8625
            ("O3", 8, 300.0, 247),  # 200 + 100/190 × 90 = 247.37
            ("NO2", 1, 2350.1, 300),
            ("PM2,5", 24, 500.0, 500),
            ("PM2,5", 24, 5000.0, 500),
            ("O3", 8, 400.1, None),
            ("SO2", 1, -0.1, None),
            ("SO2", 1, None, None),
        ],
    )
    def test_by_hand(self, symbol: str, hours: int, concentration: float | None, expected: int | None) -> None:
        assert index(symbol, hours, concentration) == expected

    @pytest.mark.parametrize(
        ("value", "colour", "vi"),
        [
            (0, "#00e400", "Tốt"),
            (50, "#00e400", "Tốt"),
            (51, "#ffff00", "Trung bình"),
            (100, "#ffff00", "Trung bình"),
            (150, "#ff7e00", "Kém"),
            (151, "#ff0000", "Xấu"),
            (300, "#8f3f97", "Rất xấu"),
            (301, "#7e0023", "Nguy hại"),
            (500, "#7e0023", "Nguy hại"),
        ],
    )
    def test_classes(self, value: int, colour: str, vi: str) -> None:
        found = SCALE.class_of(value)
        assert (found.colour, found.vi) == (colour, vi)
        assert found.en


class TestNowcast:
    def test_by_hand(self) -> None:
        """w = 40/80 = 1/2; only three hours known, ages 0, 1, 3: (80 + 60/2 + 40/8) / (1 + 1/2 + 1/8) = 115/1.625."""
        assert nowcast([40.0, None, 60.0, 80.0]) == pytest.approx(115 / 1.625, rel=1e-15)

    def test_a_steady_range_weighs_the_hours_alike(self) -> None:
        """w = 90/100: (100 + 90 × 0.9) / 1.9 = 181/1.9."""
        assert nowcast([90.0, 100.0]) == pytest.approx(181 / 1.9, rel=1e-15)

    def test_the_newest_hour_doubles(self) -> None:
        assert nowcast([50.0] * 11 + [100.0]) == pytest.approx(50 + 50 / (2 - 2**-11), rel=1e-15)

    def test_no_hour_weighs_less_than_half_of_the_next(self) -> None:
        """The range would give w = 10/90; it is 1/2: (90 + 50/2 + 10/4) / (1 + 1/2 + 1/4) = 117.5/1.75."""
        assert nowcast([10.0, 50.0, 90.0]) == pytest.approx(117.5 / 1.75, rel=1e-15)

    def test_equal_hours_are_their_own_mean(self) -> None:
        assert nowcast([33.3] * 12) == 33.3

    def test_only_the_newest_twelve_hours_count(self) -> None:
        assert nowcast([9999.0] + [33.3] * 12) == 33.3

    @pytest.mark.parametrize(
        ("newest", "known"),
        [
            ([1.0, 1.0, 1.0], True),
            ([None, 1.0, 1.0], True),
            ([1.0, None, 1.0], True),
            ([1.0, 1.0, None], True),
            ([1.0, None, None], False),
            ([None, None, 1.0], False),
        ],
    )
    def test_two_of_the_newest_three_must_be_there(self, newest: list[float | None], known: bool) -> None:
        assert (nowcast([1.0] * 9 + newest) is not None) is known

    def test_no_dust_is_none_and_below_it_there_is_no_index(self) -> None:
        assert nowcast([0.0] * 12) == 0.0
        assert nowcast([-1.0] * 12) is None
        assert nowcast([]) is None


class TestHourly:
    def test_the_worst_parameter_is_the_stations(self) -> None:
        quality = hourly(SCALE, {"PM2,5": [35.0] * 12, "SO2": [None, 62.5], "O3": [180.0], "Temp": [30.0]})
        assert quality == AirQuality(75, "O3", SCALE.classes[1], (("O3", 75), ("SO2", 25), ("PM2,5", 70)))

    def test_without_dust_the_station_has_no_index_but_its_gases_have(self) -> None:
        assert hourly(SCALE, {"O3": [180.0], "PM10": [None] * 12}) == AirQuality(
            None, None, None, (("O3", 75), ("PM10", None))
        )

    def test_a_gas_without_its_hour_has_none(self) -> None:
        assert hourly(SCALE, {"PM10": [50.0] * 3, "SO2": [1.0, None]}).by_symbol == (("SO2", None), ("PM10", 50))


class TestDaily:
    def test_dust_by_the_mean_gases_by_the_greatest_hour(self) -> None:
        """PM10: 12 × 100 and 12 × 200 make 150 → 100. NO2: its greatest hour 150 → 75."""
        quality = daily(SCALE, {"PM10": [100.0] * 12 + [200.0] * 12, "NO2": [10.0] * 23 + [150.0]})
        assert quality.by_symbol == (("NO2", 75), ("PM10", 100))
        assert (quality.index, quality.symbol) == (100, "PM10")

    def test_ozone_by_the_worse_of_an_hour_and_eight(self) -> None:
        """Eight hours of 145: 100 + 50/50 × 25 = 125; as an hour only 145/160 × 50 = 45."""
        series = [20.0] * 8 + [145.0] * 8 + [20.0] * 8
        assert daily(SCALE, {"PM10": [0.0] * 24, "O3": series}).by_symbol[0] == ("O3", 125)

    def test_eight_hours_may_be_the_first_or_the_last_of_the_day(self) -> None:
        first, last = [145.0] * 8 + [20.0] * 16, [20.0] * 16 + [145.0] * 8
        for series in (first, last):
            assert daily(SCALE, {"PM10": [0.0] * 24, "O3": series}).by_symbol[0] == ("O3", 125)

    def test_ozone_beyond_the_table_of_eight_hours_is_told_by_the_hour(self) -> None:
        assert daily(SCALE, {"PM10": [0.0] * 24, "O3": [900.0] * 24}).by_symbol[0] == ("O3", 350)

    def test_eighteen_hours_are_enough(self) -> None:
        enough, short = [100.0] * 18 + [None] * 6, [100.0] * 17 + [None] * 7
        assert daily(SCALE, {"PM10": enough}).index == 75
        assert daily(SCALE, {"PM10": short}).index is None

    def test_a_day_has_24_hours(self) -> None:
        with pytest.raises(ValueError, match="24 hours, not 23"):
            daily(SCALE, {"PM10": [1.0] * 23})
