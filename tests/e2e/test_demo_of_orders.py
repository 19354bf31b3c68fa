"""`gateway demo --orders`: its coach station sends, through a cut, what the road administration takes once each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(300)
def test_every_order_is_there_once_and_one_that_was_set_aside_was_released(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    ended = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--orders", "--seconds", "4", "--data", str(folder)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "is cut: orders are taken, and wait" in ended.stdout
    assert "WRONG-ROUTE was set aside: 30006, the code of the route is invalid" in ended.stdout
    assert "openssl verifies both signatures of each" in ended.stdout
    assert "Traceback" not in ended.stderr + (folder / "gateway.log").read_text("utf-8")
    taken = folder / "station" / "road_administrations" / "cuc-dbvn" / "accepted.jsonl"
    names = [json.loads(line)["id"] for line in taken.read_text("utf-8").splitlines()]
    assert "WRONG-ROUTE" in names
    assert len(names) == len(set(names)) > 3
