"""`gateway calibrate` as a person types it, on a database that a run left behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.journey import Journey
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import command

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
WHY = "weekly check of the nutrient analysers with fresh standards"  # longer than a terminal has columns


@pytest.fixture
def station(tmp_path: Path) -> Path:
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    (tmp_path / "storage").mkdir()
    Journey(tmp_path / "storage").database.close()
    return configuration


def test_a_calibration_is_begun_shown_and_ended(station: Path) -> None:
    begun = command("calibrate", "start", "nutrients", "--reason", WHY, "--for", "30min", "--by", "Lan", "-c", station)
    assert begun.returncode == 0, begun.stderr
    assert [line.split()[0] for line in begun.stdout.splitlines()] == ["NH4", "TN", "TP"]

    shown = command("status", "-c", station)
    assert "NH4 is being calibrated since" in shown.stdout
    assert f"by Lan: {WHY}\n" in shown.stdout
    seen = json.loads(command("status", "--json", "-c", station).stdout)["parameters"]
    calibration = {one["symbol"]: one["calibration"] for one in seen}
    assert calibration["pH"] is None
    assert calibration["TN"]["reason"] == WHY
    assert calibration["TN"]["until"] is not None

    ended = command("calibrate", "stop", "TN", "-c", station, "--json")
    assert [one["parameter"] for one in json.loads(ended.stdout)] == ["TN"]
    listed = json.loads(command("calibrate", "list", "--json", "-c", station).stdout)
    assert [(one["parameter"], one["ended"] is None) for one in listed] == [("TP", True), ("TN", False), ("NH4", True)]


def test_what_cannot_be_calibrated_is_told(station: Path) -> None:
    nothing = command("calibrate", "stop", "pH", "-c", station)
    assert (nothing.returncode, nothing.stderr) == (1, "gateway: no calibration of pH lasts\n")
    unknown = command("calibrate", "start", "nutrient", "--reason", "x", "-c", station)
    assert unknown.returncode == 2
    assert "nutrients" in unknown.stderr
    wrong = command("calibrate", "start", "pH", "--reason", "x", "--for", "30", "-c", station)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr + unknown.stderr
