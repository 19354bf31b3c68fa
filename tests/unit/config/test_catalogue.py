"""The regulation's symbols as shipped, against a second copy of the table: symbols of each medium with their units."""

from __future__ import annotations

import pytest

from gateway.config import StationKind
from gateway.config.builtin_tables.catalogue import (
    aliases,
    canonical,
    declared_by,
    expected_units,
    form_of,
    forms,
    media_of,
    other_form,
    symbols,
)
from gateway.config.builtin_tables.molar_masses import molar_masses
from gateway.config.builtin_tables.names import name_of, symbol_meant, symbol_names
from gateway.config.standards.shelf import StandardShelf

TABLE = {
    StationKind.WASTEWATER: "Flow m3/h, Temp oC, Color Pt-Co, pH -, TSS mg/L, COD mg/L, NH4 mg/L, TP mg/L, TN mg/L, "
    "TOC mg/L, Cl mg/L",
    StationKind.SURFACE_WATER: "Flow m3/h, Temp oC, Color Pt-Co, pH -, TSS mg/L, COD mg/L, NH4 mg/L, TP mg/L, TN mg/L, "
    "TOC mg/L, Cl mg/L, DO mg/L, NO3 mg/L, PO4 mg/L, EC uS/cm, Turb NTU, Salt ppt, Level m, BOD5 mg/L",
    StationKind.EMISSION: "Flow m3/h, Temp oC, P kPa, NO mg/Nm3, NO2 mg/Nm3, NOx mg/Nm3, CO mg/Nm3, SO2 mg/Nm3, O2 %V, "
    "H2S mg/Nm3, NH3 mg/Nm3, VHg mg/Nm3, PM mg/Nm3, HCl mg/Nm3, HF mg/Nm3",
    StationKind.AMBIENT_AIR: "Temp oC, RH %, P hPa, NO ug/Nm3, NO2 ug/Nm3, NOx ug/Nm3, CO ug/Nm3, SO2 ug/Nm3, "
    "O3 ug/Nm3, PM10 ug/Nm3, PM2;5 ug/Nm3, WS m/s, WD degree, Rad W/m2, Rain mm",
}


@pytest.mark.parametrize("kind", TABLE)
def test_has_the_table_of_each_medium(kind: StationKind) -> None:
    shipped = {
        (symbol, usage.unit)
        for symbol, usages in symbols().items()
        for usage in usages
        if kind in usage.media and usage.standard is None
    }
    expected = {tuple(entry.replace(";", ",").split(" ")) for entry in TABLE[kind].split(", ")}
    assert shipped == expected


def test_knows_units_by_symbol() -> None:
    assert expected_units("SO2") == ("mg/Nm3", "ug/Nm3")
    assert expected_units("so2") == ()
    assert media_of("SO2", "ug/Nm3") == (StationKind.AMBIENT_AIR,)
    assert media_of("SO2", "ppm") == ()


def test_hazardous_gases_are_known_at_an_ambient_station_and_told_to_be_declared() -> None:
    for symbol in ("H2S", "NH3", "HCl", "HF", "Cl2", "TSP", "Pb", "Benzene"):
        assert declared_by(symbol, "ug/Nm3", StationKind.AMBIENT_AIR) == "QCVN 05:2023"
    assert declared_by("H2S", "mg/Nm3", StationKind.EMISSION) is None, "in the circular's table"
    assert declared_by("BOD5", "mg/L", StationKind.SURFACE_WATER) is None
    assert declared_by("BOD5", "mg/L", StationKind.WASTEWATER) == "QCVN 40:2011"
    assert declared_by("Cl2", "ug/Nm3", StationKind.EMISSION) is None, "nobody's: told as of another kind"
    assert expected_units("BOD5") == ("mg/L",)


def test_a_standards_limit_is_of_what_a_station_sends() -> None:
    """A table that calls a known symbol something else, or counts it otherwise, would limit what nobody sends."""
    shelf = StandardShelf()
    for standard in map(shelf.standard, shelf.names()):
        for line in standard.lines:
            symbol, unit = line.parameter.symbol, line.parameter.unit
            if symbol not in symbols():
                assert canonical(symbol) == symbol, (standard.name, symbol)
                continue
            counted = form_of(symbol, unit)
            assert unit in expected_units(symbol), (standard.name, symbol, unit)
            assert set(standard.media) <= set(media_of(symbol, unit)), (standard.name, symbol, unit)
            assert counted is None or line.form in ("", counted.counted_as), (standard.name, symbol, line.form)


ALIASES = (
    "PM2.5 PM2;5, PM25 PM2;5, PM2_5 PM2;5, PM-2.5 PM2;5, PM-2;5 PM2;5, PM-10 PM10, PM_10 PM10, SS TSS, Colour Color, "
    "CODcr COD, CODCr COD, Turbidity Turb, Salinity Salt, "
    "NH4-N NH4, NH4+-N NH4, N-NH4 NH4, N-NH4+ NH4, NH4N NH4, NH4_N NH4, NH3-N NH4, N-NH3 NH4, "
    "NO3-N NO3, NO3--N NO3, N-NO3 NO3, N-NO3- NO3, NO3N NO3, NO3_N NO3, "
    "PO4-P PO4, PO43--P PO4, P-PO4 PO4, P-PO43- PO4, PO4P PO4, PO4_P PO4, T-N TN, T-P TP"
)


def test_every_alias_means_a_symbol_and_is_none() -> None:
    assert aliases() == dict(pair.replace(";", ",").split(" ") for pair in ALIASES.split(", "))
    assert all(meant in symbols() and alias not in symbols() for alias, meant in aliases().items())
    assert canonical("PM2.5") == "PM2,5"
    assert canonical("pH") == "pH"
    assert canonical("Nonsense") == "Nonsense"


@pytest.mark.parametrize("alias", sorted(alias for alias, meant in aliases().items() if meant in ("NH4", "NO3", "PO4")))
def test_an_alias_of_what_is_counted_as_an_element_names_the_element(alias: str) -> None:
    """NH4+ says the ion, of which the same water has 1.29 times as many mg/L as of its nitrogen."""
    counted = form_of(canonical(alias), "mg/L")
    assert counted is not None
    assert alias[-1] == counted.counted_as or alias.startswith(f"{counted.counted_as}-")
    assert other_form(alias) is None


@pytest.mark.parametrize(
    ("spelling", "symbol", "form"),
    [
        ("NH4+", "NH4", "NH4"),
        ("nh4 +", "NH4", "NH4"),
        ("NO3-", "NO3", "NO3"),
        ("PO43-", "PO4", "PO4"),
        ("NO2-", "NO2", "NO2"),
    ],
)
def test_a_spelling_that_says_the_ion_is_no_alias(spelling: str, symbol: str, form: str) -> None:
    assert spelling not in aliases()
    found = other_form(spelling)
    assert found is not None
    assert (found[0].symbol, found[1]) == (symbol, form)


@pytest.mark.parametrize(
    ("symbol", "unit", "form", "times"),
    [
        ("NH4", "mg/L", "NH4", 1.288),  # mg of the other form in 1 mg of what is counted
        ("NH4", "mg/L", "NH3", 1.216),
        ("NO3", "mg/L", "NO3", 4.427),
        ("NO2", "mg/L", "NO2", 3.284),
        ("PO4", "mg/L", "PO4", 3.066),
        ("TP", "mg/L", "P2O5", 2.291),
        ("NOx", "mg/Nm3", "NO", 0.6522),
    ],
)
def test_factors_are_those_of_chemistry(symbol: str, unit: str, form: str, times: float) -> None:
    counted = form_of(symbol, unit)
    assert counted is not None
    assert 1 / counted.factor(form) == pytest.approx(times, abs=6e-4)


def test_forms_and_molar_masses_go_together() -> None:
    masses = {form: mass for one in forms() for form, mass in (*one.others.items(), (one.counted_as, one.mass_g))}
    assert {name: masses[name] for name in ("NO", "NO2", "NH3")} == {
        name: molar_masses()[name] for name in ("NO", "NO2", "NH3")
    }
    assert form_of("NO2", "ug/Nm3") is None, "a gas"
    assert form_of("COD", "mg/L") is None


def test_every_symbol_has_one_name_in_each_unit_and_every_name_a_symbol() -> None:
    for symbol, usages in symbols().items():
        for usage in usages:
            fitting = [one for one in symbol_names() if one.symbol == symbol and one.unit in (None, usage.unit)]
            assert len(fitting) == 1, (symbol, usage.unit)
            assert name_of(symbol, usage.unit) == fitting[0]
    assert {one.symbol for one in symbol_names()} == set(symbols())
    for one in symbol_names():
        assert one.unit is None or one.unit in expected_units(one.symbol)
        assert one.vi
        assert one.en
        counted = form_of(one.symbol, one.unit or expected_units(one.symbol)[0])
        if counted is not None:
            assert f"(tính theo {counted.counted_as})" in one.vi
            assert f"(as {counted.counted_as})" in one.en


@pytest.mark.parametrize(
    ("word", "asked"),
    [
        ("Nhu cầu oxy hóa học", "COD"),
        ("Nhu cầu oxy hoá học", "COD"),
        ("nhu cau oxy hoa hoc", "COD"),
        ("Tổng chất rắn lơ lửng", "TSS"),
        ("Lưu lượng", "Flow"),
        ("Độ màu", "Color"),
        ("Amoni", "NH4"),
        ("Clo dư", "Cl"),
        ("Cl-", "Chloride"),
        ("Bụi", "PM, PM10, PM2,5 or TSP"),
        ("PH", "pH"),
        ("CODD", "COD"),
    ],
)
def test_a_name_asks_for_its_symbol(word: str, asked: str) -> None:
    assert symbol_meant(word) == f"did you mean {asked}?"


def test_nonsense_asks_for_nothing() -> None:
    assert symbol_meant("Xyz") is None
    assert symbol_meant("") is None
