"""`reporting.counting`: how an office counts, as far as no regulation says."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import load
from gateway.config.counting import CountingSettings
from gateway.core.clock_means import CountingRules, DayBy, Windows
from gateway.core.errors import ConfigError
from tests.support.three_days import YAML


def configured(folder: Path, counting: str) -> CountingRules:
    file = folder / "gateway.yaml"
    file.write_text(f"{YAML.format(storage=folder)}reporting: {{counting: {counting}}}\n", "utf-8")
    return load(file, {"HOME": "secret"}).reporting.counting.rules


def test_nothing_said_is_what_the_guide_says(tmp_path: Path) -> None:
    assert (
        configured(tmp_path, "{}")
        == CountingSettings().rules
        == CountingRules(75.0, Windows.EACH_HOUR, DayBy.DAY_MEAN, 2)
    )


def test_an_office_may_count_otherwise(tmp_path: Path) -> None:
    written = "{min_coverage: 66.7, windows: side_by_side, every_value: hour_mean, days_in_a_row: 3}"
    assert configured(tmp_path, written) == CountingRules(66.7, Windows.SIDE_BY_SIDE, DayBy.HOUR_MEAN, 3)


@pytest.mark.parametrize(
    ("counting", "said"),
    [
        ("{min_coverage: 0}", "0 is out of bounds"),
        ("{min_coverage: 101}", "101 is out of bounds"),
        ("{windows: fixed}", "each_hour"),
        ("{every_value: mean}", "day_mean"),
        ("{days_in_a_row: 0}", "days_in_a_row"),
        ("{days_in_a_row: 1.5}", "days_in_a_row"),
        ("{min_covrage: 75}", "min_coverage"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(tmp_path: Path, counting: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        configured(tmp_path, counting)
    assert said in str(refused.value)
