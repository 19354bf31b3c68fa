"""`gateway symbols`: found by symbol, spelling and name, for people and programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer

from gateway.cli.symbols import symbols
from gateway.core.errors import GatewayError


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(*word: str, kind: str | None = None) -> list[dict[str, Any]]:
        symbols(list(word), kind, as_json=True)
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return found

    return ask


def test_all_of_a_kind(shown: Any) -> None:
    found = shown(kind="emission")
    assert all("emission" in one["kinds"] for one in found)
    assert [one["symbol"] for one in found if one["in_circular"]][:3] == ["Flow", "Temp", "P"]
    declared = [one for one in found if not one["in_circular"]]
    assert found[-len(declared) :] == declared, "after those of the circular"
    assert {one["standard"] for one in declared} == {"QCVN 19:2009"}


def test_one_for_programs(shown: Any) -> None:
    (found,) = shown("amoni", kind="wastewater")
    assert (found["symbol"], found["unit"], found["as"], found["average"]) == ("NH4", "mg/L", "N", "mean")
    assert (found["vi"], found["en"]) == ("Amoni (tính theo N)", "Ammonium (as N)")
    assert "NH4-N" in found["aliases"]
    assert "NH4+" not in found["aliases"]
    assert found["factors"]["NH4"] == pytest.approx(0.77648, abs=1e-5)


@pytest.mark.parametrize(
    ("words", "symbol"),
    [
        (("nhu", "cầu", "oxy", "hóa"), "COD"),
        (("nhu cau oxy hoa",), "COD"),
        (("SS",), "TSS"),
        (("NH4+",), "NH4"),
        (("Chất rắn hòa tan",), "TDS"),
        (("hướng",), "WD"),
    ],
)
def test_words_find_a_symbol(shown: Any, words: tuple[str, ...], symbol: str) -> None:
    assert {one["symbol"] for one in shown(*words)} == {symbol}


def test_a_symbol_of_several_kinds_is_shown_in_each_unit(shown: Any) -> None:
    assert [(one["unit"], one["vi"]) for one in shown("NO2")] == [
        ("mg/Nm3", "Nitơ đioxit"),
        ("ug/Nm3", "Nitơ đioxit"),
        ("mg/L", "Nitrit (tính theo N)"),
    ]


def test_people_get_a_table_with_what_must_be_declared_apart(capsys: pytest.CaptureFixture[str]) -> None:
    symbols(["hydro", "florua"])
    above, head, below = capsys.readouterr().out.partition("Not in the circular's table")
    assert head
    assert "mg/Nm3" in above
    assert "ug/Nm3" in below
    symbols(["nh4-n"])
    assert "NH4 is counted as N; shown in another form: NH4 × 0.77648" in capsys.readouterr().out


def test_what_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(GatewayError, match=r"no symbol is called 'turbitidy'; did you mean Turb \(Độ đục, Turbidity\)"):
        symbols(["turbitidy"])
    with pytest.raises(GatewayError, match="no symbol is called 'qqqq'; all of them: gateway symbols"):
        symbols(["qqqq"])
    with pytest.raises(GatewayError, match="O3 is nothing of emission, but of ambient_air: leave --kind out"):
        symbols(["O3"], "emission")


def test_a_kind_that_is_none_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        symbols(None, "wastewate")
    assert ended.value.exit_code == 2
    assert "did you mean wastewater?" in capsys.readouterr().err
