"""A station that begins without a password and without the certificate of who signs for the server: it measures, says
at once what it cannot read, refuses a reload that would lose another one, and is well once it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live.reloaded import ReloadedStation
from tests.support.measuring_station import running, secret_file, station_file
from tests.support.servers.private import free_port

DESTINATION = """\
url: ftps://nuo001@127.0.0.1:{port}/
password: {{file: {folder}/so.secret}}
ca: {folder}/ca.pem
"""
pytestmark = pytest.mark.timeout(600)
CERTIFICATE = "-----BEGIN CERTIFICATE-----"


@pytest.fixture
def station(tmp_path: Path) -> Iterator[ReloadedStation]:
    folder = tmp_path / "gateway"
    (folder / "storage").mkdir(parents=True)
    port, file = free_port(), folder / "gateway.yaml"
    destination = DESTINATION.format(folder=folder, port=port)
    file.write_text(station_file(destination, port=port, storage=folder / "storage"), "utf-8")
    with running(tmp_path, file) as station:
        yield station


def test_what_bars_a_destination_is_told_at_once_and_until_it_is_there(station: ReloadedStation) -> None:
    folder = station.configuration.parent

    def told() -> list[str]:
        found = json.loads(station.run("status", "--check", "--json").stdout)
        return [one["text"] for one in found["needs"] if one["kind"] == "rejected"]

    station.wait_until(told)
    assert "ca.pem" in told()[0]  # and the password, unless a slot has ended meanwhile and its file was tried
    (line,) = (one for one in station.said().splitlines() if "destination rejected destination=so" in one)
    for name in ("so.secret", "ca.pem"):
        assert f"{folder}/{name} does not exist" in line
    station.wait_until(lambda: any("rejected" in str(one["what"]) for one in station.journal("delivery")))
    secret_file(folder / "so.secret")
    station.edit("timeout: 1s", "timeout: 2s")
    half = station.run("reload")
    assert half.returncode == 0, half.stderr
    assert "destinations.so.ca cannot be read now as before" in half.stderr
    station.wait_until(lambda: [one for one in told() if "so.secret" not in one])
    (folder / "ca.pem").write_text(CERTIFICATE)
    assert station.run("reload").returncode == 0
    station.wait_until(lambda: not told())
    (folder / "ca.pem").unlink()
    station.edit("timeout: 2s", "timeout: 3s")
    lost = station.run("reload")
    assert (lost.returncode, f"destinations.so.ca: {folder}/ca.pem does not exist" in lost.stderr) == (1, True)
    assert "it names what the gateway, as the user that it runs as, cannot read" in lost.stderr
    station.gateway.check()
