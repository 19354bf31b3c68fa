"""A station that was off, and unheard, for longer than twelve hours says at its next start that it must be told in
writing; every command knows."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.support.journey import Journey
from tests.support.live.gateway import RunningGateway, command
from tests.support.three_days import configuration, fill

PATIENCE_S = 60.0


def findings(config: Path) -> list[dict[str, Any]]:
    shown = command("events", "--kind", "outage", "--from", "2026-01-01", "--json", "-c", config)
    assert shown.returncode == 0, shown.stderr
    found: list[dict[str, Any]] = json.loads(shown.stdout)
    return found


def test_the_next_start_tells_of_the_absence_in_log_events_and_status(tmp_path: Path) -> None:
    journey = Journey(tmp_path)
    fill(journey)
    journey.database.close()
    configuration(tmp_path)
    config, log = tmp_path / "gateway.yaml", tmp_path / "log"
    gateway = RunningGateway(config, log)
    try:
        until_s = time.monotonic() + PATIENCE_S
        while len(findings(config)) < 3 and time.monotonic() < until_s:
            gateway.check()
            time.sleep(0.2)
    finally:
        gateway.stop()
    found = {(one["subject"], one["kind"]): one for one in findings(config)}
    assert set(found) == {("so-tnmt", "outage"), ("bo-tnmt", "outage"), ("NUO001", "gateway_off")}
    silent, absent = found["so-tnmt", "outage"], found["NUO001", "gateway_off"]
    assert (silent["began"], silent["ended"], silent["cause"]) == ("2026-01-07T23:55:04", None, "gateway_off")
    assert absent["ended"] is not None
    assert log.read_text().count('notice="more than 12 h') == 3
    status = json.loads(command("status", "--json", "-c", config).stdout)
    assert [one["outage"]["cause"] for one in status["destinations"]] == ["gateway_off"] * 2
    shown = command("status", "--language", "en", "-c", config).stdout
    assert "so-tnmt: nothing has arrived since 2026-01-07 23:55" in " ".join(shown.split())
    assert "gateway report outages --letter" in " ".join(shown.split())
