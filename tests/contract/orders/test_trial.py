"""`gateway orders trial` at a simulated road administration: sent once, shown without what is nobody's business, and
never in the hands of two."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.core.transport_order import OrderState
from gateway.db import open_database
from gateway.journal.rows import rows
from gateway.runtime import lock
from stationsim.road.administration import SimulatedRoadAdministration
from tests.support.coach_station import CoachStation, coach_configuration, verified
from tests.support.live.gateway import RunningGateway, command
from tests.support.road import PASSWORD, open_road
from tests.support.servers.private import free_port
from tests.support.terminal import AtTerminal

Trial = Callable[..., tuple[int, str, str]]
DRIVER = "Nguyễn Văn A"
KEPT_OUT = (PASSWORD, DRIVER, "Nguy\\u1ec5n", "eyJ")


@dataclass
class Running:
    """A daemon that carries orders all the while, and the administration they go to."""

    station: CoachStation
    road: SimulatedRoadAdministration

    def order(self, name: str) -> dict[str, Any]:
        return self.station.listed()[name]

    def at_the_administration(self) -> set[str]:
        """Each once; what was sent twice is an error."""
        score = self.road.look()
        assert (score.duplicates, score.altered) == (0, 0)
        return verified(self.station, self.road.access)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("trial")
    road, port = open_road(folder / "road"), free_port()
    gateway = None
    try:
        file, log = coach_configuration(folder, road.access, port), folder / "gateway.log"
        gateway = RunningGateway(file, log)
        wait(lambda: "orders are taken over HTTP" in log.read_text("utf-8", "replace"))
        yield Running(CoachStation(folder, file, port), road)
    finally:
        if gateway is not None:
            gateway.kill()
        road.close()


@pytest.fixture
def tried(running: Running, capsys: pytest.CaptureFixture[str]) -> Iterator[Trial]:
    station = running.station

    def run(name: str, *options: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        file = written(station, name)
        with pytest.MonkeyPatch.context() as patch:
            words = ["orders", "trial", str(file), "-c", str(station.configuration), "--yes", *options]
            patch.setattr(sys, "argv", ["gateway", *words])
            try:
                main()
            except SystemExit as ended:
                code = int(ended.code or 0)
            else:
                code = 0
        said = capsys.readouterr()
        return code, said.out, said.err

    yield run
    running.road.heal()


def written(station: CoachStation, name: str) -> Path:
    file = station.folder / f"{name}.json"
    if not file.exists():
        (station.folder / "front.png").write_bytes(station.picture)
        file.write_bytes(station.order("front.png", name)[1])
    return file


def journalled(station: CoachStation) -> list[dict[str, Any]]:
    with closing(open_database(station.folder / "storage" / "gateway.db", read_only=True)) as database:
        return [json.loads(one.what) for one in rows(database) if one.kind == "order"]


def test_it_is_accepted_once_and_the_exchange_shows_neither_secret_nor_person(running: Running, tried: Trial) -> None:
    code, out, err = tried("T-1", "--json")
    told = json.loads(out)
    assert (code, told["id"], told["state"], told["outcome"]) == (0, "T-1", "accepted", "accepted")
    assert "really sent to cuc-dbvn" in err
    login, orders = told["exchange"]
    assert login["request"]["body"] == {"username": "nhaxe01", "password": "***"}
    assert (login["answer"]["status"], login["answer"]["body"]["data"]["token"]) == (200, "***")
    assert orders["request"]["headers"]["Authorization"] == "Bearer ***"
    [sent] = orders["request"]["body"]["orders"]
    assert (sent["id"], sent["plate"], sent["driver"]) == ("T-1", "30E12345", {"name": "***"})
    assert (sent["signatures"][0]["role"], sent["signatures"][0]["value"]) == ("station", "***")
    assert "T-1" in json.dumps(orders["answer"]["body"])
    assert not [one for one in KEPT_OUT if one in out + err]
    assert [(one["act"], one["outcome"]) for one in journalled(running.station)] == [("tried", "accepted")]
    again = tried("T-1")
    assert again[0] == 1
    assert "was accepted before" in again[2]
    assert running.at_the_administration() >= {"T-1"}


def test_what_is_refused_is_set_aside_and_tried_again_with_the_same_bytes(running: Running, tried: Trial) -> None:
    running.road.fail(kind="code", code=30006)
    code, out, _ = tried("T-2")
    assert code == 1
    assert "T-2 was not accepted: 30006 the code of the route is invalid" in out
    assert "← 200" in out
    found = running.order("T-2")
    assert (found["state"], found["code"]) == ("set_aside", 30006)
    running.road.heal()
    assert tried("T-2")[0] == 0
    assert running.order("T-2")["state"] == "accepted"
    assert running.at_the_administration() >= {"T-2"}


def test_while_it_is_tried_the_gateway_leaves_it_alone(running: Running, tried: Trial) -> None:
    """Its courier looks once a second, and the answer takes four; another order goes its way meanwhile."""
    running.road.fail(kind="slow", delay="4s", times=1)
    with ThreadPoolExecutor(1) as beside:
        ended = beside.submit(tried, "T-3")
        while running.station.states().get("T-3") is None:
            assert not ended.done()
        running.station.move_in("M-3")
        assert ended.result()[0] == 0
    wait(lambda: running.station.states().get("M-3") is OrderState.ACCEPTED)
    assert running.at_the_administration() >= {"T-3", "M-3"}


def test_what_the_line_did_not_bring_is_not_lost_and_not_sent_unasked(running: Running, tried: Trial) -> None:
    running.road.fail(kind="status", status=503)
    code, out, _ = tried("T-4", "--json")
    told = json.loads(out)
    assert (code, told["outcome"], told["state"], told["exchange"][-1]["answer"]["status"]) == (
        1,
        "failed",
        "set_aside",
        503,
    )
    running.road.heal()
    running.station.move_in("M-4")
    wait(lambda: running.station.states().get("M-4") is OrderState.ACCEPTED)
    assert "T-4" not in running.at_the_administration()
    assert tried("T-4")[0] == 0
    assert running.at_the_administration() >= {"T-4"}


def test_a_wrong_password_is_never_shown(running: Running, tried: Trial) -> None:
    secret = running.station.folder / "road.secret"
    secret.write_text("not-the-password", "utf-8")
    try:
        code, out, err = tried("T-5")
    finally:
        secret.write_text(PASSWORD, "utf-8")
    assert code == 1
    assert "← 401" in out
    assert "not-the-password" not in out + err
    assert running.order("T-5")["state"] == "set_aside"


def test_an_order_that_waits_is_left_to_the_gateway_and_two_trials_go_one_after_the_other(
    running: Running, tried: Trial
) -> None:
    running.road.cut()
    try:
        running.station.by_hand()
        waits = f"L-{running.station.number}"
        code, out, err = tried(waits)
        assert (code, out) == (1, "")
        assert f"{waits} waits already" in err
        code, out, _ = tried("T-6", "--json")
        assert (code, json.loads(out)["exchange"][0]["answer"]) == (1, None)
    finally:
        running.road.restore()
    with lock.hold(running.station.folder / "storage", lock.TRIAL_LOCK):
        assert tried("T-7")[0] == 1
    assert "T-7" not in running.station.states()


def test_a_person_at_a_terminal_is_asked_and_nobody_else(running: Running) -> None:
    file = written(running.station, "T-8")
    words = ["orders", "trial", str(file), "-c", str(running.station.configuration)]
    for text, end in (("n", "\n"), ("\x04", "")):  # no, and Ctrl-D
        asked = AtTerminal(words)
        assert "Send it?" in (asked.prompt() or "")
        asked.type(text, end)
        assert asked.ended() == 1
        assert "really sent to cuc-dbvn" in asked.shown
        assert "nothing was sent" in asked.shown
    for options in ((), ("--json",)):
        alone = command(*words, *options)
        assert (alone.returncode, alone.stdout) == (2, "")
        assert "add --yes" in alone.stderr
    assert "T-8" not in running.station.states()
    meant = AtTerminal(words)
    meant.answer("Send it?", "y")
    assert meant.ended() == 0, meant.shown
    assert running.at_the_administration() >= {"T-8"}


def wait(what: Callable[[], bool]) -> None:
    until_s = time.monotonic() + 120.0
    while not what():
        assert time.monotonic() < until_s
        time.sleep(0.05)
