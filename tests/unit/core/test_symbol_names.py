"""What a word finds among the names of symbols."""

from __future__ import annotations

import pytest

from gateway.core.symbol_names import SymbolName, called, folded, matching, nearest

NAMES = (
    SymbolName("DO", None, "Oxy hòa tan", "Dissolved oxygen", (), ()),
    SymbolName("Color", None, "Độ màu", "Colour", ("Màu",), ("Colour",)),
    SymbolName("Turb", None, "Độ đục", "Turbidity", ("NTU",), ()),
    SymbolName("Cl", None, "Clo dư", "Residual chlorine", ("Clo",), ()),
    SymbolName("Chloride", None, "Clorua", "Chloride", ("Cl-",), ()),
    SymbolName("PM2,5", None, "Bụi PM2,5", "Particulate matter", ("Bụi",), ("PM2.5", "PM25")),
)


def symbols(found: tuple[SymbolName, ...]) -> list[str]:
    return [one.symbol for one in found]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("do", ["DO"]),  # a symbol, whole
        ("độ", ["Color", "Turb"]),  # written with its marks it is not DO
        ("do mau", ["Color"]),
        ("ĐỘ MÀU", ["Color"]),
        ("Đo^. duc", ["Turb"]),
        ("oxy hoà tan", ["DO"]),  # the mark on the other vowel
        ("pm2.5", ["PM2,5"]),
        ("pm 25", ["PM2,5"]),
        ("cl", ["Cl"]),
        ("Cl-", ["Chloride"]),
        ("Cl⁻", ["Chloride"]),  # as documents print it
        ("PM₂.₅", ["PM2,5"]),
        ("ＴＵＲＢ", ["Turb"]),
        ("chlor", ["Cl", "Chloride"]),
        ("bui", ["PM2,5"]),
        ("xyz", []),
        ("", []),
        ("  ", []),
        ("-", []),
    ],
)
def test_matching(word: str, expected: list[str]) -> None:
    assert symbols(matching(word, NAMES)) == expected


def test_called_wants_the_whole_word() -> None:
    assert symbols(called("turb", NAMES)) == ["Turb"]
    assert called("tur", NAMES) == ()


def test_decomposed_accents_are_the_same() -> None:
    assert symbols(called("Đo\u0323\u0302 ma\u0300u", NAMES)) == ["Color"]


def test_a_charge_is_not_folded_away() -> None:
    assert folded("NH4+") == "nh4+" != folded("NH4")
    assert folded("NH4+-N") == "nh4n"


@pytest.mark.parametrize(
    ("word", "symbol"), [("turbitidy", "Turb"), ("clo duu", "Cl"), ("qqqqqqq", None), ("a" * 65, None)]
)
def test_nearest(word: str, symbol: str | None) -> None:
    found = nearest(word, NAMES)
    assert (found and found.symbol) == symbol
