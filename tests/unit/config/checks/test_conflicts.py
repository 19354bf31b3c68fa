"""Two destinations must not overwrite each other's files: neither the name nor the folder says which is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, edited, faults

ACCESS = '    password: {env: SO_TNMT}\n    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"\n'
HERE = "    url: sftp://nuo001@ftp.example.vn/NUO001\n" + ACCESS
ADVICE = "give one of them another folder, such as hourly/%Y/%m/%d"


def second(*lines: str, head: str = HERE) -> str:
    return (
        STATION
        + "  - name: hourly\n    authority: ministry\n"
        + head
        + "".join(f"    {line.strip()}\n" for line in lines)
    )


def test_five_minutes_and_an_hour_in_one_folder_are_refused(tmp_path: Path) -> None:
    [said] = faults(second("interval: 60min", "folder: YYYY/MM/DD"), tmp_path)
    assert said == (
        "gateway.yaml:35: destinations.hourly.folder: is that of so-tnmt, and the file of 1h and that of 5min bear the"
        f" same name: each would overwrite the other; {ADVICE}"
    )


def test_it_is_told_also_where_the_folder_is_the_usual_one(tmp_path: Path) -> None:
    [said] = faults(second("interval: 60min"), tmp_path)
    assert "destinations.hourly.folder: is that of so-tnmt" in said


def test_the_same_server_by_another_protocol_is_the_same_server(tmp_path: Path) -> None:
    head = "    url: ftp://nuo001@FTP.example.vn/NUO001\n    password: {env: SO_TNMT}\n"
    [said] = faults(second("interval: 60min", head=head), tmp_path)
    assert ADVICE in said


def test_other_symbols_under_the_same_name_are_refused(tmp_path: Path) -> None:
    [said] = faults(second("symbols: {COD: CODd}"), tmp_path)
    assert "its file and that of other symbols or template bear the same name" in said


@pytest.mark.parametrize(
    "lines",
    [
        ("interval: 60min", "folder: hourly/%Y/%m/%d"),
        ("interval: 60min", "format: json"),
        ("interval: 60min", "only_if_special: true"),
        ("interval: 5min",),
    ],
    ids=["another_folder", "another_kind", "not_in_use", "the_same_bytes"],
)
def test_what_never_meets_or_never_differs_is_accepted(lines: tuple[str, ...], tmp_path: Path) -> None:
    assert faults(second(*lines), tmp_path) == []


def test_url_and_folder_together_are_the_place(tmp_path: Path) -> None:
    head = "    url: sftp://nuo001@ftp.example.vn/stations\n" + ACCESS
    text = second("interval: 60min", "folder: NUO001/%Y/%m/%d", head=head)
    [said] = faults(text.replace("vn/NUO001", "vn/stations/NUO001"), tmp_path)
    assert ADVICE in said


@pytest.mark.parametrize("url", ["sftp://nuo001@ftp.example.vn:2222/NUO001", "sftp://nuo002@ftp.example.vn/NUO001"])
def test_another_port_or_user_may_be_another_place(url: str, tmp_path: Path) -> None:
    assert faults(second("interval: 60min", head=f"    url: {url}\n" + ACCESS), tmp_path) == []


def test_a_destination_that_is_faulty_in_itself_is_told_once(tmp_path: Path) -> None:
    text = second("interval: 60min").replace("ftp.example.vn/NUO001", "ftp example", 1)
    assert edited() != text
    assert len(faults(text, tmp_path)) == 1
