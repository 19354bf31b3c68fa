"""Asking real time servers over real sockets: Debian's chrony, and the simulator's, which are deaf, rude or spoofed."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.online import try_time_servers
from gateway.clock.ntp import Asked, TimeServers
from gateway.clock.witnesses import Witnesses
from gateway.config import load
from gateway.core.clock_trust import TrustRules
from gateway.core.time_server import unfit
from gateway.core.witness import WitnessKind, WitnessVerdict
from gateway.runtime.clock import SystemClock
from stationsim.clock import SystemClock as SimulatedClock
from stationsim.model.time_server import TimeServerModel
from stationsim.ntp.server import TimeServer
from tests.support.servers.chrony import chrony
from tests.unit.config.wording import ENVIRON, STATION

RULES = TrustRules(max_offset_ms=1000, grace_ms=2000, assumes=False, give_up_s=1800.0)
HOST = "127.0.0.1"


@contextmanager
def simulated(*models: dict[str, Any]) -> Iterator[dict[str, tuple[str, int]]]:
    """The simulator's time servers, in a loop of their own. Host and port by name."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    servers = [TimeServer(TimeServerModel.model_validate(model), SimulatedClock()) for model in models]
    places = {}
    for server in servers:
        shown = asyncio.run_coroutine_threadsafe(server.open(), loop).result(5)
        places[server.model.name] = (shown["host"], shown["port"])
    try:
        yield places
    finally:
        for server in servers:
            loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def ask(**places: tuple[str, int]) -> dict[str, Asked]:
    return TimeServers(SystemClock()).ask([(name, *place) for name, place in places.items()])


def test_chrony_tells_the_time(tmp_path: Path) -> None:
    with chrony(tmp_path) as port:
        answer = ask(chrony=(HOST, port))["chrony"].answer
    assert answer is not None
    assert unfit(answer) is None
    assert answer.stratum == 10
    assert abs(answer.offset_ms) < 50
    assert 0 <= answer.delay_ms < 50


def test_chrony_that_is_not_synchronised_says_so(tmp_path: Path) -> None:
    with chrony(tmp_path, extra="") as port:
        answer = ask(chrony=(HOST, port))["chrony"].answer
    assert answer is not None
    assert "not synchronised" in (unfit(answer) or "")


def test_a_server_that_is_wrong_says_by_how_much() -> None:
    with simulated({"name": "fast", "offset": "90s"}, {"name": "old", "offset": "-7300d"}) as places:
        asked = ask(**places)
    fast = asked["fast"].answer
    assert fast is not None
    assert fast.offset_ms == pytest.approx(90_000, abs=100)
    old = asked["old"].answer
    assert old is not None
    assert "cannot be" in (unfit(old) or "")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("silent", "no answer"),
        ("garbage", "something that is no time"),
        ("wrong_originate", "a question that was not asked"),
    ],
)
def test_what_is_no_answer_is_silence_and_ends_in_time(kind: str, words: str) -> None:
    began_s = time.monotonic()
    with simulated({"name": "odd", "faults": [{"kind": kind}]}, {"name": "right"}) as places:
        asked = ask(**places)
    assert asked["odd"].answer is None
    assert words in asked["odd"].detail
    assert asked["right"].answer is not None
    assert time.monotonic() - began_s < 6


def test_nobody_listening_and_no_such_name_are_told_apart() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    asked = ask(closed=(HOST, port), nowhere=("no-such-host.invalid", 123))
    assert "cannot be reached" in asked["closed"].detail
    assert "looked up" in asked["nowhere"].detail


def test_ipv6_is_asked_as_well() -> None:
    """A server of a few lines: the simulator has IPv4 only."""
    try:
        server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        server.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")

    def serve() -> None:
        from stationsim.ntp.answer import answer

        request, peer = server.recvfrom(100)
        now_ms = time.time() * 1000
        server.sendto(answer(TimeServerModel(name="six"), request, now_ms, now_ms, 0) or b"", peer)

    thread = threading.Thread(target=serve)
    thread.start()
    with server:
        asked = ask(six=("::1", server.getsockname()[1]))
        thread.join(5)
    assert asked["six"].answer is not None


def verdicts(places: dict[str, tuple[str, int]], looks: int = 1) -> dict[str, WitnessVerdict]:
    witnesses = Witnesses(SystemClock(), places, RULES, None, Path("/nowhere"))
    for _ in range(looks):
        found = witnesses.look(None)
    return {one.name: one.verdict for one in found.reports if one.kind is WitnessKind.SERVER}


def test_of_four_servers_the_wrong_one_is_a_falseticker() -> None:
    models = [{"name": "a"}, {"name": "b"}, {"name": "wrong", "offset": "-1h"}, {"name": "new", "leap": 3}]
    with simulated(*models) as places:
        found = verdicts(places)
    assert found == {
        "a": WitnessVerdict.OK,
        "b": WitnessVerdict.OK,
        "wrong": WitnessVerdict.FALSETICKER,
        "new": WitnessVerdict.UNSYNCHRONISED,
    }


@pytest.mark.parametrize("code", ["DENY", "RSTR", "RATE"])
def test_whoever_asks_not_to_be_asked_is_not(code: str) -> None:
    with simulated({"name": "rude", "faults": [{"kind": "kiss", "code": code}]}) as places:
        witnesses = Witnesses(SystemClock(), places, RULES, None, Path("/nowhere"))
        first = witnesses.look(None).reports[0]
        assert (first.verdict, code in (first.detail or "")) == (WitnessVerdict.UNSYNCHRONISED, True)
        second = witnesses.look(None).reports[0]
    assert second.verdict is WitnessVerdict.SILENT
    assert (second.detail or "").startswith("not asked")


def test_a_look_that_is_given_up_ends_soon() -> None:
    with simulated({"name": "deaf", "faults": [{"kind": "silent"}]}) as places:
        asking = TimeServers(SystemClock())
        timer = threading.Timer(0.3, asking.give_up)
        timer.start()
        began_s = time.monotonic()
        asking.ask([(name, *place) for name, place in places.items()])
        assert time.monotonic() - began_s < 1.2
        timer.join()


def test_check_online_asks_each_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with simulated({"name": "right"}, {"name": "deaf", "faults": [{"kind": "silent"}]}) as places:
        servers = ", ".join(f'"{host}:{port}"' for host, port in places.values())
        file = tmp_path / "gateway.yaml"
        file.write_text(f"{STATION}clock: {{servers: [{servers}]}}\n", "utf-8")
        found = try_time_servers(load(file, ENVIRON), SystemClock(), quietly=False)
    assert [one["verdict"] for one in found] == ["ok", "silent"]
    said = capsys.readouterr()
    assert "this clock is 0.0" in said.out
    assert "silent: no answer" in said.err
