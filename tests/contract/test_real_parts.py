"""Each real part that the tests lean on starts here once: what a machine lacks has its own name here."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.support.cameras import camera
from tests.support.certificates import Authority
from tests.support.debian import unpacked
from tests.support.live.simulator import WASTEWATER, SimulatedStation
from tests.support.modbus_server.device import tcp_device
from tests.support.relay import wait_until
from tests.support.servers import Server, openssh, proftpd, pureftpd, pyftpd, vsftpd
from tests.support.servers.mosquitto import mosquitto
from tests.support.servers.private import accepts, start, undone_on_failure

SERVERS: dict[str, Callable[..., AbstractContextManager[Server]]] = {
    "mosquitto": mosquitto,
    "openssh": openssh,
    "proftpd": proftpd,
    "pureftpd": pureftpd,
    "pyftpd": pyftpd,
    "vsftpd": vsftpd,
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_starts(name: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    tls = {} if name == "openssh" else {"certificate": authority.issue("127.0.0.1"), "ca": authority.file}
    with SERVERS[name](tmp_path / "server", **tls) as server:
        assert accepts(server.port), server.said()
    wait_until(lambda: not accepts(server.port), "the port is closed")  # a child of the server's may hold it a moment


def test_the_modbus_server_is_compiled_and_answers() -> None:
    with tcp_device({("holding", 0): 7}) as port:
        assert accepts(port)


def test_the_simulated_station_starts(tmp_path: Path) -> None:
    station = SimulatedStation(WASTEWATER.read_text("utf-8"), tmp_path)
    station.stop()
    assert station.instruments


def test_a_camera_is_simulated(tmp_path: Path) -> None:
    with camera(tmp_path) as outlet:
        assert accepts(outlet.port)
    assert not accepts(outlet.port)


@pytest.mark.parametrize(
    "command",
    [("ffprobe", "-version"), ("lftp", "--version"), ("openssl", "version"), ("systemd-analyze", "--version")],
)
def test_a_tool_is_there(command: tuple[str, ...]) -> None:
    assert subprocess.run(command, capture_output=True, check=True).stdout


def test_a_server_that_does_not_start_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    with pytest.raises(RuntimeError, match="false did not start"), undone_on_failure(folder):
        start(["false"], folder=folder, port=1)
    assert list(folder.iterdir()) == []


def test_the_first_failure_is_told_not_what_it_left(tmp_path: Path) -> None:
    for _ in range(2):
        with (
            pytest.raises(RuntimeError, match="Bad configuration option: Nonsense"),
            openssh(tmp_path, extra="Nonsense yes"),
        ):
            pass
    with openssh(tmp_path) as server:
        assert accepts(server.port)


def test_a_package_that_does_not_exist_is_named() -> None:
    with pytest.raises(RuntimeError, match="Unable to locate package no-such-package"):
        unpacked("no-such-package")
