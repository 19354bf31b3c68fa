"""A station whose own profile was lost: it measures by what was in force, says so until the file is right and taken
over, and needs a person meanwhile. What it says where it does not run is what is to be done then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live.reloaded import ReloadedStation
from tests.support.measuring_station import running, secret_file, station_file
from tests.support.servers.private import free_port

PROFILE = """\
profile: acme-ph7
version: {version}
manufacturer: Acme
models: [PH7]
measures: water
tried: not tried on a real device
sources: [{{title: Manual, edition: "1", read: 2026-01-31}}]
instrument: {{poll: 5s}}
quantities:
  pH: {{symbol: pH, unit: "-", register: "holding:0", type: uint16}}
"""
INSTRUMENTS = "instruments: [{name: probe, link: plc, profile: acme-ph7}]\n"
DESTINATION = """\
url: sftp://nuo001@127.0.0.1:{port}/
password: {{file: {folder}/so.secret}}
host_key: "SHA256:RrWwVn8qgHnVvHnBkTnYxnMTVBJDRbOYnHPsqUQyX3A"
"""
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[ReloadedStation]:
    folder = tmp_path / "gateway"
    for name in ("storage", "instruments"):
        (folder / name).mkdir(parents=True)
    (folder / "instruments/acme-ph7.yaml").write_text(PROFILE.format(version=1), "utf-8")
    secret_file(folder / "so.secret")
    port, file = free_port(), folder / "gateway.yaml"
    destination = DESTINATION.format(folder=folder, port=port)
    file.write_text(station_file(destination, instruments=INSTRUMENTS, port=port, storage=folder / "storage"), "utf-8")
    with running(tmp_path, file) as station:
        yield station


def test_a_lost_profile_costs_no_reading_and_is_told(station: ReloadedStation) -> None:
    folder = station.configuration.parent
    profile, secret = folder / "instruments/acme-ph7.yaml", folder / "so.secret"

    def needed(kind: str) -> list[str]:
        found = json.loads(station.run("status", "--check", "--json").stdout)
        return [one["text"] for one in found["needs"] if one["kind"] == kind]

    assert not needed("stage")
    station.gateway.stop()
    profile.write_bytes(b"")
    secret.write_bytes(b"")

    asked = station.run("reload")
    assert (asked.returncode, "the gateway does not run; it starts with this file all the same" in asked.stderr) == (
        2,
        True,
    )
    station.start()

    assert f"{profile}: cannot be used, and what was taken over from it last is in force" in station.said()
    station.wait_until(lambda: needed("stage"))
    assert str(profile) in needed("stage")[0]
    parameters = json.loads(station.run("status", "--json").stdout)["parameters"]
    assert [one["symbol"] for one in parameters] == ["pH"]
    shown = station.run("status")
    assert (shown.returncode, "NUO001" in shown.stdout) == (0, True), shown.stderr
    assert f"{profile}: cannot be used" in shown.stderr
    assert "destinations.so.password: is empty" in shown.stderr
    assert station.run("deliveries", "show", "so").returncode == 0
    refused = station.run("reload")
    assert (refused.returncode, f"{profile}: is empty" in refused.stderr) == (2, True)

    secret.write_text("mat-khau")
    profile.write_text(PROFILE.format(version=2), "utf-8")
    assert needed("profile"), "what runs is not what the file says by now"
    taken = station.run("reload")
    assert taken.returncode == 0, taken.stderr
    station.wait_until(lambda: not needed("stage"))
    assert not needed("profile")
    station.gateway.stop()
    profile.write_text("profile: [")
    (folder / "storage/taken/instruments/acme-ph7.yaml").unlink()
    asked = station.run("reload")
    assert asked.returncode == 2
    assert "is faulty, and the gateway does not run: correct it, then systemctl start station-gateway" in asked.stderr
