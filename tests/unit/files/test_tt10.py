"""The regulation's file, byte for byte. The golden files were written by hand from the circular's appendix 15."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.core.averaging import Average, Averaging, average
from gateway.core.conversion import Conversion, ReferenceOxygen
from gateway.core.derivation import Computed, ConditionSources, Converted, Derivation, MassFlow, derive
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.files.formats import Rendering
from gateway.files.formats.tt10 import number, render
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, measured, record

GOLDEN = Path(__file__).parent / "golden"
SLOT = Slot(MIDNIGHT_MS + SLOT_MS, SLOT_MS)
"""Ends at 2026-01-01 00:05:00, GMT+7: still the old year in UTC."""


def line(symbol: str, unit: str, value: float | None, status: Status = Status.MEASURING) -> Line:
    return Line(Parameter(symbol, unit), Average(value, status, 60, 60))


WASTEWATER = Record(
    SLOT,
    (
        line("Flow", "m3/h", 1234567.5),
        line("Temp", "oC", 28.65),
        line("pH", "-", 7.215),
        line("COD", "mg/L", 42.5, Status.CALIBRATING),
        line("TSS", "mg/L", None, Status.FAULT),
        line("NH4", "mg/L", -0.26),
        line("Color", "Pt-Co", -0.0),
        line("TN", "mg/L", 1e22),
        line("TP", "mg/L", -0.0004),
        line("Cl", "mg/L", 0.5, Status.FAULT),
    ),
)
WASTEWATER_FORM = Rendering(
    "tt10",
    "HN",
    "ABCD",
    "NUO001",
    "Asia/Ho_Chi_Minh",
    "NULL",
    (("Flow", 0), ("Temp", 1), ("pH", 2), ("COD", 1), ("NH4", 1), ("Color", 0), ("TN", 2), ("TP", 3), ("Cl", 2)),
)
WIND = Parameter("WD", "degree")
AIR = Record(
    SLOT,
    (
        line("PM2,5", "ug/Nm3", 35.5),
        line("PM10", "ug/Nm3", 36.5),
        line("CO", "ug/Nm3", 1234.5678),
        Line(WIND, average([measured(350.0), measured(20.0)], 2, 75.0, WIND)),
        line("WS", "m/s", 0.25),
        Line(WIND, average([measured(0.0), measured(180.0)], 2, 75.0, WIND)),
    ),
)
AIR_FORM = Rendering(
    "tt10", "HCM", "XYZ", "KHI002", "Asia/Ho_Chi_Minh", "NULL", (("PM2,5", 0), ("PM10", 0), ("WD", 0), ("WS", 1))
)


STACK = derive(
    Record(
        SLOT,
        (
            line("SO2", "mg/m3", 200.0),
            line("NO", "ppm", 100.0),
            line("NO2", "ppm", None, Status.FAULT),
            line("O2", "%V", 8.0),
            line("Temp", "oC", 150.0),
            line("P", "kPa", 100.0),
            line("H2O", "%", 10.0),
        ),
    ),
    Derivation(
        (
            Converted(
                Parameter("SO2", "mg/Nm3"),
                Parameter("SO2", "mg/m3"),
                Conversion(from_duct=True, from_wet=True, reference_oxygen=ReferenceOxygen(6.0)),
                ConditionSources("Temp", "P", "H2O", "O2"),
            ),
            Converted(Parameter("NO", "mg/Nm3"), Parameter("NO", "ppm"), Conversion(30.006), ConditionSources()),
            Converted(Parameter("NO2", "mg/Nm3"), Parameter("NO2", "ppm"), Conversion(46.006), ConditionSources()),
        ),
        (Computed(Parameter("NOx", "mg/Nm3"), "NO * 1.5333 + NO2"),),
    ),
)
"""SO2: 200 × 423.15/298.15 × 101.325/100 / 0.9 × 14.9/12.9 = 369.11; NO: 100 × 30.006/24.45 = 122.72."""
STACK_FORM = Rendering(
    "tt10",
    "BD",
    "NHIET-DIEN",
    "KHI001",
    "Asia/Ho_Chi_Minh",
    "-",
    (("SO2", 2), ("NO", 2), ("O2", 1)),
    "",
    (("H2O", ""),),
)
RIVER = Record(
    SLOT,
    (
        line("COD_1", "mg/L", 12.25),
        line("COD_2", "mg/L", 12.35),
        line("DO", "mg/L", 6.5),
        line("Level", "m", -0.125),
        line("EC", "uS/cm", 251.0, Status.CALIBRATING),
    ),
)
RIVER_FORM = Rendering(
    "tt10",
    "AG",
    "TTQT",
    "NUO101",
    "Asia/Ho_Chi_Minh",
    "NULL",
    (("COD_1", 1), ("COD_2", 1), ("DO", 2), ("Level", 2), ("EC", 0)),
    symbols=(("COD_1", "CODa"), ("COD_2", "CODb")),
)


SOURCES = ConditionSources("Temp", "P", 10.0, "O2")
STACK_WITH_FLOW = derive(
    Record(
        SLOT,
        (
            line("SO2", "mg/m3", 200.0),
            line("O2", "%V", 8.0),
            line("Temp", "oC", 150.0),
            line("P", "kPa", 100.0),
            line("Flow", "m3/h", 50_000.0),
        ),
    ),
    Derivation(
        (
            Converted(
                Parameter("SO2", "mg/Nm3"),
                Parameter("SO2", "mg/m3"),
                Conversion(from_duct=True, from_wet=True, reference_oxygen=ReferenceOxygen(6.0)),
                SOURCES,
            ),
            Converted(
                Parameter("Flow", "m3/h"),
                Parameter("Flow", "m3/h"),
                Conversion(from_duct=True, from_wet=True),
                SOURCES,
                is_flow=True,
            ),
        ),
        (Computed(Parameter("SO2_load", "kg/h"), mass_flow=MassFlow("SO2", "Flow")),),
    ),
)
"""Flow: 50,000 × 298.15/423.15 × 100/101.325 × 0.9 = 31,292.2; load: 200 mg/m3 × 50,000 m3/h = 10 kg/h, whatever the
conditions to which both are brought."""
STACK_WITH_FLOW_FORM = replace(
    STACK_FORM,
    station="KHI002",
    decimals=(("SO2", 2), ("O2", 1), ("Temp", 1), ("P", 2), ("Flow", 0), ("SO2_load", 2)),
    symbols=(),
)
SPEED, RAIN = Parameter("WS", "m/s"), Parameter("Rain", "mm")
MAST = Record(
    SLOT,
    (
        Line(SPEED, average([measured(3.0), measured(4.0)], 2, 75.0, SPEED)),
        Line(WIND, average([measured(0.0), measured(90.0)], 2, 75.0, WIND, speeds=[3.0, 4.0])),
        Line(RAIN, average([measured(0.1), measured(0.2)], 2, 75.0, RAIN, Averaging.SUM)),
    ),
)
"""The wind: atan(4/3) = 53.13°."""
MAST_FORM = replace(
    AIR_FORM, province="DN", facility="TTQT", station="KHI101", decimals=(("WS", 2), ("WD", 0), ("Rain", 1))
)
WELL = Record(
    SLOT,
    (line("Level", "m", 12.3455), line("EC", "uS/cm", 480.5), line("Cl", "mg/L", None, Status.FAULT)),
)
WELL_FORM = replace(
    RIVER_FORM,
    province="LA",
    facility="KCN-LA",
    station="NUO301",
    decimals=(("Level", 3), ("EC", 0), ("Cl", 1)),
    symbols=(),
)


@pytest.mark.parametrize(
    ("golden", "shown", "form"),
    [
        ("BD_NHIET-DIEN_KHI001_20260101000500.txt", STACK, STACK_FORM),
        ("AG_TTQT_NUO101_20260101000500.txt", RIVER, RIVER_FORM),
        ("HN_ABCD_NUO001_20260101000500.txt", WASTEWATER, WASTEWATER_FORM),
        (
            "HN_ABCD_NUO002_20260101000500.txt",
            WASTEWATER,
            replace(WASTEWATER_FORM, station="NUO002", missing_value="-"),
        ),
        (
            "HN_ABCD_NUO003_20260101000500.txt",
            WASTEWATER,
            replace(WASTEWATER_FORM, station="NUO003", missing_value="omit"),
        ),
        ("HCM_XYZ_KHI002_20260101000500.txt", AIR, AIR_FORM),
        ("BD_NHIET-DIEN_KHI002_20260101000500.txt", STACK_WITH_FLOW, STACK_WITH_FLOW_FORM),
        ("DN_TTQT_KHI101_20260101000500.txt", MAST, MAST_FORM),
        ("LA_KCN-LA_NUO301_20260101000500.txt", WELL, WELL_FORM),
    ],
)
def test_the_file_is_what_the_circular_asks_for(golden: str, shown: Record, form: Rendering) -> None:
    document = render(shown, form)
    assert document.name == golden
    assert document.content == (GOLDEN / golden).read_bytes()


def test_it_is_read_at_the_authority_as_it_was_measured_here() -> None:
    """By the receiver's own rules: decode as UTF-8, split into lines, split at TAB, float with a point."""
    read = [row.strip().split("\t") for row in render(WASTEWATER, WASTEWATER_FORM).content.decode("utf-8").splitlines()]
    assert {len(pieces) for pieces in read} == {5}
    assert {time for *_, time, _ in read} == {"20260101000500"}
    assert [pieces[0] for pieces in read if pieces[1] not in ("NULL", "-")] == [
        shown.parameter.symbol for shown in WASTEWATER.lines if shown.average.value is not None
    ]
    assert float(read[1][1]) == 28.6


def test_a_broken_instruments_1e300_does_not_stop_the_files_of_the_others() -> None:
    content = render(record(SLOT.end_ms, 1e300), WASTEWATER_FORM).content
    assert content == b"pH\t1" + b"0" * 300 + b".00\t-\t20260101000500\t00\r\n"


def test_a_symbol_that_left_the_configuration_is_still_told() -> None:
    assert render(record(SLOT.end_ms, 7.21), replace(WASTEWATER_FORM, decimals=())).content.startswith(b"pH\t7.210\t")


def test_names_outside_ascii_are_utf_8_without_a_mark() -> None:
    shown = Record(SLOT, (line("Độ_đục", "µg/Nm3", 1.0),))
    assert render(shown, WASTEWATER_FORM).content == "Độ_đục\t1.000\tµg/Nm3\t20260101000500\t00\r\n".encode()


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (7.215, 2, "7.22"),
        (7.225, 2, "7.22"),
        (0.5, 0, "0"),
        (1.5, 0, "2"),
        (2.5, 0, "2"),
        (-2.5, 0, "-2"),
        (-0.0, 2, "0.00"),
        (-0.004, 2, "0.00"),
        (-0.006, 2, "-0.01"),
        (5e-324, 3, "0.000"),
        (1e22, 1, "10000000000000000000000.0"),
        (0.1 + 0.2, 2, "0.30"),
        (123456.789, 1, "123456.8"),
    ],
)
def test_numbers_round_half_to_even_as_people_do(value: float, decimals: int, text: str) -> None:
    assert number(value, decimals) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 6))
@example(1.7976931348623157e308, 6)
def test_a_number_is_plain_digits_and_off_by_no_more_than_half_a_step(value: float, decimals: int) -> None:
    text = number(value, decimals)
    assert set(text) <= set("-0123456789.")
    assert len(text.partition(".")[2]) == decimals
    assert abs(Decimal(text) - Decimal(repr(value))) <= Decimal(5).scaleb(-decimals - 1)
    assert not (text.startswith("-") and float(text) == 0)


def test_an_authority_sees_its_own_symbols_and_no_line_it_did_not_declare() -> None:
    own = replace(WASTEWATER_FORM, symbols=(("COD", "CODd"), ("Cl", "")))
    plain = render(WASTEWATER, WASTEWATER_FORM).content.decode().splitlines()
    shown = render(WASTEWATER, own).content.decode().splitlines()
    assert shown == [line.replace("COD\t", "CODd\t") for line in plain if not line.startswith("Cl\t")]
