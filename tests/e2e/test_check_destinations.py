"""`gateway check` looks around the file, too: certificates that are about to end, and where messages go."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.certificates import Authority
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import command

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}


@pytest.fixture
def ca(tmp_path: Path) -> Path:
    """An authority that ends in two days."""
    return Authority(tmp_path / "authority", "Sở TNMT").file


@pytest.fixture
def configuration(tmp_path: Path, ca: Path) -> Path:
    broker = Server("mqtts", "broker.example.vn", 8883, "nuo001", "Nuoc thai 5 phut", str(ca))
    return write(tmp_path, INSTRUMENTS, [Wanted("broker", broker)])


def test_an_authority_that_is_about_to_end(configuration: Path) -> None:
    checked = command("check", "--config", configuration)
    assert checked.returncode == 0, checked.stderr
    assert "destinations.broker.ca: the certificate of CN=Sở TNMT ends on " in checked.stderr
    assert "ask the authority for the next one" in checked.stderr
    shown = json.loads(command("check", "--config", configuration, "--json").stdout)
    assert "destinations.broker.ca" in [warning["path"] for warning in shown["warnings"]]


def test_a_damaged_authority(configuration: Path, ca: Path) -> None:
    ca.write_text(ca.read_text()[:200] + "\n-----END CERTIFICATE-----\n")
    checked = command("check", "--config", configuration)
    assert checked.returncode == 0
    assert f"{ca} is damaged" in checked.stderr
    assert "Traceback" not in checked.stderr


def test_the_topic_is_shown(configuration: Path) -> None:
    checked = command("check", "--config", configuration)
    assert (
        "destination broker (province), every 10 s: mqtts://nuo001@broker.example.vn:8883/NUO001,"
        " json messages on NUO001/NUO001/data" in checked.stdout
    )


def test_what_is_not_installed_is_said_with_the_way_to_get_it(configuration: Path) -> None:
    without = "import sys; sys.modules['paho'] = None; from gateway.cli import main; main()"
    checked = subprocess.run(
        [sys.executable, "-c", without, "check", "--config", configuration], capture_output=True, text=True, check=True
    )
    assert "destinations.broker.url: what mqtts needs is not installed; pip install" in checked.stderr
    ready = command("check", "--config", configuration)
    assert "not installed" not in ready.stderr
