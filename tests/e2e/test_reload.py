"""`gateway reload` beside a running daemon: what a change does not concern goes on as if nothing had been, what is
faulty is refused, and whatever is cut, the file is what the next start begins with."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.audit.reload_requests import ReloadState
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.reloaded import ReloadedStation
from tests.support.live.simulator import WASTEWATER, SimulatedStation

TIMES = int(os.environ.get("GATEWAY_RELOADS", "3"))
"""In `./test`; a long campaign has more of them."""
KILLS = int(os.environ.get("GATEWAY_RELOAD_KILLS", "1"))
SEED = int(os.environ.get("GATEWAY_RELOAD_SEED", "1"))
AT_ONCE_MS = 400
"""How much later than a second before a poll may come on a busy machine; one that was missed comes a second later."""


class Station(ReloadedStation):
    """The simulated one, and a daemon that measures it."""

    def __init__(self, folder: Path) -> None:
        self.simulator = SimulatedStation(WASTEWATER.read_text("utf-8"), folder / "simulator")
        (folder / "gateway").mkdir()
        far = Server.of(self.simulator.authorities["province"], "sftp")
        super().__init__(folder, write(folder / "gateway", self.simulator.instruments, [Wanted("so", far)]))

    def end(self) -> None:
        self.gateway.stop()
        self.simulator.stop()

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.gateway.pid}/task").iterdir()))


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    station = Station(tmp_path)
    try:
        yield station
    finally:
        station.end()


@pytest.mark.timeout(900)
def test_a_station_that_is_changed_while_it_measures(station: Station) -> None:
    _goes_on_during_many_changes(station)
    _answers_two_at_once(station)
    _refuses_and_goes_on(station)
    _starts_anew_where_it_is_asked_to(station)
    _is_cut_in_the_middle(station)
    station.gateway.stop()
    ended = station.run("reload")
    assert (ended.returncode, "the gateway does not run" in ended.stderr) == (1, True)


def _memory_kb(station: Station) -> int:
    status = Path(f"/proc/{station.gateway.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def _goes_on_during_many_changes(station: Station) -> None:
    """The serial link is another one each time: the network's link misses no poll."""
    station.wait_until(lambda: "slot closed" in station.said())
    memory_kb = _memory_kb(station)
    threads, began_ms = station.threads(), time.time_ns() // 1_000_000
    for number in range(TIMES):
        old, new = ("500ms", "501ms") if number % 2 == 0 else ("501ms", "500ms")
        station.edit(f"9600, timeout: {old}", f"9600, timeout: {new}")
        both = [station.ask(), station.ask()] if number == 1 else [station.ask()]
        states = [station.answer(one).state for one in both]
        assert states == [ReloadState.TAKEN, ReloadState.UNCHANGED][: len(both)]
    until_ms = time.time_ns() // 1_000_000
    time.sleep(1.5)
    assert station.threads() <= threads + 2  # a connection to the authority comes and goes
    assert _memory_kb(station) - memory_kb < 12_000 + 100 * TIMES  # paramiko comes with the first delivery
    said = station.said()
    assert said.count("configuration taken over") == TIMES + 1
    assert said.count("link=plc state=up") == 1
    assert "worker failed" not in said
    polls = [one["t_ms"] for one in station.simulator.truth() if one["instrument"] == "plc" and "Flow" in one["values"]]
    during = [one for one in polls if began_ms - 1000 <= one <= until_ms]
    assert len(during) >= (until_ms - began_ms) // 1000
    late = [later - one for one, later in pairwise(during) if later - one > 1000 + AT_ONCE_MS]
    assert not late, late


def _answers_two_at_once(station: Station) -> None:
    """Two people type the command at the same moment."""
    station.edit("poll: 2s", "poll: 2500ms")
    with ThreadPoolExecutor(2) as people:
        answers = [one.result() for one in [people.submit(station.run, "reload") for _ in range(2)]]
    assert [one.returncode for one in answers] == [0, 0]
    told = sorted("is what runs already" in one.stdout for one in answers)
    assert told == [False, True], [one.stdout for one in answers]
    assert sum("changed: instruments.nutrients.poll" in one.stdout for one in answers) == 1
    station.edit("poll: 2500ms", "poll: 2s")
    assert station.answer(station.ask()).state is ReloadState.TAKEN


def _refuses_and_goes_on(station: Station) -> None:
    whole = station.configuration.read_text("utf-8")
    station.edit("poll: 2s", "pol: 2s")
    faulty = station.run("reload")
    assert faulty.returncode == 2
    assert "gateway.yaml:" in faulty.stderr
    assert "pol" in faulty.stderr
    assert "goes on with the configuration that it has" in faulty.stderr
    status = station.run("status")
    assert (status.returncode, "the gateway runs, with the configuration that it has" in status.stderr) == (2, True)
    station.configuration.write_text(f"{whole}\nweb: [", "utf-8")  # no YAML at all
    broken, status = station.run("reload"), station.run("status")
    assert (broken.returncode, "goes on with the configuration that it has" in broken.stderr) == (2, True)
    assert (status.returncode, "the gateway runs, with the configuration that it has" in status.stderr) == (2, True)
    station.configuration.write_bytes(b"")  # after a power cut
    empty, status = station.run("reload"), station.run("status")
    for said in (empty.stderr, status.stderr):
        assert "is empty" in said
        assert "does not run" not in said
    station.configuration.write_text(whole.replace("slot: 10s", "slot: 20s"), "utf-8")
    other_slots = station.answer(station.ask())
    assert other_slots.state is ReloadState.REFUSED
    assert "needs a restart: reporting.slot" in other_slots.outcome.why
    station.configuration.write_text(whole, "utf-8")
    number = station.ask()
    station.edit("poll: 2s", "poll: 3s")  # between the look of the command and the daemon's
    changed = station.answer(number)
    assert (changed.state, "was changed meanwhile" in changed.outcome.why) == (ReloadState.REFUSED, True)
    standing = json.loads(station.run("status", "--json").stdout)["configuration"]
    assert (standing["differs"], standing["refused"]["by"]) == (True, "lan")
    in_vietnamese = " ".join(station.run("status", "--language", "vi").stdout.split())
    assert "người yêu cầu lan: trong lúc đó tệp đã bị sửa: tệp đã kiểm tra là" in in_vietnamese
    assert standing["file_sha256"] == hashlib.sha256(station.configuration.read_bytes()).hexdigest()
    station.configuration.write_text(whole, "utf-8")
    refused = station.journal("configuration_refused")
    assert [one["who"] for one in refused[2:]] == ["lan", "lan"]
    assert all(one["what"]["problems"] for one in refused[:2])
    assert "configuration is not taken over, the running one goes on" in station.said()


def _starts_anew_where_it_is_asked_to(station: Station) -> None:
    station.edit("slot: 10s", "slot: 20s")
    begun = station.said().count("gateway started")
    answer = station.answer(station.ask(may_restart=True))
    assert (answer.state, answer.outcome.why) == (ReloadState.TAKEN, "the gateway has started with it")
    station.wait_until(lambda: station.said().count("gateway started") == begun + 1)
    station.gateway.check()
    assert station.journal("configuration")[-1]["who"] == "lan"


def _is_cut_in_the_middle(station: Station) -> None:
    """Whenever it is killed: what the file says is what the next start begins with, and the journal tells of it."""
    chance = random.Random(SEED)
    for number in range(KILLS):
        old, new = ("2s", "3s") if number % 2 == 0 else ("3s", "2s")
        station.edit(f"poll: {old}", f"poll: {new}")
        asked = station.ask()
        time.sleep(chance.uniform(0.0, 4.0) if number else 0.0)
        station.gateway.kill()
        station.start()
        answer = station.answer(asked)
        assert answer.state is ReloadState.TAKEN
        configured = station.journal("configuration")[-1]
        assert (configured["what"]["sha256"], configured["who"]) == (answer.sha256, "lan")
        assert any(one["path"].endswith("nutrients.poll") for one in configured["what"]["changes"])
