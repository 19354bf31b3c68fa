"""Ready instruments at the command line: listed, shown with what to paste, and named where they are in force."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from gateway.cli.check import check
from gateway.cli.instruments import list_profiles, show
from gateway.core.errors import ConfigError

STATION = """\
station: {name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}
storage: {path: /var/lib/station-gateway}
links: {bus: {type: modbus-tcp, host: 192.168.1.10}}
instruments: [{name: ozone, link: bus, unit: 3, profile: teledyne-t400}]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a configuration would be: a list needs none."""
    (tmp_path / "instruments").mkdir()
    return tmp_path / "gateway.yaml"


def test_all_are_listed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    list_profiles(config=file, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert {"name", "version", "manufacturer", "models", "protocol", "tried", "from", "sha256"} <= found[0].keys()
    assert len(found) >= 12
    list_profiles(config=file)
    assert "teledyne-t400-hessen     bayern_hessen  ozone in ambient air" in capsys.readouterr().out


def test_one_is_shown_with_its_source_and_what_to_paste(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show("teledyne-t400", config=file)
    page = capsys.readouterr().out
    assert "04402F DCN6340" in page
    assert "not tried on a real device" in page
    assert "profile: teledyne-t400" in page.rpartition("write under instruments")[2]
    show("vaisala-wxt520", config=file, as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert {"sources", "settings", "notes", "instrument", "quantities", "example"} <= shown.keys()
    assert [one["name"] for one in shown["quantities"]] == ["WS", "WD", "Temp", "RH", "P", "Rain"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("teledyne-t40", "there is no profile teledyne-t40; did you mean teledyne-t400?"),
        ("../../etc/passwd", "'../../etc/passwd' is no name of a profile"),
    ],
)
def test_one_that_is_not_there_is_told(file: Path, capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    with pytest.raises(typer.Exit) as ended:
        show(name, config=file)
    assert ended.value.exit_code == 2
    assert said in capsys.readouterr().err


def test_a_broken_file_of_ones_own_hides_none_of_the_others(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file.parent / "instruments/acme.yaml").write_text("profile: acme\nversion: one\n", encoding="utf-8")
    with pytest.raises(typer.Exit) as ended:
        list_profiles(config=file)
    said = capsys.readouterr()
    assert ended.value.exit_code == 1
    assert "acme.yaml:2: version: is not a whole number" in said.err
    assert "vaisala-wxt530" in said.out
    with pytest.raises(ConfigError):
        show("acme", config=file)


def test_check_says_which_is_in_force(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(STATION, encoding="utf-8")
    check(config=file, as_json=True)
    (profile,) = json.loads(capsys.readouterr().out)["profiles"]
    assert (profile["name"], profile["from"], profile["instruments"]) == ("teledyne-t400", "shipped", ["ozone"])
    check(config=file)
    line = f"  profile teledyne-t400 version 1 (shipped, sha256 {profile['sha256'][:12]}): ozone\n"
    assert line in capsys.readouterr().out
