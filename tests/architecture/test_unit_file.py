"""The systemd unit, judged by systemd itself, and held against what the program and its guides promise."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.options import DEFAULT_CONFIG
from gateway.runtime import process

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "systemd/station-gateway.service"
INSTALLED = "/opt/station-gateway/bin/gateway"
STRICTEST = 2.0
"""`systemd-analyze security`: the exposure of the strictest services."""


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program is not None, "systemd-analyze is missing: apt-get install systemd"
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)


def settings(section: str) -> dict[str, str]:
    """What stands once in a section; of what stands several times, the last."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(UNIT.read_text("utf-8"))
    return dict(unit[section])


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The unit with a program that this machine has: systemd looks whether it is there."""
    text = UNIT.read_text("utf-8")
    assert f"ExecStart={INSTALLED} run\n" in text
    unit = tmp_path / UNIT.name
    unit.write_text(text.replace(INSTALLED, sys.executable), encoding="utf-8")
    return unit


def test_systemd_understands_every_line(here: Path) -> None:
    judged = analyze("verify", "--man=no", "--recursive-errors=no", here)
    about_it = [line for line in judged.stderr.splitlines() if "station-gateway" in line]
    assert (judged.returncode, about_it) == (0, [])


def test_a_line_that_systemd_does_not_understand_is_noticed(here: Path) -> None:
    """Else the test above could not fail: systemd only warns of most mistakes."""
    here.write_text(here.read_text("utf-8").replace("PrivateTmp=yes", "PrivateTemp=yes"), encoding="utf-8")
    judged = analyze("verify", "--man=no", "--recursive-errors=no", here)
    assert any("station-gateway" in line and "PrivateTemp" in line for line in judged.stderr.splitlines())


def test_the_sandbox_is_as_strict_as_the_strictest(here: Path) -> None:
    judged = analyze("security", "--offline=true", f"--threshold={int(STRICTEST * 10)}", here)
    assert judged.returncode == 0, judged.stdout


def test_a_configuration_error_is_no_restart_loop_and_anything_else_is() -> None:
    service = settings("Service")
    assert (service["Restart"], service["RestartPreventExitStatus"]) == ("always", "2")
    assert settings("Unit")["StartLimitIntervalSec"] == "0", "systemd would give up on a gateway that was killed often"


def test_it_watches_and_waits_as_the_program_promises() -> None:
    service = settings("Service")
    assert service["Type"] == "notify"
    assert float(service["WatchdogSec"]) >= 10 * process.LOOK_EVERY_S
    assert float(service["TimeoutStopSec"]) > process.STOP_WITHIN_S + process.LAST_COMMIT_WITHIN_S


def test_it_reads_and_writes_where_the_guides_say() -> None:
    service = settings("Service")
    environment = [line for line in UNIT.read_text("utf-8").splitlines() if line.startswith("Environment=")]
    assert f"Environment=GATEWAY_CONFIG={DEFAULT_CONFIG}" in environment
    assert (service["StateDirectory"], service["ConfigurationDirectory"]) == ("station-gateway", "station-gateway")
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"{INSTALLED} /usr/local/bin/gateway" in readme
    assert settings("Unit")["Documentation"] == "file:///opt/station-gateway/docs/integrator.md"
    assert "cp -r README.md docs config /opt/station-gateway/" in readme, "where the unit's Documentation= points"
