"""A neighbour's locked door that stands open: seen by the daemon and by a look without it, until it is closed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stationsim.box import SimulatedBox
from tests.support.live.gateway import RunningGateway
from tests.unit.config.wording import ENVIRON, STATION

pytestmark = pytest.mark.timeout(240)
WITHIN_S = 90.0


@pytest.fixture
def door() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
def configuration(tmp_path: Path, door: socket.socket) -> Path:
    box = SimulatedBox(tmp_path / "box")
    file = tmp_path / "gateway.yaml"
    file.write_text(
        f"{STATION}storage: {{path: {tmp_path / 'storage'}}}\n"
        f"ports:\n"
        f'  - {{id: "tcp:127.0.0.1:{door.getsockname()[1]}", state: locked, of: datalogger}}\n'
        f'  - {{id: "tcp:nobody.invalid:502", state: locked, of: datalogger}}\n'
        f"ports_policy: {{probe_every: 10s, sweep_every: 1s, undeclared: warning, root: {box.root}}}\n",
        encoding="utf-8",
    )
    return file


def gateway(*arguments: str) -> tuple[int, Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env=ENVIRON,
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, json.loads(ended.stdout) if ended.stdout.startswith(("{", "[")) else ended.stdout


def violations(configuration: Path) -> list[str]:
    """As the running daemon has them."""
    _, shown = gateway("status", "--json", "--config", str(configuration))
    return [f"{one['id']} {one['kind']}" for one in (shown["ports"]["violations"] if isinstance(shown, dict) else [])]


def eventually(is_so: Callable[[], bool]) -> bool:
    until_s = time.monotonic() + WITHIN_S
    while not is_so():
        if time.monotonic() > until_s:
            return False
        time.sleep(0.5)
    return True


def test_an_open_door_is_a_violation_until_it_is_closed(configuration: Path, door: socket.socket) -> None:
    name = f"tcp:127.0.0.1:{door.getsockname()[1]}"
    code, audit = gateway("ports", "audit", "--json", "--config", str(configuration))
    assert code == 1
    assert [(one["id"], one["kind"]) for one in audit["violations"]] == [(name, "door-open")]
    assert audit["untold"] == ["tcp:nobody.invalid:502"]

    running = RunningGateway(configuration, configuration.parent / "gateway.log", ENVIRON)
    try:
        assert eventually(lambda: violations(configuration) == [f"{name} door-open"]), running.log.read_text()
        door.close()
        assert eventually(lambda: violations(configuration) == []), running.log.read_text()
    finally:
        running.stop()
    _, events = gateway("events", "--kind", "port", "--json", "--config", str(configuration))
    assert len([one for one in events if one.get("kind") == "door-open"]) == 1
    code, audit = gateway("ports", "audit", "--json", "--config", str(configuration))
    assert (code, audit["violations"], audit["blind"]) == (1, [], ["tcp:nobody.invalid:502"])
