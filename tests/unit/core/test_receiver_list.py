"""A delivered file held against the receiver's list, letter by letter."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.core.receiver_list import (
    DeliveredFile,
    DeviationKind,
    ListDeviation,
    ListedParameter,
    ReceiverList,
    deviations,
)

LOCAL = datetime(2026, 1, 5, 10, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
NAME = "HN_ABCD_KHI001_20260105100500.txt"
LISTED = ReceiverList(
    (ListedParameter("PM2,5", "ug/Nm3"), ListedParameter("Temp", "oC"), ListedParameter("WD", None)),
    "/KHI001/%Y/Thang%m/Ngay%d",
    "HN_ABCD_KHI001_%Y%m%d%H%M%S.txt",
)
PERFECT = {"PM2,5": "ug/Nm3", "Temp": "oC", "WD": "degree"}


def delivered(
    units: dict[str, str], folder: str = "KHI001/2026/Thang01/Ngay05", name: str = NAME, more: str = ""
) -> DeliveredFile:
    lines = [f"{symbol}\t1.5\t{unit}\t20260105100500\t00\r\n" for symbol, unit in units.items()]
    return DeliveredFile(folder, name, ("".join(lines) + more).encode(), LOCAL)


def test_what_is_as_listed_has_no_deviation() -> None:
    assert deviations(LISTED, delivered(PERFECT)) == []


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            delivered({**{"PM2.5": "ug/Nm3"}, "Temp": "oC", "WD": "degree"}),
            (DeviationKind.MISSING_SYMBOL, "PM2,5", "PM2.5"),
        ),
        (
            delivered({"PM2,5": "ug/Nm3", "TEMP": "oC", "WD": "degree"}),
            (DeviationKind.MISSING_SYMBOL, "Temp", "TEMP"),
        ),
        (delivered({"PM2,5": "ug/Nm3", "WD": "degree"}), (DeviationKind.MISSING_SYMBOL, "Temp", "")),
        (delivered({**PERFECT, "RH": "%"}), (DeviationKind.UNKNOWN_SYMBOL, "", "RH")),
        (delivered({**PERFECT, "Temp": "°C"}), (DeviationKind.UNIT, "Temp oC", "Temp °C")),
        (
            delivered(PERFECT, folder="KHI001/2026/01/05"),
            (DeviationKind.FOLDER, "KHI001/2026/Thang01/Ngay05", "KHI001/2026/01/05"),
        ),
        (
            delivered(PERFECT, name=NAME.replace("ABCD", "abcd")),
            (DeviationKind.NAME, NAME, NAME.replace("ABCD", "abcd")),
        ),
        (delivered(PERFECT, more="Temp\t1\toC\t20260105100500\t00\r\n"), (DeviationKind.TWICE, "Temp", "Temp")),
        (delivered(PERFECT, more="RH 50\r\n"), (DeviationKind.UNREADABLE, "", "RH 50")),
    ],
)
def test_one_thing_that_is_not_as_listed_is_one_deviation(
    file: DeliveredFile, expected: tuple[DeviationKind, str, str]
) -> None:
    assert deviations(LISTED, file) == [ListDeviation(*expected)]


def test_what_the_list_does_not_say_is_not_compared() -> None:
    listed = ReceiverList(LISTED.parameters)
    assert deviations(listed, delivered({**PERFECT, "WD": "anything"}, folder="elsewhere", name="other.txt")) == []


def test_it_reads_as_the_receiver_does() -> None:
    """A BOM and bytes that are no UTF-8 are passed over there."""
    good = delivered(PERFECT)
    spoilt = DeliveredFile(good.folder, good.name, b"\xef\xbb\xbf" + good.content.replace(b"1.5", b"1.5\xff"), LOCAL)
    assert deviations(LISTED, spoilt) == []
