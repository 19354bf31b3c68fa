"""`gateway check --online` at a road administration's server: it logs in, and sends no order."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.online import try_online
from gateway.config import Configuration, load
from stationsim.road.administration import SimulatedRoadAdministration
from tests.support.road import PASSWORD, open_road
from tests.unit.config.test_orders import COACH


def configured(folder: Path, road: SimulatedRoadAdministration, password: str) -> Configuration:
    secret = folder / "password"
    secret.write_text(password, "utf-8")
    secret.chmod(0o600)
    url = f"https://{road.access['user']}@127.0.0.1:{road.access['port']}"
    text = COACH.replace("https://nhaxe01@api.example.vn:8443/v1", f"{url}\n    ca: {road.access['ca']}")
    text = text.replace("clock: {servers: [a.example, b.example, c.example]}\n", "").replace("/pw", str(secret))
    (folder / "gateway.yaml").write_text(text, "utf-8")
    return load(folder / "gateway.yaml", check_secrets=False)


def test_it_is_let_in_and_sends_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    road = open_road(tmp_path / "road")
    try:
        found = try_online(configured(tmp_path, road, PASSWORD), quietly=False)
        score = road.look()
    finally:
        road.close()
    (destination,) = found["destinations"]
    assert (found["failed"], destination["error"], destination["tried"]) == (0, None, True)
    assert destination["shows"]["certificate"]["sha256"].startswith("SHA256:")
    assert (score.accepted, score.refused) == (0, {})
    assert "lets us in; no order was sent" in capsys.readouterr().out


def test_a_wrong_password_is_told_and_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    road = open_road(tmp_path / "road")
    try:
        found = try_online(configured(tmp_path, road, "not-the-password"), quietly=False)
    finally:
        road.close()
    assert found["failed"] == 1
    assert "refused" in str(found["destinations"][0]["error"])
    said = capsys.readouterr()
    assert "not-the-password" not in said.out + said.err + str(found)
