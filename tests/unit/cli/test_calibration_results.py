"""`gateway calibrate result` and `results`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.calibrate import calibrate
from tests.support.journey import Journey
from tests.support.live.configuration import Server, Wanted, write

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))


@pytest.fixture
def station(tmp_path: Path) -> Path:
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    (tmp_path / "storage").mkdir()
    Journey(tmp_path / "storage").database.close()
    return configuration


def typed(station: Path, *words: str) -> Result:
    return CliRunner().invoke(calibrate, [*words, "-c", str(station)])


def test_a_result_is_kept_corrected_and_listed(station: Path) -> None:
    given = ("--reference", "50", "--by", "Lan", "--certificate", "VMI-114", "--expires", "2020-06-30")
    kept = typed(station, "result", "COD", "--measured", "94.2", *given)
    assert kept.exit_code == 0, kept.output
    assert "reference 50, measured 94.2 mg/L: +44.2, +88.40 % of it" in kept.stdout
    assert "the certificate had expired" in kept.stderr
    why = ("--corrects", "1", "--reason", "digits swapped", "--json")
    corrected = json.loads(typed(station, "result", "COD", "--measured", "49.2", *why, *given).stdout)
    assert (corrected["deviation"], corrected["kind"], corrected["is_correction"]) == (-0.8, "span", True)
    listed = json.loads(typed(station, "results", "COD", "--json").stdout)
    assert [(one["number"], one["corrected_by"]) for one in listed] == [(2, None), (1, 2)]
    again = typed(station, "result", "COD", "--measured", "48", *why, *given)
    assert (again.exit_code, str(again.exception)) == (1, "nothing was kept: result 1 was corrected by 2: correct that")


def test_a_negative_number_is_no_option(station: Path) -> None:
    kept = typed(station, "result", "COD", "--reference", "0", "--measured", "-0.3", "--json")
    assert (json.loads(kept.stdout)["measured"], json.loads(kept.stdout)["kind"]) == (-0.3, "zero")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("CODD",), "COD"),
        (("COD", "--reference", "nan"), "write a number"),
        (("COD", "--measured", "1e999"), "write a number"),
        (("COD", "--measured", "1_0"), "write a number"),
        (("COD", "--measured", "٣"), "write a number"),
        (("COD", "--measured", "49,2"), "write a number with a decimal point"),
        (("COD", "--unit", "ug/L"), "COD is in mg/L"),
        (("COD", "--kind", "spam"), "zero, span, comparison"),
        (("COD", "--at", "2999-01-01T00:00"), "has not come yet"),
        (("COD", "--at", "2026-01-01"), "time of day"),
        (("COD", "--at", "1999-01-01T00:00"), "before 2020"),
        (("COD", "--expires", "31.12.2026"), "write a day"),
        (("COD", "--corrects", "7"), "--reason"),
        (("COD", "--corrects", "7", "--reason", "x"), "no such result"),
        (("COD", "--reason", "x" * 501), "501 characters"),
    ],
)
def test_what_cannot_be_kept_is_told_and_nothing_is_kept(station: Path, arguments: tuple[str, ...], said: str) -> None:
    refused = typed(station, "result", "--reference", "50", "--measured", "49", *arguments)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert json.loads(typed(station, "results", "--json").stdout) == []
