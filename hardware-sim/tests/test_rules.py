"""Each rule has a file that breaks it and nothing else."""

from dataclasses import replace
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest

import stationsim
from stationsim.authority.authority import expectation
from stationsim.authority.rules import Expectation, judge
from stationsim.scenario_file import load

EXPECTATION = Expectation(
    province="HN",
    facility="ABCD",
    code="NUO001",
    zone=ZoneInfo("Asia/Ho_Chi_Minh"),
    layout="%Y/%m/%d",
    interval_ms=300_000,
    lines=2,
    units={"pH": "-", "COD": "mg/L"},
)
END_MS = 1_767_200_700_000  # 2026-01-01 00:05 in Vietnam
PATH = "NUO001/2026/01/01/HN_ABCD_NUO001_20260101000500.txt"
CONTENT = b"pH\t7.21\t-\t20260101000500\t00\r\nCOD\t-\tmg/L\t20260101000500\t02\r\n"


def test_a_perfect_file() -> None:
    judgement = judge(PurePosixPath(PATH), CONTENT, EXPECTATION)
    assert judgement.faults == ()
    assert judgement.end_ms == END_MS
    assert str(EXPECTATION.path(END_MS)) == PATH


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("HN_", "HCM_", "the name begins with HCM_ABCD_NUO001 instead of HN_ABCD_NUO001"),
        ("HN_ABCD", "HN_AB_CD", "the name has 5 parts"),
        ("01000500.txt", "01000501.txt", "is no end of a slot of 300 s"),
        ("01000500.txt", "01.txt", "'20260101' is not yyyyMMddHHmmss"),
        ("20260101000500.txt", "20261301000500.txt", "is not yyyyMMddHHmmss"),
        ("01/01/", "01/02/", "lies in NUO001/2026/01/02 instead of NUO001/2026/01/01"),
        ("NUO001/2026", "2026", "lies in 2026/01/01 instead of"),
    ],
)
def test_a_fault_of_name_or_folder(was: str, becomes: str, fault: str) -> None:
    faults = judge(PurePosixPath(PATH.replace(was, becomes, 1)), CONTENT, EXPECTATION).faults
    assert any(fault in found for found in faults), faults


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        (b"pH\t7.21", b"\xef\xbb\xbfpH\t7.21", "begins with a BOM"),
        (b"02\r\n", b"02", "does not end with CRLF"),
        (b"00\r\n", b"00\n", "line ends other than CRLF"),
        (b"00\r\n", b"00\r", "line ends other than CRLF"),
        (b"pH", b"p\xff", "is not UTF-8 at byte 1"),
        (b"7.21", b"7,21", "pH: value '7,21' is neither a number with a point nor NULL or -"),
        (b"7.21", b"7.2e1", "pH: value '7.2e1' is neither"),
        (b"7.21", b"1 000", "pH: value '1 000' is neither"),
        (b"7.21", b"nan", "pH: value 'nan' is neither"),
        (b"7.21", b"", "line 1 has an empty or padded piece"),
        (b"pH\t", b"pH \t", "line 1 has an empty or padded piece"),
        (b"7.21", b"NULL", "pH: status 00 without a value"),
        (b"\t00", b"\t0", "pH: status '0' is none of 00, 01, 02"),
        (b"\t00", b"\t03", "pH: status '03' is none of"),
        (b"\t00", b"", "line 1 has 4 pieces instead of 5"),
        (b"\t00", b"\t00\tx", "line 1 has 6 pieces instead of 5"),
        (b"00500\t00", b"00000\t00", "pH: time '20260101000000' is not that of the name"),
        (b"pH\t", b"PH\t", "'PH' is not a symbol declared for this station"),
        (b"mg/L", b"mg/l", "COD: unit 'mg/l' instead of 'mg/L'"),
        (b"COD\t-\tmg/L", b"pH\t7.2\t-", "pH stands 2 times"),
        (b"COD\t-\tmg/L\t20260101000500\t02\r\n", b"", "the receiver reads 1 lines instead of 2"),
        (b"\t02\r\n", b"\t02\r\n\r\n", "line 3 has 1 pieces instead of 5"),
        (CONTENT, b"", "is empty"),
    ],
)
def test_a_fault_of_the_content(was: bytes, becomes: bytes, fault: str) -> None:
    assert was in CONTENT
    faults = judge(PurePosixPath(PATH), CONTENT.replace(was, becomes, 1), EXPECTATION).faults
    assert any(fault in found for found in faults), faults


@pytest.mark.parametrize(
    ("layout", "folder"),
    [
        ("%Y/%m/%d", "2026/01/01"),
        ("%Y/Thang%m/Ngay%d", "2026/Thang01/Ngay01"),
        ("/%Y%m%d", "20260101"),
        ("%Y/Thang%m/%Y%m%d", "2026/Thang01/20260101"),
        ("%Y-%m-%d", "2026-01-01"),
        ("%Y/Thang%m/%d%m%Y", "2026/Thang01/01012026"),
        ("%Y_%m_%d", "2026_01_01"),
        ("%Y/%m/%d%m%Y/", "2026/01/01012026"),
    ],
)
def test_each_layout_of_the_receivers_list_and_no_other_is_right(layout: str, folder: str) -> None:
    expected = replace(EXPECTATION, layout=layout)
    place = f"NUO001/{folder}/HN_ABCD_NUO001_20260101000500.txt"
    assert judge(PurePosixPath(place), CONTENT, expected).faults == ()
    assert judge(PurePosixPath(place), CONTENT, replace(EXPECTATION, layout="%d")).faults == (
        f"lies in NUO001/{folder} instead of NUO001/01",
    )


def test_what_is_computed_or_sent_in_another_unit_is_declared() -> None:
    scenario = load(stationsim.scenario("emission"))
    (authority,) = scenario.authorities
    told = expectation(scenario, authority.model_copy(update={"declares": {"SO2_load": "kg/h", "CO": "ppm"}}))
    plain = expectation(scenario, authority)
    assert told.units == plain.units | {"SO2_load": "kg/h", "CO": "ppm"}
    assert (plain.lines, told.lines) == (8, 9)


def test_the_slot_that_ends_at_midnight_belongs_to_the_day_of_its_label() -> None:
    midnight_ms = END_MS - 300_000
    assert str(EXPECTATION.path(midnight_ms)) == "NUO001/2026/01/01/HN_ABCD_NUO001_20260101000000.txt"
