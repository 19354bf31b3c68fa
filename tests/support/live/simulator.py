"""`station-sim` as a child: what it listens on, what its instruments showed, what its authorities got."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import stationsim

WASTEWATER = stationsim.scenario("wastewater")
AMBIENT_AIR = stationsim.scenario("ambient-air")

_READY_WITHIN_S = 40.0
_STOP_WITHIN_S = 20.0


class SimulatedStation:
    """Runs until `stop`. `instruments` and `authorities` are as in the simulator's ready line.

    Whatever a test is about, each file that one of its authorities got is judged by the receiver's rules: `stop` fails
    if one was malformed, or changed after it was there.
    """

    def __init__(self, scenario: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder / "station"
        self._log = folder / "simulator.log"
        self._events = folder / "simulator.jsonl"
        file = folder / "scenario.yaml"
        file.write_text(scenario, encoding="utf-8")
        with self._log.open("wb") as log, self._events.open("wb") as events:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "stationsim", "run", str(file), "--out", str(self.folder)],
                stdout=events,
                stderr=log,
            )
        ready = self._ready()
        self.instruments: dict[str, dict[str, Any]] = ready["instruments"]
        self.authorities: dict[str, dict[str, Any]] = ready["authorities"]
        self.time_servers: dict[str, dict[str, Any]] = ready["time_servers"]
        self.roads: dict[str, dict[str, Any]] = ready.get("road_administrations", {})
        self.scores: dict[str, dict[str, Any]] = {}
        """The final score of each authority, after `stop`."""

    def _ready(self) -> dict[str, Any]:
        deadline_s = time.monotonic() + _READY_WITHIN_S
        while not (written := self._events.read_bytes()).endswith(b"\n"):
            if self._child.poll() is not None or time.monotonic() > deadline_s:
                self._child.kill()
                raise AssertionError(f"the simulator did not start: {self.said()[-2000:]}")
            time.sleep(0.02)
        first: dict[str, Any] = json.loads(written.splitlines()[0])
        return first

    def stop(self) -> None:
        """End it, once or again, and look at what its authorities have to say."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
        self._child.wait(_STOP_WITHIN_S)
        for line in self._events.read_bytes().splitlines():
            event = json.loads(line)
            if event.get("final"):
                self.scores[event["authority"]] = event
        for name, score in self.scores.items():
            if name in self.roads:
                assert not score["altered"], f"{name} got an order a second time, and not the same: {score['problems']}"
                continue
            broken = score["malformed"] or score["duplicates_altered"]
            assert not broken, f"{name} got files that the receiver would lose: {score['problems']}"

    def truth(self) -> list[dict[str, Any]]:
        """Every answered read, as the simulator wrote it down."""
        return [json.loads(line) for line in (self.folder / "truth.jsonl").read_text().splitlines()]

    def root(self, authority: str) -> Path:
        """The folder in which that authority's files lie."""
        return Path(self.authorities[authority]["root"])

    def said(self) -> str:
        return self._log.read_text(errors="replace")


def files_at(root: Path) -> dict[str, bytes]:
    """Every file below the folder, temporary ones included: path → bytes."""
    return {str(file.relative_to(root)): file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file()}


def completed_ms(root: Path) -> dict[str, int]:
    """When each file stood complete under its name: renaming is the last change of an inode. Path → UTC ms."""
    return {
        str(file.relative_to(root)): file.stat().st_ctime_ns // 1_000_000
        for file in sorted(root.rglob("*.txt"))
        if file.is_file()
    }
