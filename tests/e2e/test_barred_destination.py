"""A station that begins without a password and without the certificate of who signs for the server: it measures, says
at once what it cannot read, refuses a reload that would lose another one, and is well once it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live.reloaded import ReloadedStation
from tests.support.servers.private import free_port

STATION = """\
station: {{name: Trạm, province: HN, facility: ABCD, code: NUO001, kind: wastewater}}
clock: {{trust: assume}}
storage: {{path: {folder}/storage}}
links: {{plc: {{type: modbus-tcp, host: 127.0.0.1, port: {port}, timeout: 1s}}}}
instruments:
  - name: multiprobe
    link: plc
    poll: 5s
    parameters: [{{symbol: COD, unit: mg/L, register: "holding:0", type: uint16}}]
destinations:
  - name: so
    authority: province
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
    (folder / "gateway.yaml").write_text(STATION.format(folder=folder, port=free_port()), "utf-8")
    station = ReloadedStation(tmp_path, folder / "gateway.yaml")
    try:
        yield station
    finally:
        station.gateway.stop()


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
    secret = folder / "so.secret"
    secret.touch(0o600)
    secret.write_text("mat-khau")
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
