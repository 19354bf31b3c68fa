"""`gateway limits`: which number is compared, on which day, by which table; and the tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer

from gateway.audit.in_force import tell_limits
from gateway.cli.limits import limits
from gateway.config import Configuration
from gateway.core.errors import GatewayError
from gateway.core.instants import day_begins_ms
from gateway.core.record import Record
from gateway.core.slot import Slot
from tests.support.journey import SLOT_MS, Journey
from tests.unit.config.wording import STATION, load_text

AIR = STATION.replace("wastewater", "ambient_air").replace(
    '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}',
    '{symbol: "PM2,5", unit: ug/Nm3, register: "input:2", type: uint16, limit: {standard: "QCVN 05:2023"}}',
)
KEYS = ["symbol", "min", "max", "over", "standard", "column", "coefficients", "from", "until"]
Shown = Callable[..., list[dict[str, Any]]]


def water(limit: str) -> str:
    return STATION.replace("scale: 0.1}", f"scale: 0.1, limit: {limit}}}")


@pytest.fixture
def configured(tmp_path: Path) -> Callable[[str], Configuration]:
    """Beside a database if there is one in the test."""

    def make(text: str) -> Configuration:
        return load_text(f"{text}storage: {{path: {tmp_path}}}\n", tmp_path)

    return make


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Shown:
    def ask(configuration: Configuration, on: str | None = None, *, every: bool = False) -> list[dict[str, Any]]:
        limits(on, every, standards=False, standard=None, config=configuration.file, as_json=True)
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return found

    return ask


def said(configuration: Configuration, capsys: pytest.CaptureFixture[str], on: str | None = None) -> list[str]:
    limits(on, every=False, standards=False, standard=None, config=configuration.file, as_json=False)
    return capsys.readouterr().out.splitlines()


def test_law_has_dates(configured: Callable[[str], Configuration], shown: Shown) -> None:
    configuration = configured(AIR)
    found = {
        day: [one["max"] for one in shown(configuration, day) if one["over"] == "24h"]
        for day in ("2023-09-11", "2023-09-12", "2025-12-31", "2026-01-01")
    }
    assert list(found.values()) == [[], [50], [50], [45]]
    last, next_one = (one for one in shown(configuration, "2026-01-01", every=True) if one["over"] == "24h")
    assert (last["from"], last["until"], last["in_force"]) == ("2023-09-12", "2025-12-31", False)
    assert (next_one["from"], next_one["until"], next_one["in_force"]) == ("2026-01-01", None, True)


def test_legal_weight_is_seen(
    configured: Callable[[str], Configuration], shown: Shown, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration = configured(water('{standard: "QCVN 40:2011", column: B, kq: 0.9}'))
    (cod,) = shown(configuration, "2026-05-01")
    assert list(cod)[: len(KEYS)] == KEYS
    assert {key: cod[key] for key in KEYS} == {
        "symbol": "COD",
        "min": None,
        "max": 135,
        "over": None,
        "standard": "QCVN 40:2011",
        "column": "B",
        "coefficients": {"kq": 0.9, "kf": 1},
        "from": "2012-02-15",
        "until": "2031-12-31",
    }
    assert (cod["left_out"], cod["written"]) == (["kf"], {"min": None, "max": 150})
    assert cod["source"]
    lines = said(configuration, capsys, "2026-05-01")
    assert lines[0] == "limits on 2026-05-01, by the configuration: no gateway has run here"
    assert lines[1] == (
        "COD        at most 135 mg/L (QCVN 40:2011, column B, Kq = 0.9, Kf = 1 (left out, counts as 1);"
        " the table says 150), from 2012-02-15 until 2031-12-31"
    )
    assert lines[-1].startswith("QCVN 40:2011: replaced by QCVN 40:2025 from 2025-09-01; existing sites may follow")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2012-02-14", "not in force yet: from 2012-02-15"),
        ("2025-08-31", "to be replaced by QCVN 40:2025 from 2025-09-01; existing sites may follow this one until"),
        ("2025-09-01", "replaced by QCVN 40:2025 from 2025-09-01"),
        ("2032-01-01", "no longer in force since 2032-01-01"),
    ],
)
def test_how_the_standard_stands_on_that_day(
    configured: Callable[[str], Configuration], capsys: pytest.CaptureFixture[str], day: str, words: str
) -> None:
    configuration = configured(water('{standard: "QCVN 40:2011", column: B, kq: 0.9, kf: 1}'))
    assert any(line.startswith(f"QCVN 40:2011: {words}") for line in said(configuration, capsys, day))


def test_a_line_without_a_limit_on_the_day_says_when_there_is_one(
    configured: Callable[[str], Configuration], shown: Shown, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration = configured(water("[{max: 60, until: 2026-03-31}, {max: 50, from: 2026-05-01}]"))
    assert [shown(configuration, f"2026-0{month}-15")[0]["max"] for month in (3, 5)] == [60, 50]
    assert shown(configuration, "2026-04-15") == []
    assert said(configuration, capsys, "2026-04-15")[1] == (
        "COD        no limit on this day: the last ended with 2026-03-31, the next begins with 2026-05-01"
    )


def test_what_ran_counts_and_what_the_configuration_says_of_that_day_is_said(
    configured: Callable[[str], Configuration], shown: Shown, capsys: pytest.CaptureFixture[str], journey: Journey
) -> None:
    may_ms = day_begins_ms(date(2026, 5, 1), "Asia/Ho_Chi_Minh")
    tell_limits(journey.database, configured(water("{max: 80}")).finding_rules, may_ms)
    journey.records.add(Record(Slot(may_ms + SLOT_MS, SLOT_MS), (), ()), may_ms + SLOT_MS)
    changed = configured(water("{max: 60}"))
    tell_limits(journey.database, changed.finding_rules, may_ms + 2 * SLOT_MS)
    (before,) = shown(changed, "2026-04-30")
    assert (before["max"], before["differs"], before["until"]) == (80, True, "2026-05-01")
    assert [(one["max"], one["in_force"]) for one in shown(changed, "2026-05-01")] == [(80, True), (60, True)]
    (after,) = shown(changed, "2026-05-02")
    assert (after["max"], after["differs"]) == (60, False)
    assert said(changed, capsys, "2026-04-30")[-1] == ("COD: today's configuration and tables say at most 60 mg/L")
    not_started = configured(water("{max: 40}"))
    (now,) = shown(not_started)
    assert (now["max"], now["differs"]) == (60, True)
    gone = configured(STATION)
    assert shown(gone, "2026-04-30")[0]["max"] == 80
    assert said(gone, capsys, "2026-04-30")[-1].endswith("say that there is no limit")


def test_what_runs_as_it_is_configured_does_not_differ(
    configured: Callable[[str], Configuration], shown: Shown, capsys: pytest.CaptureFixture[str], journey: Journey
) -> None:
    """Its coefficients come back from the journal in the order of the table."""
    configuration = configured(water('{standard: "QCVN 40:2011", column: B, kq: 0.9, kf: 1.1}'))
    tell_limits(journey.database, configuration.finding_rules, 1)
    (cod,) = shown(configuration, "2026-05-01")
    assert (cod["differs"], list(cod["coefficients"])) == (False, ["kq", "kf"])
    assert said(configuration, capsys, "2026-05-01")[:2] == [
        "limits on 2026-05-01, as the gateway held them",
        "COD        at most 148.5 mg/L (QCVN 40:2011, column B, Kq = 0.9, Kf = 1.1; the table says 150),"
        " from 2012-02-15 until 2031-12-31",
    ]


@pytest.mark.parametrize("text", ["31/12/2026", "2026-02-30", "tomorrow"])
def test_a_day_that_is_none_is_refused(
    configured: Callable[[str], Configuration], capsys: pytest.CaptureFixture[str], text: str
) -> None:
    with pytest.raises(typer.Exit) as refusal:
        limits(text, every=False, standards=False, standard=None, config=configured(AIR).file, as_json=False)
    assert refusal.value.exit_code == 2
    assert "year-month-day" in capsys.readouterr().err


OWN = """\
name: "GPMT 12/2026"
title: {vi: Giấy phép môi trường, en: Environmental permit}
until: 2033-01-01
choices: {flow: {small: {vi: Dưới 100 m3/ngày, en: Below 100 m3 a day}, large: }}
coefficients: {k: {least: 0.8, most: 1.2, vi: Hệ số, en: Factor}}
sources: {permit: {title: "GPMT 12/2026, phụ lục 1"}}
limits:
  - {symbol: COD, unit: mg/L, cases: [{flow: small, max: 90}, {flow: large, max: 60}]}
"""


def test_tables_are_shown_the_own_ones_too_and_without_a_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "standards").mkdir()
    (tmp_path / "standards" / "gpmt.yaml").write_text(OWN, "utf-8")
    file = tmp_path / "gateway.yaml"
    limits(None, every=False, standards=True, standard=None, config=file, as_json=True)
    found = {one["standard"]: one for one in json.loads(capsys.readouterr().out)}
    assert {"QCVN 40:2011", "QCVN 19:2009", "QCVN 05:2023", "GPMT 12/2026"} <= found.keys()
    assert [name for name, one in found.items() if one["own"]] == ["GPMT 12/2026"]
    assert found["QCVN 40:2011"]["replaced_by"] == {"standard": "QCVN 40:2025", "from": "2025-09-01"}
    limits(None, every=False, standards=False, standard="GPMT 12/2026", config=file, as_json=True)
    whole = json.loads(capsys.readouterr().out)
    assert [(one["of"], one["max"], one["scaled_by"]) for one in whole["limits"]] == [
        ({"flow": ["small"]}, 90, ["k"]),
        ({"flow": ["large"]}, 60, ["k"]),
    ]
    assert whole["meanings"]["flow"]["small"] == {"vi": "Dưới 100 m3/ngày", "en": "Below 100 m3 a day"}
    limits(None, every=False, standards=False, standard="GPMT 12/2026", config=file, as_json=False)
    text = capsys.readouterr().out
    assert "k: Factor (Hệ số): 0.8 to 1.2" in text
    assert "COD: at most 90 mg/L, flow small (times k)" in text


def test_every_table_that_ships_is_shown_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "gateway.yaml"
    limits(None, every=False, standards=True, standard=None, config=file, as_json=True)
    for one in json.loads(capsys.readouterr().out):
        limits(None, every=False, standards=False, standard=one["standard"], config=file, as_json=False)
        assert capsys.readouterr().out.startswith(one["standard"])


def test_a_table_that_is_not_there_is_told_with_a_guess(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match="did you mean QCVN 40:2011"):
        limits(None, standards=False, every=False, standard="QCVN 40:2010", config=tmp_path / "x.yaml", as_json=False)
