"""What is watched where the configuration says little, and where it says much."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.core.dated_limit import LimitSpan
from gateway.core.findings import FindingRules
from gateway.core.instants import DAY_MS, HOUR_MS
from gateway.core.limits import LevelFractions, Limit
from gateway.core.quality import MaxStep, Observation, QualityFlag, QualityRules, QualityState, step
from tests.unit.config.wording import edited, faults, load_text

COD = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
AT = "gateway.yaml:17: instruments.probe.parameters.COD"


def watched(folder: Path, cod: str, *edits: tuple[str, str]) -> FindingRules:
    return load_text(edited((COD, COD.replace("scale: 0.1", cod)), *edits), folder).finding_rules


def test_by_default_what_the_receiver_would_report(tmp_path: Path) -> None:
    found = watched(tmp_path, "range: [0, 500]")
    assert found.lines[1].rules == QualityRules(flatline_ms=2 * HOUR_MS, range=(0.0, 500.0), min_coverage=75.0)
    assert (found.lines[1].days, found.lines[1].limits) == (None, ())
    assert [(group.name, group.symbols, group.rule.least) for group in found.groups] == [("probe", ("pH", "COD"), 2)]
    assert found.fractions == LevelFractions(0.8, 0.9, 1.0)


def test_nobody_wonders_about_a_night_without_sun(tmp_path: Path) -> None:
    rad = COD.replace("COD", "Rad").replace("mg/L", "W/m2")
    found = load_text(edited((COD, rad)), tmp_path).finding_rules
    assert found.lines[1].rules == QualityRules(negative=False, zero=False, min_coverage=75.0)
    assert found.groups == ()


def test_a_calm_is_usual_and_a_wind_below_zero_is_not(tmp_path: Path) -> None:
    wind = COD.replace("COD", "WS").replace("mg/L", "m/s")
    found = load_text(edited((COD, wind)), tmp_path).finding_rules
    assert found.lines[1].rules == QualityRules(negative=True, zero=False, min_coverage=75.0)


def test_what_is_computed_has_no_readings_of_its_own_that_could_be_missing(tmp_path: Path) -> None:
    load = 'computed:\n  - {symbol: COD_load, custom: true, unit: kg/h, formula: "COD * Flow / 1000", range: [0, 90]}\n'
    found = load_text(edited() + load, tmp_path).finding_rules
    assert found.lines[-1].rules == QualityRules(flatline_ms=2 * HOUR_MS, range=(0.0, 90.0), min_coverage=None)


def test_whatever_is_said_counts(tmp_path: Path) -> None:
    quality = "quality: {negative: false, zero: false, flatline: 30min, max_step: 5, per: 1min, over_limit: 3d}"
    found = watched(
        tmp_path,
        f"limit: {{max: 150}}, {quality}",
        ("reporting: {slot: 5min}", "reporting: {levels: {tendency: 70, preparing: 85}}"),
        ("poll: 5s", "poll: 5s\n    frozen: 0s"),
    )
    cod = found.lines[1]
    assert cod.rules == QualityRules(
        negative=False, zero=False, flatline_ms=HOUR_MS // 2, max_step=MaxStep(5.0, 60_000), min_coverage=75.0
    )
    assert cod.days is not None
    assert (cod.days.limit, cod.days.over_limit_ms) == ((None, None), 3 * DAY_MS)
    assert cod.limits == (LimitSpan(Limit(None, 150.0)),)
    assert found.groups == ()
    assert found.fractions == LevelFractions(0.7, 0.85, 1.0)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("{max: 30, over: 1h}", (Limit(None, 30.0, HOUR_MS),)),
        ('{standard: "QCVN 40:2011", column: B, kq: 0.9, kf: 1.1}', (Limit(None, 148.5),)),
        ('{standard: "QCVN 40:2011/BTNMT", column: A}', (Limit(None, 75.0),)),
    ],
)
def test_a_permit_is_bounds_or_a_standard(limit: str, expected: tuple[Limit, ...], tmp_path: Path) -> None:
    found = watched(tmp_path, f"limit: {limit}, suffix: _1").lines[1].limits
    assert tuple(span.limit for span in found) == expected


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (
            'limit: {standard: "QCVN 40:2010", column: A}',
            "limit: 'QCVN 40:2010' is not known; did you mean QCVN 40:2011?",
        ),
        ('limit: {standard: "QCVN 40:2011"}', "limit: QCVN 40:2011 has columns; write column: A or B"),
        (
            'limit: {standard: "QCVN 40:2011", column: A, kp: 1}',
            "limit.kp: QCVN 40:2011 has no kp; it has column and kq and kf",
        ),
        (
            'limit: {standard: "QCVN 40:2011", column: A, over: 1h}',
            "limit: has over and a standard; remove over: the standard knows over what it is meant",
        ),
        ("quality: {per: 1min}", "quality: has per without max_step; add max_step: the greatest change in that time"),
    ],
)
def test_refuses_what_cannot_be_watched(said: str, fault: str, tmp_path: Path) -> None:
    assert faults(edited((COD, COD.replace("scale: 0.1", said))), tmp_path) == [f"{AT}.{fault}"]


def test_hours_of_calibration_a_day_do_not_hide_what_is_over_its_limit_for_days(tmp_path: Path) -> None:
    rules = watched(tmp_path, "limit: {max: 150}").lines[1].days
    assert rules is not None
    rules = replace(rules, limit=(None, 150.0))  # as it is in force
    state, began = QualityState(), []
    for number in range(int(2.5 * DAY_MS) // HOUR_MS * 12):
        hour = number // 12 % 24
        state, events = step(state, Observation(number * HOUR_MS // 12, None if 2 <= hour < 5 else 151.0), rules)
        began += [(event.episode.kind, event.episode.begin_ms, number * HOUR_MS // 12) for event in events]
    assert began == [(QualityFlag.OVER_LIMIT_FOR_DAYS, 0, 2 * DAY_MS)]


OWN = """\
name: "GPMT 12/2026"
choices: {column: {B: {vi: Cột B}, C: {vi: Cột C}}}
limits:
  - {symbol: COD, unit: mg/L, cases: [{column: B, max: 9}, {column: C, max: 10, from: 2026-07-01}]}
"""


def test_an_integrators_own_table_may_name_its_columns_as_it_likes(tmp_path: Path) -> None:
    own = tmp_path / "standards" / "gpmt.yaml"
    own.parent.mkdir()
    own.write_text(OWN, encoding="utf-8")
    found = watched(tmp_path, 'limit: {standard: "GPMT 12/2026", column: C}').lines[1].limits
    july_ms = 1_782_838_800_000  # 2026-07-01T00:00+07:00
    assert [(span.limit, span.from_ms) for span in found] == [(Limit(None, 10), july_ms)]


def test_limits_follow_one_another(tmp_path: Path) -> None:
    limits = "[{max: 150, until: 2026-06-30}, {max: 100, from: 2026-07-01}]"
    first, second = watched(tmp_path, f"limit: {limits}").lines[1].limits
    assert (first.limit.highest, second.limit.highest) == (150.0, 100.0)
    assert first.until_ms == second.from_ms == 1_782_838_800_000
