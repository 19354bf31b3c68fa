"""`gateway cameras relay` becomes the relay's program, with the socket that the recorder makes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.cameras import relay as command
from gateway.cli.main import app
from gateway.core.errors import GatewayError
from tests.support.live.configuration import Server, Wanted, write

ROOT = Path(__file__).parents[3]
INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
RELAY = 'relay: {user: authority, password: {env: NOBODY_SET_THIS}}, list: [{name: outlet, url: "rtsp://10.0.0.9/1"}]'


class Became(Exception):
    """In the place of a process that becomes another."""


@pytest.fixture(autouse=True)
def becoming(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def become(program: Path, arguments: list[str]) -> None:
        raise Became(str(program), *arguments)

    monkeypatch.setattr(os, "execv", become)
    monkeypatch.setattr(sys.modules[command.__module__], "RUN_TIME_FOLDER", tmp_path / "run")


def run(*words: str | Path) -> tuple[str, ...]:
    done = CliRunner().invoke(app, ["cameras", "relay", *map(str, words)])
    if isinstance(done.exception, Became | GatewayError):
        raise done.exception
    raise AssertionError(done.output)


def configured(folder: Path, cameras: str) -> Path:
    file = write(folder, INSTRUMENTS, [PROVINCE])
    file.write_text(f"{file.read_text('utf-8')}cameras: {{{cameras}}}\n", encoding="utf-8")
    return file


def socket_of(became: tuple[str, ...]) -> str:
    return became[became.index("--socket") + 1]


def test_it_becomes_the_systems_python_with_nothing_of_ours_on_its_path(tmp_path: Path) -> None:
    with pytest.raises(Became) as became:
        run("--socket", tmp_path / "a.sock", "--config", tmp_path / "none.yaml")
    program, *arguments = became.value.args
    assert program == "/usr/bin/python3"
    assert arguments[1:] == ["-I", str(ROOT / "gateway/relay"), "--socket", str(tmp_path / "a.sock")]


def test_without_a_configuration_that_may_be_read_the_socket_is_that_of_the_recorders_unit(tmp_path: Path) -> None:
    with pytest.raises(Became) as became:
        run("--config", tmp_path / "none.yaml")
    assert socket_of(became.value.args) == str(tmp_path / "run/relay.sock")


def test_else_it_is_where_the_recorder_of_this_configuration_makes_it(tmp_path: Path) -> None:
    with pytest.raises(Became) as became:
        run("--config", configured(tmp_path, RELAY))
    assert socket_of(became.value.args) == str(tmp_path / "storage/relay.sock")
    (tmp_path / "run").mkdir()
    with pytest.raises(Became) as became:
        run("--config", configured(tmp_path, RELAY))
    assert socket_of(became.value.args) == str(tmp_path / "run/relay.sock")
    named = RELAY.replace("user:", "socket: /srv/named.sock, user:")
    with pytest.raises(Became) as became:
        run("--config", configured(tmp_path, named))
    assert socket_of(became.value.args) == "/srv/named.sock"


def test_a_station_without_a_relay_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match="nothing to relay"):
        run("--config", configured(tmp_path, 'list: [{name: outlet, url: "rtsp://10.0.0.9/1"}]'))


def test_a_python_without_gstreamer_says_what_to_install(tmp_path: Path) -> None:
    """The environment that the tests run in is one: it sees nothing of the system's packages."""
    program = [sys.executable, "-I", ROOT / "gateway/relay", "--socket", tmp_path / "a.sock"]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "apt-get install python3-gi gir1.2-gst-rtsp-server-1.0" in done.stderr
    assert "Traceback" not in done.stderr
