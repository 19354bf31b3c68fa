"""The regulation's symbols as shipped, against a second copy of the table: symbols of each medium with their units."""

from __future__ import annotations

import pytest

from gateway.config import StationKind
from gateway.config.builtin_tables.catalogue import aliases, canonical, expected_units, media_of, symbols

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
    shipped = {(symbol, usage.unit) for symbol, usages in symbols().items() for usage in usages if kind in usage.media}
    expected = {tuple(entry.replace(";", ",").split(" ")) for entry in TABLE[kind].split(", ")}
    assert shipped == expected


def test_knows_units_by_symbol() -> None:
    assert expected_units("SO2") == ("mg/Nm3", "ug/Nm3")
    assert expected_units("so2") == ()
    assert media_of("SO2", "ug/Nm3") == (StationKind.AMBIENT_AIR,)
    assert media_of("SO2", "ppm") == ()


ALIASES = (
    "PM2.5 PM2;5, PM25 PM2;5, PM2_5 PM2;5, SS TSS, Colour Color, NH4+ NH4, NO3- NO3, PO43- PO4, Turbidity Turb, "
    "Salinity Salt"
)


def test_every_alias_means_a_symbol_and_is_none() -> None:
    assert aliases() == dict(pair.replace(";", ",").split(" ") for pair in ALIASES.split(", "))
    assert all(meant in symbols() and alias not in symbols() for alias, meant in aliases().items())
    assert canonical("PM2.5") == "PM2,5"
    assert canonical("pH") == "pH"
    assert canonical("Nonsense") == "Nonsense"
