"""A zone in which two slots would bear one name is refused; what is meant by a wrong word is asked."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from gateway.config.file.form_error import FormError
from gateway.config.timezone import _check_timezone, offset_words, zone_offset

CHANGING = ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Africa/Casablanca", "Africa/Cairo", "EST5EDT"]
CHANGED_ONCE = ["Asia/Almaty"]
"""A whole country moved to another zone in March 2024: what is kept of before would bear the names of after."""


@pytest.mark.parametrize("name", CHANGING + CHANGED_ONCE)
def test_a_zone_whose_clocks_change_is_refused(name: str) -> None:
    """The second file of a name was "already there" with other bytes; a warning was all that was said."""
    with pytest.raises(FormError, match=r"clocks of .* change \(20[0-9-]+: UTC.* two slots .*Asia/Ho_Chi_Minh.*GMT\+7"):
        _check_timezone(name)


@pytest.mark.parametrize("name", ["Asia/Ho_Chi_Minh", "Asia/Bangkok", "Asia/Saigon", "Etc/GMT-7", "Asia/Tokyo", "UTC"])
def test_a_zone_whose_clocks_never_change_is_taken(name: str) -> None:
    assert _check_timezone(name) == name


def test_no_zone_that_is_taken_gives_two_instants_one_name() -> None:
    taken = [name for name in available_timezones() if not _refused(name)]
    assert len(taken) > 200
    days = [datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(6 * 365)]
    for zone in map(ZoneInfo, taken):
        assert {day.astimezone(zone).utcoffset() for day in days} == {zone_offset(zone)}, zone.key


def _refused(name: str) -> bool:
    try:
        _check_timezone(name)
    except FormError:
        return True
    return False


@pytest.mark.parametrize(
    "name",
    [
        *(
            "UTC+7",
            "GMT+7",
            "UTC+07:00",
            "+07:00",
            "+7",
            "GMT +7",
            "ICT",
            "Asia",
            "Hanoi",
            "Asia/Hanoi",
            "Việt Nam",
            "",
        ),
        *(".", "..", "../../etc/passwd", "/usr/share/zoneinfo/Asia/Ho_Chi_Minh", "/etc/localtime", "Asia/../UTC"),
        *("localtime", "posixrules", "Factory", "posix/Asia/Ho_Chi_Minh", "right/Asia/Ho_Chi_Minh", "zone.tab"),
        *("tzdata.zi", "Asia/Ho_Chi_Minh\0", "Asia/Ho_Chi_Minh\n", "\udcff", "a" * 5000, "Asia/Ho_Chi_Minh/x"),
    ],
)
def test_what_is_no_zone_everywhere_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(FormError, match=r"no time zone.*Asia/Ho_Chi_Minh"):
        _check_timezone(name)


@pytest.mark.parametrize(
    ("name", "asked"),
    [("asia/ho_chi_minh", "Asia/Ho_Chi_Minh"), ("Asia/Bankok", "Asia/Bangkok"), ("Etc/UTX", "Etc/UTC")],
)
def test_a_misspelt_zone_is_asked_about(name: str, asked: str) -> None:
    with pytest.raises(FormError, match=re.escape(f"did you mean {asked}?")):
        _check_timezone(name)


def test_the_reversed_sign_of_etc_is_told() -> None:
    """Etc/GMT+7 is seven hours behind, fourteen from Vietnam."""
    assert offset_words(ZoneInfo("Etc/GMT+7")) == "UTC-07:00 (the sign in its name is reversed)"
    assert offset_words(ZoneInfo("Asia/Kathmandu")) == "UTC+05:45"
