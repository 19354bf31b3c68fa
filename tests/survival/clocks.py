"""Boxes whose clocks are wrong, each with the real daemon and an authority's server that keeps true time: a first boot
in 1970, a clock that goes far ahead and back, steps of an hour, nobody who can be asked.

The daemon alone sees the wrong clock. What the authority got is compared with what the instruments showed.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.faketime import WrongClock
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.expectation import end_of
from tests.support.live.gateway import RunningGateway, Stopped, command
from tests.support.live.simulator import WASTEWATER, SimulatedStation, completed_ms, files_at

SLOT_MS = 10_000
PATIENCE_S = 40.0
ALL = os.environ.get("GATEWAY_CLOCKS") == "all"
SEED = int(os.environ.get("GATEWAY_CLOCK_SEED", "1"))
YEAR_S = 31_557_600
TO_1970_S = 300 - round(time.time())
"""Five minutes after the beginning of all clocks."""


@dataclass(frozen=True, slots=True)
class ClockStory:
    """What the clock does: from each second of the run on it is off by so many seconds. It ends right."""

    off_s: tuple[tuple[float, int], ...]
    clock: str = "{check_every: 10s}"
    is_short: bool = False
    """Whether it is also told when there is little time."""
    has_authority: bool = True
    kills_at_s: float | None = None


STORIES: Mapping[str, ClockStory] = {
    "first boot in 1970": ClockStory(((0, TO_1970_S), (13, 0)), is_short=True),
    "90 s ahead for a while": ClockStory(((0, 0), (9, 90), (23, 0)), is_short=True),
    "2030 and back": ClockStory(((0, 0), (9, 4 * YEAR_S), (30, 0))),
    "2030 from the start": ClockStory(((0, 4 * YEAR_S), (21, 0))),
    "2099 and back": ClockStory(((0, 0), (9, 73 * YEAR_S), (30, 0))),
    "an hour ahead": ClockStory(((0, 0), (9, 3600), (30, 0))),
    "an hour back": ClockStory(((0, 0), (9, -3600), (30, 0))),
    "back to 1970": ClockStory(((0, 0), (9, TO_1970_S), (30, 0))),
    "to and fro": ClockStory(((0, 0), (7, 90), (12, -90), (17, 3600), (22, 7), (27, 0))),
    "killed in 1970": ClockStory(((0, TO_1970_S), (21, 0)), kills_at_s=11.0),
    "nobody to ask": ClockStory(((0, 0),), "{check_every: 10s, give_up: 15s}", has_authority=False),
    "an hour ahead and nobody to ask": ClockStory(
        ((0, 0), (20, 3600), (35, 0)), "{check_every: 10s, give_up: 10s}", has_authority=False
    ),
}


@dataclass(frozen=True, slots=True)
class ClockRun:
    """Everything that one box left behind. Instants by the true clock."""

    truth: list[dict[str, Any]]
    files: dict[str, bytes]
    completed_ms: dict[str, int]
    """When each file stood complete under its name."""
    status_while_wrong: dict[str, Any]
    status: dict[str, Any]
    stopped: Stopped
    log: str
    killed_ms: int | None = None


def told() -> dict[str, ClockStory]:
    """Those of this time."""
    return {name: story for name, story in STORIES.items() if ALL or story.is_short}


def run(folder: Path) -> dict[str, ClockRun]:
    stories = told()
    with ThreadPoolExecutor(4 if ALL else len(stories)) as side_by_side:
        under_way = {
            name: side_by_side.submit(_live, story, folder / name.replace(" ", "-"), random.Random(f"{SEED} {name}"))
            for name, story in stories.items()
        }
        return {name: one.result() for name, one in under_way.items()}


def _live(story: ClockStory, folder: Path, chance: random.Random) -> ClockRun:
    simulator = SimulatedStation(WASTEWATER.read_text("utf-8"), folder)
    try:
        server = Server.of(simulator.authorities["province"], "sftp")
        if not story.has_authority:
            server = Server("sftp", server.host, 1, server.user, server.password, server.proof)
        configuration = write(folder, simulator.instruments, [Wanted("province", server)], clock=story.clock)
        wrong = WrongClock(folder / "off", story.off_s[0][1])
        gateway = RunningGateway(configuration, folder / "gateway.log", wrong.environment)
        try:
            _wait_until_started(gateway)
            gateway, status, killed_ms = _tell(story, gateway, wrong, configuration, chance)
            _wait_until_well(story, gateway, simulator, configuration)
            shown = _status(configuration)
            stopped = gateway.stop()
        finally:
            gateway.kill()
    finally:
        simulator.stop()
    root = simulator.root("province")
    log = gateway.log.read_text("utf-8")
    truth, files, completed = simulator.truth(), files_at(root), completed_ms(root)
    return ClockRun(truth, files, completed, status, shown, stopped, log, killed_ms)


def _tell(
    story: ClockStory, gateway: RunningGateway, wrong: WrongClock, configuration: Path, chance: random.Random
) -> tuple[RunningGateway, dict[str, Any], int | None]:
    """Do to the clock what is told. Returns the status of some moment at which it is wrong; empty: it never is; and
    when the gateway was killed, if it was."""
    began_s = time.monotonic()
    status: dict[str, Any] = {}
    killed_ms = None
    for at_s, off_s in story.off_s[1:]:
        if story.kills_at_s is not None and story.kills_at_s < at_s:
            _sleep_until(began_s + story.kills_at_s)
            gateway.kill()
            killed_ms = time.time_ns() // 1_000_000
            gateway = RunningGateway(configuration, gateway.log, wrong.environment)
        _sleep_until(began_s + at_s - 2.5 + (chance.uniform(0.0, 5.0) if ALL else 0.0))
        gateway.check()
        status = _status(configuration) if off_s == 0 else status
        wrong.set_off(off_s)
    return gateway, status, killed_ms


def _wait_until_started(gateway: RunningGateway) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while "gateway started" not in gateway.log.read_text("utf-8"):
        gateway.check()
        assert time.monotonic() < deadline_s, "the gateway does not start"
        time.sleep(0.1)


def _wait_until_well(
    story: ClockStory, gateway: RunningGateway, simulator: SimulatedStation, configuration: Path
) -> None:
    """Until a slot has come to the authority, or is closed, that began after everything was right again."""
    well_ms = time.time_ns() // 1_000_000 + SLOT_MS
    deadline_s = time.monotonic() + PATIENCE_S
    newest_ms = 0
    while newest_ms < well_ms:
        gateway.check()
        if time.monotonic() > deadline_s:
            raise AssertionError(f"nothing new for {PATIENCE_S:.0f} s: {gateway.log.read_text('utf-8')[-3000:]}")
        time.sleep(0.5)
        if story.has_authority:
            arrived = [end_of(file.name) for file in simulator.root("province").rglob("*.txt")]
        else:
            arrived = [_slot_ms(_status(configuration))]
        newest_ms = max((end_ms for end_ms in arrived if end_ms < well_ms + 60_000), default=0)


def _slot_ms(status: dict[str, Any]) -> int:
    from tests.support.live.recomputation import instant_ms

    return 0 if status["newest_slot"] is None else instant_ms(status["newest_slot"])


def _status(configuration: Path) -> dict[str, Any]:
    done = command("status", "--json", "--config", configuration)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _sleep_until(mono_s: float) -> None:
    time.sleep(max(0.0, mono_s - time.monotonic()))
