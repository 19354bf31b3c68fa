"""Signals are pure, bounded, and move together as declared."""

import statistics
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from stationsim.signals import Counter, Signal, Signals

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING_MS = 1_767_200_400_000  # 2026-01-01 00:00 in Vietnam
HOUR_MS = 3_600_000


def signals(seed: int = 1, **by_symbol: Signal) -> Signals:
    return Signals(seed, ZONE, by_symbol)


def series(source: Signals, symbol: str, count: int = 4_000) -> list[float]:
    return [source.value(symbol, MORNING_MS + n * 1_000) for n in range(count)]


@given(st.integers(0, 2**41), st.integers())
def test_a_value_is_a_function_of_seed_and_time(at_ms: int, seed: int) -> None:
    signal = Signal(base=7.0, noise=0.2, daily_amplitude=0.3)
    first, second = signals(seed, pH=signal), signals(seed, pH=signal)
    second.value("pH", at_ms + 5_000)  # what was asked before changes nothing
    assert first.value("pH", at_ms) == second.value("pH", at_ms)
    assert first.value("pH", at_ms) == first.value("pH", at_ms // 1_000 * 1_000)


def test_another_seed_and_another_symbol_give_another_course() -> None:
    signal = Signal(base=7.0, noise=0.2)
    assert series(signals(1, pH=signal), "pH", 20) != series(signals(2, pH=signal), "pH", 20)
    both = signals(1, pH=signal, Temp=signal)
    assert series(both, "pH", 20) != series(both, "Temp", 20)


@given(st.integers(0, 2**41))
def test_values_stay_within_their_bounds(at_ms: int) -> None:
    source = signals(pH=Signal(base=7.0, noise=50.0, lowest=6.5, highest=7.5))
    assert 6.5 <= source.value("pH", at_ms) <= 7.5


def test_noise_has_about_the_declared_deviation_and_wanders_smoothly() -> None:
    values = series(signals(pH=Signal(base=7.0, noise=0.2)), "pH", 20_000)
    assert abs(statistics.mean(values) - 7.0) < 0.02
    assert 0.15 < statistics.stdev(values) < 0.25
    steps = [abs(after - before) for before, after in zip(values, values[1:], strict=False)]
    assert statistics.mean(steps) < 0.12  # independent draws of this deviation would be 0.23 apart


def test_daily_rhythm_rises_through_its_base_at_the_phase_in_local_time() -> None:
    source = signals(Flow=Signal(base=40.0, daily_amplitude=10.0, daily_phase_ms=7 * HOUR_MS))
    at = {hour: source.value("Flow", MORNING_MS + hour * HOUR_MS) for hour in (1, 7, 13, 19)}
    assert {hour: round(value, 6) for hour, value in at.items()} == {1: 30.0, 7: 40.0, 13: 50.0, 19: 40.0}


def test_correlated_parameters_move_together() -> None:
    source = signals(
        COD=Signal(base=70.0, noise=3.0),
        TSS=Signal(base=40.0, noise=0.5, correlated_with="COD", factor=0.6),
        Cl=Signal(base=1.0, noise=0.1),
    )
    cod = series(source, "COD")
    assert statistics.correlation(cod, series(source, "TSS")) > 0.9
    assert abs(statistics.correlation(cod, series(source, "Cl"))) < 0.3


def test_a_slow_analyser_keeps_its_value_for_its_step() -> None:
    source = signals(NH4=Signal(base=4.0, noise=0.3, step_ms=5_000))
    values = series(source, "NH4", 20)
    assert len(set(values)) == 4
    assert len(set(values[:5])) == 1


def test_a_direction_goes_round() -> None:
    north = series(signals(WD=Signal(base=2.0, noise=15.0, wrap=360.0)), "WD")
    assert all(0 <= value < 360 for value in north)
    assert min(north) < 40
    assert max(north) > 320
    assert not [value for value in north if 80 < value < 280]


def test_a_counter_grows_count_by_count_in_showers_wraps_and_begins_anew() -> None:
    plain = signals(Rain=Signal(base=3.0, counter=Counter(per_hour=12, count=0.2)))
    totals = series(plain, "Rain")
    growths = [round(after - before, 6) for before, after in zip(totals, totals[1:], strict=False)]
    assert set(growths) == {0.0, 0.2}
    assert abs(totals[3_600] - totals[0] - 12) <= 0.2
    wrapping = signals(Rain=Signal(base=0.0, counter=Counter(per_hour=600, count=0.5, wraps_at=10)))
    assert max(series(wrapping, "Rain")) == 9.5
    reset = signals(Rain=Signal(base=0.0, counter=Counter(per_hour=60, count=0.5, resets_ms=HOUR_MS)))
    assert reset.value("Rain", MORNING_MS + 5 * HOUR_MS) == 0.0
    assert reset.value("Rain", MORNING_MS + 6 * HOUR_MS - 1_000) >= 59
